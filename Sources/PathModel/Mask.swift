/// A part of the picture that nobody is to see: black before any network, the camera's motion, a cut face or a picture for
/// people.
public enum Mask: Hashable, Sendable {
    case rectangle(BoundingBox)
    case polygon(Polygon)

    /// Its outline, in ratios of the frame.
    public var polygon: Polygon {
        switch self {
        case .polygon(let polygon): polygon
        case .rectangle(let box): Polygon(box)
        }
    }

    /// Boxes that cover it, in ratios of the frame: a polygon's, one for each sixteenth of the frame's height at least.
    public var coveringBoxes: [BoundingBox] {
        guard case .polygon(let polygon) = self else {
            guard case .rectangle(let box) = self else { return [] }
            return [box]
        }
        let heights = polygon.vertices.map(\.y)
        guard let top = heights.min(), let bottom = heights.max() else { return [] }
        let count = max(1, ((bottom - top) * 16).rounded(.up))
        return (0..<Int(count)).flatMap { band in
            let from = top + (bottom - top) * Double(band) / count
            let to = top + (bottom - top) * Double(band + 1) / count
            return polygon.vertices.stretches(from: from, to: to.nextUp).map {
                BoundingBox(left: $0.lowerBound, top: from, width: $0.upperBound - $0.lowerBound, height: to - from)
            }
        }
    }
}

/// Which pixels of a picture masks cover: each that one of them touches, and its neighbours, since scaling mixes them.
public struct PixelCover: Sendable {
    /// Pixels along one row; it and they may lie outside the picture.
    public struct Run: Sendable {
        public let row: Int
        public let columns: Range<Int>
    }

    /// What is covered, in no order.
    public private(set) var runs: [Run] = []

    /// The pixels of some masks.
    ///
    /// - Parameters:
    ///   - region: what of the frame the picture shows, in ratios of the frame.
    ///   - size: how many pixels that takes in the picture, from its top left corner.
    public init(_ masks: [Mask], of region: BoundingBox = .frame, size: PixelSize) {
        for mask in masks {
            switch mask {
            case .rectangle(let box): add(box, of: region, size: size)
            case .polygon(let polygon): add(polygon, of: region, size: size)
            }
        }
    }

    private mutating func add(_ box: BoundingBox, of region: BoundingBox, size: PixelSize) {
        let part = BoundingBox(
            left: (box.left - region.left) / region.width, top: (box.top - region.top) / region.height,
            width: box.width / region.width, height: box.height / region.height)
        let rect = part.coveringPixels(of: size)
        guard rect.size.width > 0, rect.size.height > 0 else { return }
        let columns = rect.x..<rect.x + rect.size.width
        runs += (rect.y..<rect.y + rect.size.height).map { Run(row: $0, columns: columns) }
    }

    private mutating func add(_ polygon: Polygon, of region: BoundingBox, size: PixelSize) {
        let (width, height) = (Double(size.width), Double(size.height))
        let vertices = polygon.vertices.map { vertex in
            Point(
                x: (vertex.x - region.left) / region.width * width,
                y: (vertex.y - region.top) / region.height * height)
        }
        // What can't be drawn hides everything.
        guard vertices.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            return add(.frame, of: .frame, size: size)
        }
        func bound(_ value: Double, _ length: Double) -> Int { Int(min(max(value, -2), length + 2).rounded(.down)) }
        let rows = vertices.map { bound($0.y, height) }
        guard let first = rows.min(), let last = rows.max() else { return }
        for row in first - 1...last + 1 {
            // A row's neighbours belong to it, as a column's do.
            for stretch in vertices.stretches(from: Double(row - 1), to: Double(row + 2)) {
                let columns = bound(stretch.lowerBound, width) - 1..<bound(stretch.upperBound, width) + 2
                runs.append(Run(row: row, columns: columns))
            }
        }
    }

    /// Sets every byte of the pixels, as far as they lie in the picture, to `value`.
    fileprivate func fill(_ image: inout PixelBuffer, with value: UInt8) {
        let (width, rows) = (image.size.width, 0..<image.size.height)
        var bytes = image.bytes.mutableSpan
        for run in runs where rows.contains(run.row) {
            let columns = run.columns.clamped(to: 0..<width)
            let start = run.row * width
            for index in (start + columns.lowerBound) * PixelBuffer.channels..<(start + columns.upperBound)
                * PixelBuffer.channels
            {
                bytes[index] = value
            }
        }
    }
}

extension PixelBuffer {
    /// Sets every byte of what masks cover to `value`.
    public mutating func fill(_ cover: PixelCover, with value: UInt8) { cover.fill(&self, with: value) }
}

extension [Point] {
    /// The parts of a horizontal strip that the polygon of these vertices touches, from left to right, apart from each other.
    ///
    /// - Parameter to: the strip's lower end, which doesn't belong to it.
    fileprivate func stretches(from: Double, to: Double) -> [ClosedRange<Double>] {
        var touched: [ClosedRange<Double>] = []
        var crossings: [Double] = []
        for index in indices {
            let (one, other) = (self[index], self[index + 1 < count ? index + 1 : 0])
            let (upper, lower) = one.y <= other.y ? (one, other) : (other, one)
            guard lower.y >= from, upper.y < to else { continue }
            func x(at y: Double) -> Double {
                lower.y > upper.y ? upper.x + (lower.x - upper.x) * ((y - upper.y) / (lower.y - upper.y)) : upper.x
            }
            let (start, end) = (upper.y < from ? x(at: from) : upper.x, lower.y > to ? x(at: to) : lower.x)
            touched.append(Swift.min(start, end)...Swift.max(start, end))
            // What is inside at the upper end is bounded by the edges that cross it.
            if upper.y <= from, lower.y > from { crossings.append(x(at: from)) }
        }
        crossings.sort()
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            touched.append(crossings[index]...crossings[index + 1])
        }
        touched.sort { $0.lowerBound < $1.lowerBound }
        return touched.reduce(into: []) { merged, stretch in
            if let last = merged.last, stretch.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, stretch.upperBound)
            } else {
                merged.append(stretch)
            }
        }
    }
}
