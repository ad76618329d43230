import PathModel
import TestSupport
import Testing

@testable import Reporting

@Suite struct PartsTests {
    @Test func quantilesAreRightToTheirPromise() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let lengths = (0..<Int.random(in: 1...500, using: &random)).map { _ in
                Int64.random(in: 200...3_000_000, using: &random)
            }
            var durations = Durations()
            lengths.forEach { durations.add($0) }
            for share in [0.5, 0.9, 1] {
                let rank = max(1, Int((share * Double(lengths.count)).rounded(.up)))
                let right = Double(lengths.sorted()[rank - 1])
                let found = durations.quantile(share) ?? 0
                #expect(abs(found - right) <= 0.0201 * right, "\(share) of \(lengths.count): \(found), not \(right)")
            }
        }
    }

    @Test func presenceIsTheNumberOfPathsAtEachTime() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let paths = (0..<40).map { _ in
                let start = Int64.random(in: 0...60, using: &random) * 1000
                return (start: start, end: start + Int64.random(in: 0...20, using: &random) * 1000)
            }.sorted { $0.start < $1.start }
            var presence = Presence(), series = TimeSeries()
            for path in paths {
                presence.begin(at: path.start)
                presence.end(at: path.end)
                presence.settle(at: path.start, into: &series)
            }
            presence.finish(into: &series)
            for second in Int64(0)..<80 {
                let during = paths.filter { $0.start <= second * 1000 && $0.end >= (second + 1) * 1000 }.count
                #expect(series.bins[second]?.presence ?? 0 == Double(during * 1000))
            }
            let most = (Int64(0)...80).map { second in
                paths.filter { $0.start <= second * 1000 && second * 1000 <= $0.end }.count
            }.max()
            #expect(series.bins.values.map(\.most).max() == most)
        }
    }

    @Test func seriesGrowWithTheTimeAlone() {
        var series = TimeSeries()
        series.spread(from: 0, to: 3_600_000) { $0.observed += $1 }
        #expect(series.step == 5000)
        series.spread(from: 3_600_000, to: 30 * 86_400_000) { $0.observed += $1 }
        #expect(series.step == 900_000)
        #expect(series.bins.count == 30 * 96)
        #expect(series.bins.values.allSatisfy { $0.observed == 900_000 })
    }

    @Test func barsFollowTheClocksOfTheZone() throws {
        let berlin = try #require(LocalTime("Europe/Berlin"))
        #expect(LocalTime("CET") == nil && LocalTime("Europe/Nowhere") == nil && LocalTime("") == nil)
        // Clocks are set forward on 2026-03-29 at 01:00 UTC.
        let start: Int64 = 1_774_738_800_000, hour: Int64 = 3_600_000
        #expect(berlin.text(start, isRelative: false) == "2026-03-29 00:00:00")
        var series = TimeSeries()
        series.spread(from: start, to: start + 23 * hour) { $0.observed += $1 }
        let days = TimeAxis(
            from: start, to: start + 23 * hour, least: 24 * hour, most: 10, time: berlin, isRelative: false)
        #expect(days.labels == ["2026-03-29"] && days.observed(days.bars(series)) == [1])
        let hours = TimeAxis(
            from: start, to: start + 23 * hour, least: hour, most: 30, time: berlin, isRelative: false)
        #expect(hours.count == 24 && hours.labels[3] == "2026-03-29 03:00")
        #expect(hours.observed(hours.bars(series)).allSatisfy { $0 == 1 })
        // Half an hour off: quarters fit every zone.
        let calcutta = try #require(LocalTime("Asia/Kolkata"))
        let half = TimeAxis(from: start, to: start + 2 * hour, least: hour, most: 9, time: calcutta, isRelative: false)
        #expect(half.labels == ["2026-03-29 04:00", "2026-03-29 05:00", "2026-03-29 06:00"])
        let weeks = TimeAxis(
            from: start, to: start + hour, least: 7 * 24 * hour, most: 9, time: .utc, isRelative: false)
        #expect(weeks.labels == ["2026-03-23"], "a Monday")
    }

    @Test func trailsKeepTheirShape() {
        var trail = Trail()
        for step in 0...10_000 {
            let share = Double(step) / 10_000
            trail.add(Point(x: share, y: share < 0.5 ? share : 1 - share))
        }
        let points = trail.simplified
        #expect(trail.points.count <= 64 && points.count <= 6)
        #expect(points.first == Point(x: 0, y: 0) && points.last == Point(x: 1, y: 0))
        #expect(points.contains { abs($0.x - 0.5) < 0.02 && abs($0.y - 0.5) < 0.02 })
    }

    @Test func samplesDependOnTheirKeysAlone() {
        var (forward, backward) = (Sample<Int>(capacity: 50), Sample<Int>(capacity: 50))
        for track in 0..<5000 { forward.take(Lot.of(session: 7, track: track), track) }
        for track in (0..<5000).reversed() { backward.take(Lot.of(session: 7, track: track), track) }
        #expect(forward.elements == backward.elements && forward.elements.count == 50 && forward.count == 5000)
    }
}
