import Glibc
import PathModel

/// The picture in and around the box in which somebody was first seen, then and now, in cells of four by four pixels: four
/// across and eight down the box, and one more on each side.
struct Figure: Sendable {
    /// Whether whoever it is has stirred.
    private(set) var hasStirred = false

    private let box: BoundingBox
    private let bornAt: Timestamp
    private var places: [Int] = []
    /// Grey levels by which a pixel may differ because the camera trembles by a part of a pixel.
    private var tremble: [Float] = []
    /// Means of the first looks, and of about the latest half second.
    private var before: [Float] = []
    private var now: [Float] = []
    private var looks = 0
    private var lookedAt: Timestamp
    /// Since when it has looked otherwise.
    private var changedSince: Timestamp?
    /// Since when the box has been elsewhere.
    private var awaySince: Timestamp?
    /// For how many seconds nothing could be told, and for how many something could.
    private var (blindness, sight) = (0.0, 0.0)

    private static let (columns, rows, side) = (6, 10, 4)
    private static let (cells, cellSize) = (columns * rows, side * side)
    /// A sample outside of the picture.
    private static let nowhere = -1

    /// Seconds from look to look, at least.
    private static let interval = 0.08
    private static let firstLooks = 3
    /// Seconds in which what is there falls to 1/e in `now`; and in `before`, so that it follows what changes slowly.
    private static let (quick, slow) = (0.4, 60.0)
    /// For how many seconds it must look otherwise, or the box be elsewhere, where it looks otherwise or nothing can be told.
    private static let (lasting, passing, blindPassing) = (1.0, 0.12, 0.4)
    /// Seconds of life in which a box that is elsewhere is enough.
    private static let youth = 0.5
    /// In widths and heights of the box.
    private static let elsewhere = 0.25
    /// By how much the cells that differ most must do so, by the middle one around the box and in grey levels of 255.
    private static let (factor, leastDifference): (Float, Float) = (3, 1.2)
    /// Pixels.
    private static let trembling: Float = 0.3
    /// So many cells in the box and as many around it must be free of other people.
    private static let fewestCells = 4
    /// Who can't be judged for so many seconds, and for longer than they could, counts as somebody.
    private static let longestBlindness = 2.0

    init(box: BoundingBox, at time: Timestamp) {
        self.box = box
        (bornAt, lookedAt) = (time, time)
    }

    /// Takes the next picture.
    ///
    /// - Parameters:
    ///   - box: where the detector sees them now.
    ///   - others: boxes of other people.
    mutating func look(at picture: GrayPicture, box: BoundingBox, others: [BoundingBox], at time: Timestamp) {
        let seconds = time.seconds(since: lookedAt)
        guard looks == 0 || seconds >= Self.interval else { return }
        if looks == 0 { begin(in: picture) }
        lookedAt = time
        looks += 1
        awaySince = isElsewhere(box) ? awaySince ?? time : nil
        let away = awaySince.map { time.seconds(since: $0) } ?? -1
        // Nothing has come in between yet that could have taken the box along.
        if away >= Self.passing, time.seconds(since: bornAt) <= Self.youth { hasStirred = true }
        guard looks > Self.firstLooks else {
            take(picture, into: \.before, weight: 1 / Float(looks))
            now = before
            return
        }
        let free = (0..<Self.cells).map { isFree($0, of: others, in: picture.size) }
        take(picture, into: \.now, weight: Float(1 - exp(-seconds / Self.quick)), free)
        judge(free, away: away, after: seconds, at: time)
        let weight = Float(1 - exp(-seconds / Self.slow))
        for index in before.indices { before[index] += weight * (now[index] - before[index]) }
    }

    // MARK: - Pixels

    /// The box of the cell in a row and column, 0 being those around the box.
    private func cell(_ cell: Int) -> BoundingBox {
        let (row, column) = (cell / Self.columns - 1, cell % Self.columns - 1)
        let (width, height) = (box.width / Double(Self.columns - 2), box.height / Double(Self.rows - 2))
        return BoundingBox(
            left: box.left + Double(column) * width, top: box.top + Double(row) * height, width: width, height: height)
    }

    private mutating func begin(in picture: GrayPicture) {
        let (width, height) = (picture.size.width, picture.size.height)
        for number in 0..<Self.cells {
            let cell = cell(number)
            for index in 0..<Self.cellSize {
                let share = (across: Double(index % Self.side) + 0.5, down: Double(index / Self.side) + 0.5)
                let x = Int(
                    ((cell.left + cell.width * share.across / Double(Self.side)) * Double(width)).rounded(.down))
                let y = Int(((cell.top + cell.height * share.down / Double(Self.side)) * Double(height)).rounded(.down))
                // A pixel around each one is needed.
                guard x > 0, y > 0, x < width - 1, y < height - 1 else {
                    places.append(Self.nowhere)
                    tremble.append(0)
                    continue
                }
                let place = y * width + x
                let across = Float(picture.pixels[place + 1]) - Float(picture.pixels[place - 1])
                let down = Float(picture.pixels[place + width]) - Float(picture.pixels[place - width])
                places.append(place)
                tremble.append(Self.trembling * (across * across + down * down).squareRoot() / 2)
            }
        }
        before = Array(repeating: 0, count: places.count)
        now = before
    }

    private mutating func take(
        _ picture: GrayPicture, into mean: WritableKeyPath<Figure, [Float]>, weight: Float, _ free: [Bool]? = nil
    ) {
        for index in places.indices where places[index] != Self.nowhere && free?[index / Self.cellSize] != false {
            self[keyPath: mean][index] += weight * (Float(picture.pixels[places[index]]) - self[keyPath: mean][index])
        }
    }

    private func isFree(_ number: Int, of others: [BoundingBox], in size: PixelSize) -> Bool {
        let first = number * Self.cellSize
        guard !places[first..<first + Self.cellSize].contains(Self.nowhere) else { return false }
        let cell = cell(number)
        return others.allSatisfy { $0.intersectionArea(cell) == 0 }
    }

    // MARK: - Judgement

    private func isElsewhere(_ other: BoundingBox) -> Bool {
        let (from, to) = (box.center, other.center)
        return abs(to.x - from.x) > Self.elsewhere * box.width || abs(to.y - from.y) > Self.elsewhere * box.height
    }

    /// - Parameter away: for how many seconds the box has been elsewhere.
    private mutating func judge(_ free: [Bool], away: Double, after seconds: Double, at time: Timestamp) {
        guard let isChanged = isChanged(free) else {
            blindness += seconds
            if away >= Self.blindPassing || blindness >= max(Self.longestBlindness, sight) { hasStirred = true }
            return
        }
        sight += seconds
        changedSince = isChanged ? changedSince ?? time : nil
        guard let changedSince else { return }
        if away >= Self.passing || time.seconds(since: changedSince) >= Self.lasting { hasStirred = true }
    }

    /// Whether two cells of the box differ from before by more than the middle one around it does; nil where too few are free.
    private func isChanged(_ free: [Bool]) -> Bool? {
        let cells = (0..<Self.cells).filter { free[$0] }
        let (inside, around) = (cells.filter(Self.isInside), cells.filter { !Self.isInside($0) })
        guard inside.count >= Self.fewestCells, around.count >= Self.fewestCells else { return nil }
        // The light is what changes around the box. It is fitted twice: the second time to the half of the cells that it
        // explains best.
        var light = light(in: around)
        let explained = around.sorted { (difference($0, light), $0) < (difference($1, light), $1) }
        light = self.light(in: Array(explained.prefix(around.count / 2)))
        let usual = around.map { difference($0, light) }.sorted()[around.count / 2]
        let most = inside.map { difference($0, light) }.sorted(by: >)[1]
        return most > max(Self.leastDifference, Self.factor * usual)
    }

    private static func isInside(_ cell: Int) -> Bool {
        (1..<rows - 1).contains(cell / columns) && (1..<columns - 1).contains(cell % columns)
    }

    /// What makes `before` most like `now` in cells: a factor and what is added then.
    private func light(in cells: [Int]) -> (factor: Float, offset: Float) {
        var (count, sums, products): (Float, SIMD2<Float>, SIMD2<Float>) = (0, .zero, .zero)
        for cell in cells {
            for index in cell * Self.cellSize..<(cell + 1) * Self.cellSize {
                let (old, new) = (before[index], now[index])
                count += 1
                sums += SIMD2(old, new)
                products += SIMD2(old * old, old * new)
            }
        }
        let mean = sums / count
        let variance = products.x / count - mean.x * mean.x
        let covariance = products.y / count - mean.x * mean.y
        // A flat wall says nothing of a factor.
        let factor = variance > 25 ? max(0.3, min(3, covariance / variance)) : 1
        return (factor, mean.y - factor * mean.x)
    }

    /// The mean difference of a cell's pixels that neither light nor trembling explains, grey levels.
    private func difference(_ cell: Int, _ light: (factor: Float, offset: Float)) -> Float {
        var sum: Float = 0
        for index in cell * Self.cellSize..<(cell + 1) * Self.cellSize {
            sum += max(0, abs(now[index] - light.factor * before[index] - light.offset) - tremble[index])
        }
        return sum / Float(Self.cellSize)
    }
}
