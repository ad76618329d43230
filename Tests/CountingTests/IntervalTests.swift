import Foundation
import PathModel
import TestSupport
import Testing

@testable import Counting

@Suite struct IntervalTests {
    let hall = Zone.of((0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8))
    let door = CountingLine.across((0.3, 0.2), (0.3, 0.8))

    private func describe(_ counts: [IntervalCounts]) -> [String] {
        counts.map { "\($0.from.milliseconds)-\($0.to.milliseconds) \((100 * $0.observed).rounded())" }
    }

    @Test func intervalsAreThoseOfUTC() {
        // The stream's zero is 12:00:57.5.
        let film = Film([steps((0.1, 0.5), (0.5, 0.5), every: 130)], rate: 5)
        let counted = film.counted(CountingLayout(zones: [hall]), origin: 1_700_000_040_000 + 57_500 - 40_000)
        let minute = 1_700_000_057_500 % 60_000
        #expect(minute == 17_500)
        #expect(describe(counted.counts) == ["0-42500 100.0", "42500-102500 100.0", "102500-130000 100.0"])
    }

    @Test func whatAnIntervalCameToIsThatOfBruteForce() {
        // At a run: nobody takes longer to be clear of a side than an interval waits for.
        let walks = (0..<8 as Range<UInt64>).map { Walk.random(seed: $0, from: Double($0), pace: 0.4...0.6) }
        let counted = Film(walks).counted(CountingLayout(zones: [hall], lines: [door], interval: 4))
        #expect(counted.counts.count > 4)
        var people = 0
        for counts in counted.counts {
            let zone = counts.zones[0]
            let changes = counted.changes.filter { counts.from <= $0.time && $0.time < counts.to }.sorted {
                $0.time < $1.time
            }
            // What happens at the very end belongs to the last.
            guard counts.to != counted.counts.last?.to else { continue }
            var (area, last, least, most) = (0.0, counts.from, people, people)
            var (entered, left, dwells) = (0, 0, [Int64]())
            for (time, change) in changes {
                area += Double(people) * time.seconds(since: last)
                last = time
                switch change.action {
                case .enter: (people, entered) = (people + 1, entered + 1)
                case .leave(_, let dwell):
                    (people, left) = (people - 1, left + 1)
                    dwells.append(dwell)
                default: break
                }
                (least, most) = (min(least, people), max(most, people))
            }
            area += Double(people) * counts.to.seconds(since: last)
            #expect(zone.entered == entered && zone.left == left)
            #expect(abs((zone.mean ?? -1) - area / counts.to.seconds(since: counts.from)) < 1e-9)
            #expect(zone.least == least && zone.most == most)
            let mean = dwells.isEmpty ? nil : Double(dwells.reduce(0, +)) / Double(dwells.count)
            #expect(abs(Double(zone.meanDwell ?? -9) - (mean ?? -9)) < 2)
            let crossings = counted.crossings.filter { counts.from <= $0.time && $0.time < counts.to }
            #expect(counts.lines[0].inward == crossings.count { $0.crossing.direction == .inward })
            #expect(counts.lines[0].outward == crossings.count { $0.crossing.direction == .outward })
            #expect(counts.lines[0].people == Set(crossings.map(\.crossing.track)).count)
        }
        #expect(counted.counts.reduce(0) { $0 + $1.lines[0].inward } == counted.lines[0].inward)
        #expect(counted.counts.reduce(0) { $0 + $1.zones[0].entered } == counted.zones[0].entries)
    }

    @Test func anHourWithoutPicturesIsAnHourUnobserved() {
        var counter = RegionCounter(
            CountingLayout(zones: [hall], interval: 1200), origin: 0, start: Timestamp(microseconds: 0))
        var output: [PathRecord] = []
        let film = Film([steps((0.4, 0.5), (0.6, 0.5), every: 600)], rate: 2)
        counter.take([film.records[0]], into: &output)
        film.pictures.forEach { counter.observe($0) }
        counter.take(Array(film.records.dropFirst()), into: &output)
        counter.advance(to: Timestamp(microseconds: 4_000_000_000), into: &output)
        let counts = output.compactMap { if case .counts(let counts) = $0.event { counts } else { nil } }
        #expect(
            describe(counts) == ["0-600000 100.0", "600000-1200000 0.0", "1200000-2400000 0.0", "2400000-3600000 0.0"])
        #expect(counts[0].zones[0].mean == 1)
        #expect(counts[1].zones[0].mean == nil && counts[1].zones[0].least == nil && counts[1].zones[0].entered == 0)
    }

    @Test func picturesFarApartLeaveTheTimeBetweenUnobserved() {
        var film = Film([], rate: 25)
        film.pictures = [0, 0.5, 1, 5, 5.5].map { Timestamp(microseconds: Int64($0 * 1e6)) }
        film.records[film.records.count - 1].time = Timestamp(microseconds: 10_000_000)
        #expect(film.counted(CountingLayout(lines: [door])).counts.map(\.observed) == [0.15])
    }

    @Test func aClockThatJumpsAYearIsOneRecord() {
        var counter = RegionCounter(CountingLayout(lines: [door]), origin: 0, start: Timestamp(microseconds: 500_000))
        var output: [PathRecord] = []
        counter.advance(to: Timestamp(microseconds: 365 * 86_400_000_000 + 1), into: &output)
        #expect(output.count == 1)
        counter.take([Film([]).records[0]], into: &output)
        // Back again it begins anew.
        counter.advance(to: Timestamp(microseconds: 60_000_000), into: &output)
        #expect(output.count == 3)
    }

    @Test func regionsThatDoNotFitOnALineGoOnInFurtherRecords() {
        let name = String(repeating: "👋", count: 200)
        let layout = CountingLayout(lines: (0..<20).map { .across((0.3, 0.2), (0.3, 0.8), name: "\($0) \(name)") })
        let counts = Film([steps((0.1, 0.5), (0.5, 0.5))]).counted(layout).counts
        #expect(counts.count > 1 && counts.map(\.part) == [nil] + (2...counts.count).map { $0 })
        #expect(counts.flatMap(\.lines).map(\.name) == layout.lines.map(\.name))
        #expect(counts.allSatisfy { $0.lines.count * 800 < 7500 })
    }

    @Test func aStreamOfOnePictureHasCounts() {
        let counts = Film([], rate: 1).counted(CountingLayout(zones: [hall])).counts
        #expect(describe(counts) == ["0-0 0.0"])
    }
}
