import PathModel
import Testing

@testable import Decoding

@Suite struct TimelineTests {
    /// Frame times at 25 frames a second (40 ms) for the given PTS, both in ms; estimated ones negated.
    private func times(_ pts: [Int64?]) -> [Int64] {
        var timeline = Timeline(frameRate: 25)
        return pts.map { pts in
            let (time, isEstimated) = timeline.next(pts: pts.map { $0 * 1000 })
            return isEstimated ? -time.microseconds : time.microseconds
        }
    }

    @Test(
        arguments: [
            ("as they come", [100, 140, 1000, 1001], [100_000, 140_000, 1_000_000, 1_001_000]),
            ("a missing one follows the last", [100, nil, 180], [100_000, -140_000, 180_000]),
            ("a repeated one follows the last", [100, 140, 140, 220], [100_000, 140_000, -180_000, 220_000]),
            (
                "several that share one are spread", [0, 0, 0, 120, 120, 120, 240],
                [0, -40_000, -80_000, 120_000, -160_000, -200_000, 240_000]
            ),
            (
                "more than the frame rate says", [0, 0, 0, 60, 60, 60, 120, 120],
                [0, -40_000, -80_000, -80_001, -100_001, -120_001, -120_002, -140_002]
            ),
            ("one a bit early moves alone", [100, 140, 110, 180], [100_000, 140_000, -140_001, 180_000]),
            ("a step back moves the rest", [100, 140, 20, 60], [100_000, 140_000, -180_000, -220_000]),
            ("a clock that stands is left", [100, 100, 100, 100], [100_000, -140_000, -180_000, -220_000]),
            ("one from the past is moved alone", [500, 540, 100, 620], [500_000, 540_000, -580_000, 620_000]),
            (
                "one a bit late delays the next alone", [100, 140, 400, 220, 260, 420],
                [100_000, 140_000, 400_000, -400_001, -400_002, 420_000]
            ),
            (
                "the file's own times come back", [1000, 1040, 500, 540, 1160, 1200],
                [1_000_000, 1_040_000, -1_080_000, -1_120_000, 1_160_000, 1_200_000]
            ),
            (
                "a first one far behind estimates", Array(repeating: nil, count: 30) + [100, 140],
                (0..<30).map { -40_000 * $0 } + [-1_200_000, -1_240_000]
            ),
            ("a second step back", [100, 0, 40, 0], [100_000, -140_000, -180_000, -220_000]),
        ] as [(String, [Int64?], [Int64])])
    func everyFrameIsLaterThanTheOneBefore(name: String, pts: [Int64?], expected: [Int64]) {
        #expect(times(pts) == expected)
        #expect(zip(expected, expected.dropFirst()).allSatisfy { abs($0) < abs($1) })
    }

    @Test(arguments: [(nil, 40_000), (30_000.0 / 1001, 33_367), (1e9, 1)] as [(Double?, Int64)])
    func theFrameRateGivesTheDistance(rate: Double?, distance: Int64) {
        #expect(Timeline(frameRate: rate).frameDuration == distance)
    }
}

@Suite struct FrameSamplingTests {
    private func wanted(rate: Double, _ times: some Sequence<Int64>) -> [Int64] {
        var sampling = FrameSampling(rate: rate)
        return times.filter { sampling.wants($0) }
    }

    @Test(
        arguments: [
            (10, [0, 120, 200, 320, 400, 520, 600, 720, 800, 920]), (25, Array(stride(from: 0, to: 1000, by: 40))),
            (100, Array(stride(from: 0, to: 1000, by: 40))), (2, [0, 520]), (0.1, [0]),
        ] as [(Double, [Int64])])
    func theFirstFrameAtOrAfterEachPointOfTheGridIsWanted(rate: Double, expected: [Int64]) {
        let frames = stride(from: Int64(0), to: 1000, by: 40)
        #expect(wanted(rate: rate, frames.map { $0 * 1000 }) == expected.map { $0 * 1000 })
    }

    @Test func theGridBeginsWithTheFirstFrame() {
        #expect(wanted(rate: 10, [-70_000, 20_000, 30_000, 129_999, 130_000]) == [-70_000, 30_000, 130_000])
    }

    @Test func roundedTimesMeetTheGrid() {
        // 29.97 frames a second, in whole microseconds, thinned to itself.
        let frames = (0..<3000).map { Int64((Double($0) * 1_001_000_000 / 30_000).rounded()) }
        #expect(wanted(rate: 30_000.0 / 1001, frames) == frames)
    }
}
