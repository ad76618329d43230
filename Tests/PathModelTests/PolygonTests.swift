import Foundation
import PathModel
import TestSupport
import Testing

@Suite struct PolygonTests {
    private func polygon(_ points: (Double, Double)...) -> Polygon { Polygon(points.map { Point(x: $0.0, y: $0.1) }) }

    /// By the angle that the corners go round the point.
    private func isAround(_ point: Point, _ corners: [Point]) -> Bool {
        let angle = zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0.0) { sum, side in
            let (ax, ay) = (side.0.x - point.x, side.0.y - point.y)
            let (bx, by) = (side.1.x - point.x, side.1.y - point.y)
            return sum + atan2(ax * by - ay * bx, ax * bx + ay * by)
        }
        return abs(angle) > .pi
    }

    @Test func aPointIsInsideWhereTheCornersGoRoundIt() {
        var random = ScriptedRandom(seed: 3)
        var inside = 0
        for _ in 0..<500 {
            let count = Int.random(in: 3...9, using: &random)
            let corners = (0..<count).map { index in
                let angle = (Double(index) + .random(in: 0.1...0.9, using: &random)) / Double(count) * 2 * .pi
                let length = Double.random(in: 0.05...0.5, using: &random)
                return Point(x: 0.5 + length * cos(angle), y: 0.5 + length * sin(angle))
            }
            #expect(Polygon(corners).problem == nil)
            for _ in 0..<20 {
                let point = Point(x: .random(in: 0...1, using: &random), y: .random(in: 0...1, using: &random))
                inside += isAround(point, corners) ? 1 : 0
                #expect(Polygon(corners).contains(point) == isAround(point, corners))
            }
        }
        #expect((1000...9000).contains(inside))
    }

    @Test func aPointOnACommonSideIsInOneOfBoth() {
        let left = Polygon(BoundingBox(left: 0, top: 0, width: 0.5, height: 1))
        let right = Polygon(BoundingBox(left: 0.5, top: 0, width: 0.5, height: 1))
        for y in [0, 0.3, 0.5] {
            let point = Point(x: 0.5, y: y)
            #expect(left.contains(point) != right.contains(point))
        }
    }

    @Test func aRingMayBeClosed() {
        let corners = [Point(x: 0, y: 0), Point(x: 1, y: 0), Point(x: 1, y: 1)]
        #expect(Polygon(ring: corners + corners.prefix(1)) == Polygon(corners))
        #expect(Polygon(ring: corners) == Polygon(corners))
    }

    @Test func whatIsNoRegionSaysWhy() {
        #expect(polygon((0, 0), (1, 0), (1, 1)).problem == nil)
        #expect(polygon((0, 0), (1, 1)).problem == "has fewer than 3 corners")
        #expect(polygon((0, 0), (1, 1), (1, 0), (0, 1)).problem == "crosses itself")
        #expect(polygon((0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)).problem == "crosses itself", "touches a side")
        #expect(polygon((0, 0), (1, 0), (0.5, 0)).problem == "crosses itself", "goes back along itself")
        #expect(polygon((0, 0), (0, 0), (0.5, 0.5)).problem != nil)
        #expect(polygon((0, 0), (1, 0), (1, 1.01)).problem == "has points outside 0...1")
        #expect(polygon((0, 0), (1, 0), (1, .nan)).problem == "has points outside 0...1")
        #expect(polygon((0, 0), (0.5, 0), (1, 0), (1, 1)).problem == nil, "a corner on a straight side")
        #expect(Polygon([Point](repeating: Point(x: 0, y: 0), count: 101)).problem == "has more than 100 points")
    }

    @Test func whatIsNoLineSaysWhy() {
        func line(_ points: (Double, Double)...) -> Polyline { Polyline(points.map { Point(x: $0.0, y: $0.1) }) }
        #expect(line((0, 0), (1, 1)).problem == nil)
        #expect(line((0, 0)).problem == "has fewer than 2 points")
        #expect(line((0.5, 0), (0.5, 0)).problem == "has no length")
        #expect(line((0, 0), (-0.1, 1)).problem == "has points outside 0...1")
    }
}
