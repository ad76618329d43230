import Foundation
import PathModel
import TestSupport
import Testing

@testable import Counting

@Suite struct ZoneTests {
    let hall = Zone.of((0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8))

    private func describe(_ counted: Counted) -> [String] {
        counted.changes.map { time, change in
            let what =
                switch change.action {
                case .enter(let appeared): appeared ? "appears" : "enters"
                case .leave(let cause, let dwell): "leaves \(cause.rawValue) after \(dwell)"
                case .loiterBegin(let dwell): "loiters after \(dwell)"
                case .loiterEnd(let dwell): "loitered for \(dwell)"
                }
            return "\(change.track) \(what) at \(time.milliseconds) of \(change.people)"
        }
    }

    @Test(arguments: [25.0, 5]) func whoWalksThroughEntersAndLeaves(rate: Double) {
        let film = Film([steps((0.1, 0.5), (0.5, 0.5), (0.9, 0.5), every: 2)], rate: rate)
        let counted = film.counted(CountingLayout(zones: [hall]))
        #expect(describe(counted) == ["1 enters at 1000 of 1", "1 leaves walked_out after 2000 at 3000 of 0"])
        #expect(counted.ends[0].zones == [ZoneVisit(name: "hall", dwell: 2000, entries: 1)])
        #expect(counted.zones == [.init(name: "hall", people: 0, entries: 1)])
    }

    @Test(arguments: [TrackRemoval.Cause.leftFrame, .lost, .streamEnd])
    func theEndOfAPathIsALeaveWithItsCause(cause: TrackRemoval.Cause) {
        let film = Film([steps((0.5, 0.5), (0.6, 0.5), every: 4)], cause: cause)
        let counted = film.counted(CountingLayout(zones: [hall]))
        #expect(describe(counted) == ["1 appears at 0 of 1", "1 leaves \(cause.rawValue) after 4000 at 4000 of 0"])
        let places = counted.records.map { record in
            switch record.event {
            case .zone: "zone"
            case .pathEnd: "end"
            case .streamEnd: "stream"
            case .counts: "counts"
            default: ""
            }
        }
        #expect(places.suffix(4) == ["zone", "end", "counts", "stream"])
    }

    @Test func aGapIsALeaveAndWhoIsThereAfterItAppears() {
        var film = Film([steps((0.5, 0.5), (0.6, 0.5), every: 4)])
        let middle = film.records.firstIndex { $0.time.microseconds >= 2_000_000 } ?? 0
        film.records.removeSubrange(middle..<(middle + 25))
        let (from, to) = (film.records[middle - 1].time, film.records[middle].time)
        let gap = PathRecord(time: to, event: .gap(Gap(from: from, to: to, reason: .overload, framesLost: 25)))
        film.records.insert(gap, at: middle)
        film.pictures.removeAll { from < $0 && $0 < to }
        let counted = film.counted(CountingLayout(zones: [hall]))
        #expect(
            describe(counted) == [
                "1 appears at 0 of 1", "1 leaves gap after 1960 at 1960 of 0", "1 appears at 3000 of 1",
                "1 leaves stream_end after 1000 at 4000 of 0",
            ])
        #expect(counted.ends[0].zones == [ZoneVisit(name: "hall", dwell: 2960, entries: 2)])
        #expect(counted.counts.map(\.observed) == [2.96 / 4])
        #expect(counted.counts[0].zones[0].least == 1 && counted.counts[0].zones[0].mean == 1)
    }

    @Test(arguments: 0..<100) func tremblingOverASideNeverCounts(seed: UInt64) {
        var random = ScriptedRandom(seed: seed)
        let inside = Bool.random(using: &random)
        let walk = Walk(stops: [
            (0, Point(x: inside ? 0.5 : 0.1, y: 0.5)), (2, Point(x: 0.3, y: 0.5)), (30, Point(x: 0.3, y: 0.4)),
            (32, Point(x: inside ? 0.5 : 0.1, y: 0.5)),
        ])
        let amplitude = 0.5 * RegionCounter.band * walk.height * 9 / 16
        let noise = (0...800).map { _ in Double.random(in: -amplitude...amplitude, using: &random) }
        let film = Film([walk]) { _, time in Point(x: noise[Int(time * 25 + 0.5)], y: 0) }
        let counted = film.counted(CountingLayout(zones: [hall]))
        #expect(counted.changes.count == (inside ? 2 : 0))
    }

    @Test func aNarrowZoneCountsToo() {
        // A tenth as wide as what clears somebody of a line.
        let mat = Zone.of((0.5, 0.1), (0.505, 0.1), (0.505, 0.9), (0.5, 0.9))
        let walk = steps((0.3, 0.5), (0.5025, 0.5), (0.5025, 0.6), (0.3, 0.6), every: 2)
        #expect(Film([walk]).counted(CountingLayout(zones: [mat])).zones[0].entries == 1)
    }

    @Test func theAnchorIsWhatMustBeInside() {
        let ceiling = Zone.of((0, 0), (1, 0), (1, 0.3), (0, 0.3))
        let film = Film([steps((0.5, 0.5), (0.6, 0.5))])
        for (anchor, entries) in [(Anchor.feet, 0), (.center, 0), (.head, 1)] {
            var zone = ceiling
            zone.anchor = anchor
            #expect(film.counted(CountingLayout(zones: [zone])).zones[0].entries == entries)
        }
    }

    @Test(arguments: [25.0, 5]) func whoStaysForLongLoiters(rate: Double) {
        var zone = hall
        zone.loiter = 3.1
        let stays = Film([steps((0.1, 0.5), (0.5, 0.5), (0.5, 0.6), (0.9, 0.5), every: 2)], rate: rate)
        let counted = stays.counted(CountingLayout(zones: [zone]))
        #expect(
            describe(counted) == [
                "1 enters at 1000 of 1", "1 loiters after 3100 at 4100 of 1", "1 loitered for 4000 at 5000 of 0",
                "1 leaves walked_out after 4000 at 5000 of 0",
            ])
        let passes = Film([steps((0.1, 0.5), (0.5, 0.5), (0.9, 0.5), every: 2)], rate: rate)
        #expect(describe(passes.counted(CountingLayout(zones: [zone]))).count == 2)
    }

    @Test func manyForLongAreACrowd() {
        var zone = hall
        zone.crowd = Zone.Crowd(people: 2, seconds: 2)
        // Both are inside from 2 to 6 s; in the first interval only for 1 s.
        let walks = [
            Walk(stops: [(0, Point(x: 0.5, y: 0.5)), (12, Point(x: 0.6, y: 0.5))]),
            Walk(stops: [
                (1, Point(x: 0.1, y: 0.5)), (3, Point(x: 0.5, y: 0.5)), (5, Point(x: 0.5, y: 0.5)),
                (7, Point(x: 0.9, y: 0.5)), (8, Point(x: 0.5, y: 0.5)), (9, Point(x: 0.9, y: 0.5)),
                (10, Point(x: 0.9, y: 0.6)),
            ]),
        ]
        let counted = Film(walks).counted(CountingLayout(zones: [zone], interval: 3))
        let found = counted.crowds.map { "\($0.time.milliseconds) \($0.change.state) \($0.change.people)" }
        #expect(found == ["4000 begin 2", "6000 end(duration: 2000) 1"])
    }
}

/// Zones against brute force.
@Suite struct ZonePropertyTests {
    static func zone(seed: UInt64) -> Zone {
        var random = ScriptedRandom(seed: seed &+ 5000)
        let count = Int.random(in: 3...7, using: &random)
        // A star around a middle, which may be as little convex as it likes.
        let middle = Point(x: .random(in: 0.3...0.7, using: &random), y: .random(in: 0.3...0.7, using: &random))
        let corners = (0..<count).map { index in
            let angle = (Double(index) + .random(in: 0.1...0.9, using: &random)) / Double(count) * 2 * .pi
            let length = Double.random(in: 0.1...0.3, using: &random)
            return Point(x: middle.x + length * cos(angle), y: middle.y + length * sin(angle))
        }
        return Zone(name: "zone \(seed)", polygon: Polygon(corners))
    }

    /// By the angle that the corners go round the point.
    private func isInside(_ point: Point, _ zone: Zone) -> Bool {
        var angle = 0.0
        let corners = zone.polygon.vertices
        for (a, b) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
            let (ax, ay, bx, by) = (a.x - point.x, a.y - point.y, b.x - point.x, b.y - point.y)
            angle += atan2(ax * by - ay * bx, ax * bx + ay * by)
        }
        return abs(angle) > .pi
    }

    /// Stays of at least 0.8 s with as much between them, each well clear of the sides; nil where there are others.
    private func stays(_ walk: Walk, _ zone: Zone) -> [ClosedRange<Double>]? {
        let outlines = Outlines(CountingLayout(zones: [zone]), aspect: 16.0 / 9)
        var (stays, changes): ([ClosedRange<Double>], [Double]) = ([], [])
        var wasInside = false
        var entered = 0.0
        var depth = 1.0
        for time in stride(from: walk.begin, through: walk.end, by: 0.002) {
            let place = walk.place(at: time)
            let inside = isInside(place, zone)
            if inside != wasInside {
                if let last = changes.last, depth < 0.04 || time - last < 0.8 { return nil }
                changes.append(time)
                if inside { entered = time } else { stays.append(entered...time) }
                (wasInside, depth) = (inside, 0)
            }
            let now = changes.last ?? 0
            if time > now + 0.3 {
                depth = max(depth, outlines.distance(from: outlines.placed(place), to: outlines.zones[0]))
            }
        }
        if let last = changes.last, walk.end - last < 0.8 || depth < 0.04 { return nil }
        return wasInside ? stays + [entered...walk.end] : stays
    }

    @Test(arguments: 0..<300) func dwellIsThatOfBruteForce(seed: UInt64) {
        let (walk, zone) = (Walk.random(seed: seed), Self.zone(seed: seed))
        guard let expected = stays(walk, zone) else { return }
        for rate in [25.0, 5] {
            let counted = Film([walk], rate: rate).counted(CountingLayout(zones: [zone]))
            let dwells = counted.changes.compactMap {
                if case .leave(_, let dwell) = $0.change.action { Double(dwell) / 1000 } else { nil }
            }
            #expect(dwells.count == expected.count, "\(seed)")
            for (dwell, stay) in zip(dwells, expected) {
                #expect(abs(dwell - (stay.upperBound - stay.lowerBound)) < 2 / rate, "\(seed)")
            }
            #expect(counted.zones[0].entries == expected.count && counted.zones[0].people == 0)
        }
    }

    @Test func bruteForceIsSureOfManyWalks() {
        let sure = (0..<300 as Range<UInt64>).count { seed in
            stays(Walk.random(seed: seed), Self.zone(seed: seed))?.isEmpty == false
        }
        #expect(sure > 60, "\(sure)")
    }

    @Test(arguments: 0..<20) func aShiftAndAMirrorChangeNothingElse(seed: UInt64) {
        let walks = (0..<5 as Range<UInt64>).map { Walk.random(seed: 50 * seed + $0) }
        let zone = Self.zone(seed: seed)
        func key(_ counted: Counted, shift: Int64 = 0) -> [String] {
            counted.changes.map {
                "\($0.change.track) \($0.change.action) \($0.change.people) \(($0.time.microseconds - shift + 5) / 10)"
            }
        }
        let plain = key(Film(walks).counted(CountingLayout(zones: [zone])))
        #expect(plain.count > 2)
        #expect(
            key(Film(walks, shift: 3_600_000_000).counted(CountingLayout(zones: [zone])), shift: 3_600_000_000) == plain
        )
        var mirrored = zone
        mirrored.polygon = Polygon(zone.polygon.vertices.map { Point(x: 1 - $0.x, y: $0.y) })
        #expect(key(Film(walks, mirrored: true).counted(CountingLayout(zones: [mirrored]))) == plain)
    }
}
