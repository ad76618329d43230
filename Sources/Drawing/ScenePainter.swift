import CDrawing
import PathModel

/// Why pictures can't be drawn on.
public enum DrawingError: Error, Hashable, CustomStringConvertible {
    /// There is no memory for it, or the pictures are beyond Cairo's 32767 pixels.
    case tooLarge(PixelSize)

    public var description: String {
        switch self {
        case .tooLarge(let size): "can't draw on pictures of \(size): there is no memory, or a side beyond 32767 pixels"
        }
    }
}

/// Draws scenes on pictures of one size, in place: masks black, blurred parts, zones and lines, then people.
///
/// The same scene on the same picture gives the same bytes. For one thread at a time.
public final class ScenePainter {
    private let size: PixelSize
    private let people: Layer
    /// Zones and lines, which change seldom.
    private let regions: Layer
    /// Trails, which change ten times a second.
    private let ways: Layer
    private let labels: Labels
    private var masks: [Mask] = []
    /// Of the masks: row, first column and the column behind the last one, in turn.
    private var maskRuns: [Int32] = []
    private var drawnZones: [Scene.Zone] = []
    private var drawnLines: [Scene.Line] = []
    private var drawnTrails: [Scene.Trail] = []

    /// - Parameter size: of the pictures.
    /// - Throws: `DrawingError.tooLarge`.
    public init(size: PixelSize) throws(DrawingError) {
        let short = Double(min(size.width, size.height))
        guard let people = Layer(size), let regions = Layer(size), let ways = Layer(size),
            let labels = Labels(height: max(11, (short / 30).rounded()), mostWidth: max(40, size.width / 3))
        else { throw .tooLarge(size) }
        (self.size, self.people, self.regions, self.ways, self.labels) = (size, people, regions, ways, labels)
    }

    /// Whether there is a font for ids and names; without one they aren't drawn.
    public var hasFont: Bool { labels.haveFont }

    /// Draws on packed RGB.
    public func paint(_ scene: Scene, on image: inout PixelBuffer) {
        precondition(image.size == size && image.format == .rgb24)
        take(scene.masks)
        blacken(&image)
        for part in scene.blurred {
            guard let (rect, cell) = pixels(of: part) else { continue }
            footpath_pixels_blur(
                &image.bytes, Int32(size.width), Int32(size.height), Int32(rect.x), Int32(rect.y),
                Int32(rect.size.width), Int32(rect.size.height), cell)
        }
        draw(scene)
        for layer in layers { layer.blend(into: &image) }
        // Blurring mixes neighbours, and nothing is drawn on a mask.
        blacken(&image)
    }

    /// Draws on planes of YUV 4:2:0, which measure what the pictures do.
    ///
    /// - Returns: what an encoder may take less pains over.
    public func paint(_ scene: Scene, on planes: footpath_planes) -> Painted {
        take(scene.masks)
        var blurred: [PixelRect] = []
        withUnsafePointer(to: planes) { target in
            footpath_planes_blacken(target, maskRuns, maskRuns.count / 3)
            for part in scene.blurred {
                guard let (rect, cell) = pixels(of: part) else { continue }
                blurred.append(rect)
                footpath_planes_blur(
                    target, Int32(rect.x), Int32(rect.y), Int32(rect.size.width), Int32(rect.size.height), cell)
            }
            draw(scene)
            for layer in layers { layer.blend(into: planes) }
            footpath_planes_blacken(target, maskRuns, maskRuns.count / 3)
        }
        let whole = PixelRect(x: 0, y: 0, width: size.width, height: size.height)
        return Painted(
            plain: blurred.flatMap { tiles(in: $0, drawnOn: false) }, drawn: tiles(in: whole, drawnOn: true))
    }

    /// Parts of a picture that was painted: whole macroblocks of H.264.
    public struct Painted: Sendable {
        /// Blurred, and nothing drawn on it: there is no detail.
        public let plain: [PixelRect]
        /// Something is drawn on it.
        public let drawn: [PixelRect]
    }

    /// The tiles that lie within a rectangle and that something is drawn on or not, neighbours in a row as one.
    private func tiles(in rect: PixelRect, drawnOn: Bool) -> [PixelRect] {
        let side = Int(FOOTPATH_TILE)
        let columns = (rect.x + side - 1) / side..<max((rect.x + side - 1) / side, (rect.x + rect.size.width) / side)
        let rows = (rect.y + side - 1) / side..<max((rect.y + side - 1) / side, (rect.y + rect.size.height) / side)
        return rows.flatMap { row in
            columns.split { column in layers.contains { $0.isTouched(column: column, row: row) } != drawnOn }.map {
                PixelRect(x: $0.lowerBound * side, y: row * side, width: $0.count * side, height: side)
            }
        }
    }

    private func take(_ masks: [Mask]) {
        guard masks != self.masks else { return }
        self.masks = masks
        maskRuns = PixelCover(masks, size: size).runs.flatMap {
            [$0.row, $0.columns.lowerBound, $0.columns.upperBound].map { Int32(clamping: $0) }
        }
    }

    private func blacken(_ image: inout PixelBuffer) {
        footpath_pixels_blacken(
            &image.bytes, Int32(size.width), Int32(size.height), maskRuns, maskRuns.count / 3)
    }

    /// The pixels of a part, clipped to the picture, and the side of its cells; nil where it lies outside.
    ///
    /// What trembles by a pixel or two stays as it is, which costs an encoder less: edges are those of its 8x8 blocks, and
    /// sides of cells grow in steps, since another side changes all cells.
    private func pixels(of part: Scene.BlurredPart) -> (PixelRect, Int32)? {
        guard let inside = part.box.clippedToFrame else { return nil }
        let (width, height) = (Double(size.width), Double(size.height))
        let (x, y) = (Int(inside.left * width) & ~7, Int(inside.top * height) & ~7)
        func end(_ ratio: Double, _ length: Int) -> Int {
            min(length, (Int((ratio * Double(length)).rounded(.up)) + 7) & ~7)
        }
        let cell = min(part.box.width * width, part.box.height * height) * part.coarseness
        let (right, bottom) = (end(inside.right, size.width), end(inside.bottom, size.height))
        return (
            PixelRect(x: x, y: y, width: right - x, height: bottom - y),
            Self.step(notBelow: Int32(min(cell.rounded(.up), 4096)))
        )
    }

    /// 4, 6, 8, 12, 16, 24, ...
    private static func step(notBelow side: Int32) -> Int32 {
        var step: Int32 = 4
        while step < side { step += step & (step - 1) == 0 ? step / 2 : step / 3 }
        return step
    }

    // MARK: - Layers

    /// In the order in which they lie on one another.
    private var layers: [Layer] { [regions, ways, people] }

    /// Pixels of a thin line.
    private var unit: Double { Double(max(1, min(size.width, size.height) / 240)) }

    private func draw(_ scene: Scene) {
        if scene.zones != drawnZones || scene.lines != drawnLines {
            (drawnZones, drawnLines) = (scene.zones, scene.lines)
            regions.clear()
            scene.zones.forEach(draw)
            scene.lines.forEach(draw)
        }
        if scene.trails != drawnTrails {
            drawnTrails = scene.trails
            ways.clear()
            scene.trails.forEach(draw)
        }
        people.clear()
        scene.figures.forEach(drawOutline)
        scene.figures.forEach(drawName)
        if let clock = scene.clock { draw(clock: clock) }
    }

    /// In the first corner that no mask covers.
    private func draw(clock: String) {
        guard labels.haveFont, let label = labels.label(clock, on: Ink.black.faded(to: 0.6), ink: .white) else {
            return
        }
        let margin = 4 * Int(unit)
        let (right, bottom) = (size.width - label.width - margin, size.height - label.height - margin)
        let corners = [(margin, margin), (margin, bottom), (right, margin), (right, bottom)]
        let free = corners.first { !isMasked(x: $0.0, y: $0.1, width: label.width, height: label.height) }
        let (x, y) = free ?? corners[0]
        people.put(label, x: x, y: y)
    }

    private func isMasked(x: Int, y: Int, width: Int, height: Int) -> Bool {
        stride(from: 0, to: maskRuns.count, by: 3).contains { index in
            let (row, from, to) = (Int(maskRuns[index]), Int(maskRuns[index + 1]), Int(maskRuns[index + 2]))
            return (y..<y + height).contains(row) && from < x + width && to > x
        }
    }

    private func scaled(_ point: Point) -> Point {
        Point(x: point.x * Double(size.width), y: point.y * Double(size.height))
    }

    /// In four steps: a line of many shades would be many lines.
    private func draw(_ trail: Scene.Trail) {
        let steps = 4.0
        let ink = Ink.forTrack(trail.track)
        var points: [Point] = []
        var step = 0.0
        func stroke() {
            ways.stroke(points, width: unit * 2, ink.faded(to: 1 - step / steps))
        }
        for point in trail.points {
            let place = scaled(point.place)
            let ownStep = min(steps - 1, (point.age * steps).rounded(.down))
            if !points.isEmpty {
                points.append(place)
                if ownStep == step { continue }
                stroke()
            }
            points = [place]
            step = ownStep
        }
        stroke()
    }

    /// A box in pixels, its edges on a grid as fine as lines are wide: an edge that trembles by a pixel stays where it is,
    /// which costs an encoder a good deal less, and lines cover whole pixels of chroma.
    private func placed(_ box: BoundingBox) -> BoundingBox {
        let grid = Double(Int(unit + 1) & ~1)
        func snapped(_ ratio: Double, _ length: Int) -> Double { (ratio * Double(length) / grid).rounded() * grid }
        let (left, top) = (snapped(box.left, size.width), snapped(box.top, size.height))
        return BoundingBox(
            left: left, top: top, width: snapped(box.right, size.width) - left,
            height: snapped(box.bottom, size.height) - top)
    }

    private func drawOutline(_ figure: Scene.Figure) {
        let ink = Ink.forTrack(figure.track)
        people.outline(
            placed(figure.box), thickness: figure.isPredicted ? unit : unit + 1,
            dash: figure.isPredicted ? unit * 4 : 0, ink)
        if let face = figure.face { people.outline(placed(face), thickness: unit, ink) }
        if !figure.landmarks.isEmpty { people.dots(figure.landmarks.map(scaled), side: unit + 1, .white) }
    }

    private func drawName(_ figure: Scene.Figure) {
        guard labels.haveFont, let label = labels.label(String(figure.track), on: .forTrack(figure.track)) else {
            return
        }
        let box = placed(figure.box)
        put(label, on: people, x: box.left, y: box.top - Double(label.height))
    }

    private func draw(_ zone: Scene.Zone) {
        let corners = zone.outline.map(scaled)
        regions.stroke(corners, isClosed: true, width: unit * 2, .zone)
        let text = zone.people.map { "\(zone.name): \($0)" } ?? zone.name
        guard labels.haveFont, let label = labels.label(text, on: Ink.zone.faded(to: 0.85)),
            let top = corners.min(by: { ($0.y, $0.x) < ($1.y, $1.x) })
        else { return }
        put(label, on: regions, x: top.x, y: top.y)
    }

    private func draw(_ line: Scene.Line) {
        let points = line.points.map(scaled)
        regions.stroke(points, width: unit * 2, .line)
        guard let (middle, direction) = points.middle else { return }
        // From left to right of who walks along it; y grows downwards.
        let inward = Point(x: -direction.y, y: direction.x)
        func place(_ along: Double, _ across: Double) -> Point {
            Point(
                x: middle.x + direction.x * along * unit + inward.x * across * unit,
                y: middle.y + direction.y * along * unit + inward.y * across * unit)
        }
        regions.stroke([place(0, 0), place(0, 12)], width: unit * 2, .line)
        regions.fill([place(-4, 11), place(4, 11), place(0, 18)], .line)
        let text = "\(line.name): \(line.inward) in, \(line.outward) out"
        guard labels.haveFont, let label = labels.label(text, on: Ink.line.faded(to: 0.85)) else { return }
        // Beside the line, opposite the arrow.
        let reach = (abs(inward.x) * Double(label.width) + abs(inward.y) * Double(label.height)) / 2
        let side = place(0, -reach / unit - 5)
        put(label, on: regions, x: side.x - Double(label.width) / 2, y: side.y - Double(label.height) / 2)
    }

    /// Moves what would lie outside the picture into it.
    private func put(_ label: Label, on layer: Layer, x: Double, y: Double) {
        func inside(_ place: Double, _ length: Int, of all: Int) -> Int {
            Int(min(max(place.isFinite ? place : 0, 0), Double(max(0, all - length))))
        }
        layer.put(
            label, x: inside(x, label.width, of: size.width), y: inside(y, label.height, of: size.height))
    }
}

extension [Point] {
    /// Half the way along, and the direction there, of length 1; nil where all points are one.
    fileprivate var middle: (Point, Point)? {
        let parts = zip(self, dropFirst()).map { from, to in
            (from: from, x: to.x - from.x, y: to.y - from.y)
        }
        let lengths = parts.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() }
        var rest = lengths.reduce(0, +) / 2
        guard rest > 0 else { return nil }
        for (part, length) in zip(parts, lengths) where length > 0 {
            guard rest > length else {
                let direction = Point(x: part.x / length, y: part.y / length)
                return (Point(x: part.from.x + direction.x * rest, y: part.from.y + direction.y * rest), direction)
            }
            rest -= length
        }
        return nil
    }
}
