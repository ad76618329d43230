/// A region of the frame with straight sides, in ratios of the frame as a viewer sees it.
public struct Polygon: Hashable, Sendable {
    /// Its corners in order, either way round; the last is joined to the first.
    public var vertices: [Point]

    /// A region by its corners.
    public init(_ vertices: [Point]) {
        self.vertices = vertices
    }

    /// A region by a ring, whose last corner may be its first once more (RFC 7946, 3.1.6).
    public init(ring: [Point]) {
        vertices = ring.count > 3 && ring.first == ring.last ? ring.dropLast() : ring
    }

    /// A rectangle.
    public init(_ box: BoundingBox) {
        vertices = [
            Point(x: box.left, y: box.top), Point(x: box.right, y: box.top), Point(x: box.right, y: box.bottom),
            Point(x: box.left, y: box.bottom),
        ]
    }

    /// Whether a ray from the point crosses the sides an odd number of times. Of two regions that share a side, a
    /// point on it is in one.
    public func contains(_ point: Point) -> Bool {
        var isInside = false
        var from = vertices.last ?? point
        for to in vertices {
            if (from.y > point.y) != (to.y > point.y),
                point.x < from.x + (point.y - from.y) / (to.y - from.y) * (to.x - from.x)
            {
                isInside.toggle()
            }
            from = to
        }
        return isInside
    }

    /// Why it is no region of a frame, to be put after its name; nil where it is one.
    public var problem: String? {
        if let problem = vertices.problem { return problem }
        if vertices.count < 3 { return "has fewer than 3 corners" }
        if vertices.isSelfCrossing { return "crosses itself" }
        return abs(area) < 1e-9 ? "has no area" : nil
    }

    /// Positive where the corners go round clockwise as seen, in parts of the frame.
    private var area: Double {
        var (sum, from) = (0.0, vertices.last ?? Point(x: 0, y: 0))
        for to in vertices {
            sum += from.x * to.y - to.x * from.y
            from = to
        }
        return sum / 2
    }
}

/// A line of straight pieces, in ratios of the frame as a viewer sees it.
public struct Polyline: Hashable, Sendable {
    /// Its points in the order in which somebody walks along it.
    public var vertices: [Point]

    /// A line through points.
    public init(_ vertices: [Point]) {
        self.vertices = vertices
    }

    /// Why it is no line in a frame, to be put after its name; nil where it is one.
    public var problem: String? {
        if let problem = vertices.problem { return problem }
        if vertices.count < 2 { return "has fewer than 2 points" }
        return vertices.allSatisfy { $0 == vertices[0] } ? "has no length" : nil
    }
}

extension [Point] {
    /// More would not fit on a line of the records.
    fileprivate static let mostPoints = 100

    fileprivate var problem: String? {
        if count > Self.mostPoints { return "has more than \(Self.mostPoints) points" }
        let isInFrame = allSatisfy { (0...1).contains($0.x) && (0...1).contains($0.y) }
        return isInFrame ? nil : "has points outside 0...1"
    }

    /// Whether two sides of the closed outline meet, other than neighbours at their common corner.
    fileprivate var isSelfCrossing: Bool {
        for first in indices {
            for second in (first + 1)..<Swift.max(count, first + 1) {
                let (a, b) = (self[first], self[(first + 1) % count])
                let (c, d) = (self[second], self[(second + 1) % count])
                if second == first + 1 {
                    if a.isTurnedBack(at: b, to: d) { return true }
                } else if (second + 1) % count == first {
                    if c.isTurnedBack(at: a, to: b) { return true }
                } else if Point.meet(a, b, c, d) {
                    return true
                }
            }
        }
        return false
    }
}

extension Point {
    /// Twice the area of a triangle, positive where its corners go round clockwise as seen.
    fileprivate static func turn(_ a: Point, _ b: Point, _ c: Point) -> Double {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }

    /// Whether going from here to a corner and on leads back along the same way.
    fileprivate func isTurnedBack(at corner: Point, to next: Point) -> Bool {
        let ahead = (corner.x - x) * (next.x - corner.x) + (corner.y - y) * (next.y - corner.y)
        return Point.turn(self, corner, next) == 0 && ahead <= 0
    }

    /// Whether the straight ways from `a` to `b` and from `c` to `d` have a point in common.
    fileprivate static func meet(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Bool {
        let (ofC, ofD, ofA, ofB) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b))
        if (ofC > 0) != (ofD > 0), ofC != 0, ofD != 0, (ofA > 0) != (ofB > 0), ofA != 0, ofB != 0 { return true }
        return (ofC == 0 && c.isWithin(a, b)) || (ofD == 0 && d.isWithin(a, b)) || (ofA == 0 && a.isWithin(c, d))
            || (ofB == 0 && b.isWithin(c, d))
    }

    private func isWithin(_ a: Point, _ b: Point) -> Bool {
        min(a.x, b.x) <= x && x <= max(a.x, b.x) && min(a.y, b.y) <= y && y <= max(a.y, b.y)
    }
}
