import Foundation
import PathModel
import TestSupport
import Testing

@testable import Counting

@Suite struct LineTests {
    /// Down the middle of the frame: from the viewer's right to their left is in.
    let down = CountingLine.across((0.5, 0.2), (0.5, 0.8))

    private func count(_ walks: [Walk], _ lines: [CountingLine], rate: Double = 25) -> Counted {
        Film(walks, rate: rate).counted(CountingLayout(lines: lines))
    }

    @Test func fromTheLeftOfSomebodyWhoWalksAlongItToTheirRightIsIn() {
        let walk = steps((0.8, 0.5), (0.2, 0.5))
        #expect(count([walk], [down]).directions == ["1 in, 0 out of 1"])
        #expect(count([walk], [down.reversed]).directions == ["0 in, 1 out of 1"])
        let right = CountingLine.across((0.2, 0.5), (0.8, 0.5))
        #expect(count([steps((0.5, 0.2), (0.5, 0.9))], [right]).directions == ["1 in, 0 out of 1"])
    }

    @Test(arguments: [25.0, 5, 2.7]) func timeAndPlaceAreInterpolated(rate: Double) throws {
        let counted = count([steps((0.9, 0.3), (0.2, 0.6), every: 2)], [down], rate: rate)
        let (time, crossing) = try #require(counted.crossings.first)
        #expect(abs(Double(time.microseconds) - 2e6 * 0.4 / 0.7) < 2)
        #expect(abs(crossing.place.x - 0.5) < 1e-9)
        #expect(abs(crossing.place.y - (0.3 + 0.3 * 0.4 / 0.7)) < 1e-6)
        #expect(crossing.direction == .inward && crossing.track == 1 && counted.crossings.count == 1)
    }

    @Test func onlyTheSegmentCountsNotItsExtension() {
        let past = [steps((0.8, 0.1), (0.2, 0.19)), steps((0.8, 0.81), (0.2, 0.9))]
        #expect(count(past, [down]).directions == ["0 in, 0 out of 0"])
        let round = steps((0.8, 0.5), (0.8, 0.1), (0.2, 0.1), (0.2, 0.5), (0.8, 0.5))
        #expect(count([round], [down]).directions == ["0 in, 1 out of 1"])
    }

    @Test func aBendIsMetOnce() {
        let bend = CountingLine.across((0.5, 0.2), (0.5, 0.5), (0.4, 0.8))
        for y in [0.3, 0.5, 0.50001, 0.6] {
            #expect(count([steps((0.8, y), (0.2, y))], [bend]).directions == ["1 in, 0 out of 1"])
        }
        // Through the outermost point of an angle.
        let angle = CountingLine.across((0.2, 0.2), (0.5, 0.5), (0.2, 0.8))
        #expect(count([steps((0.5, 0.1), (0.5, 0.9))], [angle]).directions == ["0 in, 0 out of 0"])
    }

    @Test func inAndOutAreOneEachOfOnePerson() {
        let walk = steps((0.8, 0.5), (0.2, 0.5), (0.8, 0.5), every: 2)
        let counted = count([walk, steps((0.9, 0.4), (0.1, 0.4))], [down])
        #expect(counted.directions == ["2 in, 1 out of 2"])
        #expect(counted.crossings.map(\.crossing.people) == [1, 2, 2])
        #expect(counted.crossings.map(\.crossing.inward) == [1, 2, 2])
        #expect(counted.ends[1].lines == [LinePassage(name: "door", inward: 1, outward: 1)])
    }

    @Test func whoTurnsBackBeforeItIsSettledDoesNotCount() {
        // 0.28 s behind the line, then back; and 0.32 s.
        func dash(_ seconds: Double) -> Walk {
            let half = seconds / 2
            return Walk(stops: [
                (0, Point(x: 0.9, y: 0.5)), (1, Point(x: 0.5, y: 0.5)), (1 + half, Point(x: 0.4, y: 0.5)),
                (1 + seconds, Point(x: 0.5, y: 0.5)), (3, Point(x: 0.9, y: 0.5)),
            ])
        }
        for rate in [25.0, 10, 7] {
            #expect(count([dash(0.28)], [down], rate: rate).directions == ["0 in, 0 out of 0"])
        }
        for rate in [25.0, 10, 7] {
            #expect(count([dash(0.5)], [down], rate: rate).directions == ["1 in, 1 out of 1"])
        }
    }

    /// Of somebody who goes over `down` after 0.97 s and stays behind it until 3 s.
    private func passer(
        height: (Double) -> Double = { _ in 0.3 }, isSeen: (Double) -> Bool = { _ in true },
        x: (Double) -> Double = { max(0.3, 0.89 - 0.4 * $0) }
    ) -> Counted {
        var film = Film()
        func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(frame) * 40_000) }
        film.start(at: time(0))
        film.pictures = (0...75).map(time)
        for frame in 0...75 {
            let seconds = Double(frame) / 25
            let box = Walk(stops: [], height: height(seconds)).box(Point(x: x(seconds), y: 0.5))
            film.add(1, box, FrameInfo(index: frame, time: time(frame)), isSeen(seconds) ? .measured : .predicted)
        }
        film.end(1, .lost, at: time(75))
        film.finish(at: time(75))
        return film.counted(CountingLayout(lines: [down]))
    }

    @Test func whoIsExpectedBehindItCountsOnceSeenThere() {
        #expect(passer(isSeen: { $0 < 0.9 }).directions == ["0 in, 0 out of 0"])
        let found = passer(isSeen: { $0 < 0.9 || $0 > 2 })
        #expect(found.directions == ["1 in, 0 out of 1"])
        #expect(found.crossings.map(\.time.milliseconds) == [975])
    }

    @Test func aBoxThatGoesOverToSomebodyElseDoesNotCount() {
        #expect(passer(height: { $0 < 0.97 ? 0.2 : 0.3 }).directions == ["1 in, 0 out of 1"])
        #expect(passer(height: { $0 < 0.97 ? 0.2 : 0.4 }).directions == ["0 in, 0 out of 0"])
        #expect(passer(height: { $0 < 0.97 ? 0.4 : 0.2 }).directions == ["0 in, 0 out of 0"])
    }

    @Test func oneBoxFarFromTheLineDecidesNothing() {
        func near(_ seconds: Double, until last: Double) -> Double {
            if 1.5 < seconds, seconds < last { return 0.4 }
            return seconds < 1 ? 0.505 : 0.495
        }
        #expect(passer(x: { near($0, until: 1.55) }).directions == ["0 in, 0 out of 0"])
        #expect(passer(x: { near($0, until: 1.59) }).directions == ["1 in, 0 out of 1"])
    }

    @Test(arguments: 0..<200) func tremblingNeverCounts(seed: UInt64) {
        var random = ScriptedRandom(seed: seed)
        // Half of what clears somebody of the line, at any pace, and along it.
        let walk = Walk(stops: [(0, Point(x: 0.5, y: 0.4)), (40, Point(x: 0.5, y: 0.6))])
        let amplitude = 0.5 * RegionCounter.band * walk.height * 9 / 16
        let pace = Double.random(in: 0.05...20, using: &random)
        let phase = Double.random(in: 0..<6, using: &random)
        let noise = (0...1000).map { _ in Double.random(in: -amplitude...amplitude, using: &random) }
        let film = Film([walk]) { _, time in
            let sway = seed % 2 == 0 ? amplitude * sin(pace * time + phase) : noise[Int(time * 25 + 0.5)]
            return Point(x: sway, y: 0)
        }
        #expect(film.counted(CountingLayout(lines: [down])).crossings.isEmpty)
    }

    @Test(arguments: 0..<200) func aStopOnTheLineCountsOnceForWhoGoesOnAndNotForWhoTurnsBack(seed: UInt64) {
        var random = ScriptedRandom(seed: seed)
        let stop = Double.random(in: 1...20, using: &random)
        let isTurning = Bool.random(using: &random)
        let walk = Walk(stops: [
            (0, Point(x: 0.8, y: 0.5)), (2, Point(x: 0.5, y: 0.5)), (2 + stop, Point(x: 0.5, y: 0.5)),
            (4 + stop, Point(x: isTurning ? 0.8 : 0.2, y: 0.5)),
        ])
        let amplitude = 0.5 * RegionCounter.band * walk.height * 9 / 16
        let noise = (0...700).map { _ in Double.random(in: -amplitude...amplitude, using: &random) }
        let film = Film([walk]) { _, time in Point(x: noise[Int(time * 25 + 0.5)], y: 0) }
        let counted = film.counted(CountingLayout(lines: [down]))
        #expect(counted.directions == [isTurning ? "0 in, 0 out of 0" : "1 in, 0 out of 1"])
    }

    @Test func aGapForgetsWhatIsNotSettled() {
        var film = Film([steps((0.8, 0.5), (0.2, 0.5), every: 2)])
        let middle = film.records.firstIndex { $0.time.microseconds >= 1_080_000 } ?? 0
        let (before, after) = (film.records[middle - 1].time, film.records[middle].time)
        let gap = Gap(from: before, to: after, reason: .overload, framesLost: 1)
        film.records.insert(PathRecord(time: after, event: .gap(gap)), at: middle)
        #expect(film.counted(CountingLayout(lines: [down])).crossings.isEmpty)
    }
}
