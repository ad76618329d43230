import PathModel

/// The sides of all zones and lines, one after another.
///
/// Distances are in frame heights: what is as long in the picture is as long here, across and down.
struct Outlines {
    /// A straight piece, from its first to its last point.
    struct Side {
        let from: Point
        let to: Point

        /// Twice the area of the triangle that a point makes with it: positive on the right of somebody who walks along it.
        func turn(_ point: Point) -> Double {
            (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
        }

        /// The point at a share of it, 0...1.
        func point(at share: Double) -> Point {
            Point(x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y))
        }

        /// The square of the distance to its nearest point.
        func squaredDistance(to point: Point) -> Double {
            let (x, y) = (to.x - from.x, to.y - from.y)
            let length = x * x + y * y
            let along = (point.x - from.x) * x + (point.y - from.y) * y
            let share = length > 0 ? min(max(along / length, 0), 1) : 0
            let (right, down) = (from.x + share * x - point.x, from.y + share * y - point.y)
            return right * right + down * down
        }
    }

    /// One zone or line.
    struct Shape {
        let anchor: Anchor
        let sides: Range<Int>
        /// The most that somebody must be away from a zone's sides to be clear of them.
        let clearance: Double
        fileprivate let least: Point
        fileprivate let most: Point

        /// Whether a straight way keeps off the shape's bounds.
        func isClear(of way: Side) -> Bool {
            max(way.from.x, way.to.x) < least.x || min(way.from.x, way.to.x) > most.x
                || max(way.from.y, way.to.y) < least.y || min(way.from.y, way.to.y) > most.y
        }

        func mayContain(_ point: Point) -> Bool {
            least.x <= point.x && point.x <= most.x && least.y <= point.y && point.y <= most.y
        }
    }

    /// Where a way meets a shape.
    struct Meeting {
        /// How many times more often it goes from the left of a line to its right than back.
        var net = 0
        /// The share of the way up to the last place where they meet, 0...1.
        var share = 0.0
        /// How often they meet.
        var count = 0
    }

    /// Frame width over frame height.
    let aspect: Double
    private var sides: [Side] = []
    private(set) var zones: [Shape] = []
    private(set) var lines: [Shape] = []

    init(_ layout: CountingLayout, aspect: Double) {
        self.aspect = aspect
        for zone in layout.zones {
            zones.append(add(zone.polygon.vertices, anchor: zone.anchor, isClosed: true))
        }
        for line in layout.lines {
            lines.append(add(line.polyline.vertices, anchor: line.anchor, isClosed: false))
        }
    }

    private mutating func add(_ vertices: [Point], anchor: Anchor, isClosed: Bool) -> Shape {
        let points = vertices.map(placed)
        let first = sides.count
        for (from, to) in zip(points, points.dropFirst()) { sides.append(Side(from: from, to: to)) }
        if isClosed, let from = points.last, let to = points.first { sides.append(Side(from: from, to: to)) }
        let (x, y) = (points.map(\.x), points.map(\.y))
        let least = Point(x: x.min() ?? 0, y: y.min() ?? 0)
        let most = Point(x: x.max() ?? 0, y: y.max() ?? 0)
        let open = Shape(anchor: anchor, sides: first..<sides.count, clearance: .infinity, least: least, most: most)
        guard isClosed else { return open }
        return Shape(anchor: anchor, sides: open.sides, clearance: room(in: open) / 2, least: least, most: most)
    }

    /// How far the inside of a zone is from its sides where it is widest, as far as a grid of points finds it.
    private func room(in zone: Shape) -> Double {
        let steps = 24
        var widest = 0.0
        for row in 0..<steps {
            for column in 0..<steps {
                let x = zone.least.x + (zone.most.x - zone.least.x) * (Double(column) + 0.5) / Double(steps)
                let y = zone.least.y + (zone.most.y - zone.least.y) * (Double(row) + 0.5) / Double(steps)
                let point = Point(x: x, y: y)
                if contains(point, in: zone) { widest = max(widest, distance(from: point, to: zone)) }
            }
        }
        return widest
    }

    /// A point of the frame in frame heights.
    func placed(_ point: Point) -> Point { Point(x: point.x * aspect, y: point.y) }

    /// Whether a ray from the point crosses a zone's sides an odd number of times, as in `Polygon.contains`.
    func contains(_ point: Point, in zone: Shape) -> Bool {
        guard zone.mayContain(point) else { return false }
        var isInside = false
        for index in zone.sides {
            let side = sides[index]
            if (side.from.y > point.y) != (side.to.y > point.y),
                point.x < side.from.x + (point.y - side.from.y) / (side.to.y - side.from.y) * (side.to.x - side.from.x)
            {
                isInside.toggle()
            }
        }
        return isInside
    }

    /// The distance to a shape's nearest side.
    func distance(from point: Point, to shape: Shape) -> Double {
        var nearest = Double.infinity
        for index in shape.sides { nearest = min(nearest, sides[index].squaredDistance(to: point)) }
        return nearest.squareRoot()
    }

    /// Where a straight way meets a shape's sides. Through the common end of two sides it meets one of them.
    func meeting(of way: Side, with shape: Shape) -> Meeting {
        var meeting = Meeting()
        for index in shape.sides {
            let side = sides[index]
            let (before, after) = (side.turn(way.from), side.turn(way.to))
            guard (before > 0) != (after > 0), (way.turn(side.from) > 0) != (way.turn(side.to) > 0) else { continue }
            meeting.count += 1
            meeting.net += after > 0 ? 1 : -1
            meeting.share = max(meeting.share, before / (before - after))
        }
        return meeting
    }
}
