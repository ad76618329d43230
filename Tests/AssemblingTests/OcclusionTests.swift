import PathModel
import Testing

@testable import Assembling

@Suite struct OcclusionTests {
    private func sighting(_ seconds: Int64, left: Double, confidence: Double = 0.9) -> Sighting {
        Sighting(
            time: Timestamp(microseconds: seconds * 1_000_000),
            box: BoundingBox(left: left, top: 0.25, width: 0.25, height: 0.5), confidence: confidence)
    }

    @Test func whoStandsStillIsPutOnTheStraightLine() {
        let occlusion = Occlusion(from: sighting(0, left: 0), to: sighting(4, left: 0.5, confidence: 0.6))
        let (time, last) = (sighting(1, left: 0).time, sighting(0, left: 0).box)
        #expect(occlusion.box(at: time, expected: last)?.left == 0.125 && occlusion.confidence == 0.75)
        #expect(occlusion.isWithin(4) && !occlusion.isWithin(3.9))
    }

    @Test func whoWasExpectedElsewhereIsMovedByTheShareOfTheError() {
        let expected = [1, 2, 3, 4].map { sighting($0, left: 0.1 * Double($0)) }
        let occlusion = Occlusion(from: sighting(0, left: 0), to: sighting(4, left: 0.6), expected: expected[3].box)
        let found = expected.map { occlusion.box(at: $0.time, expected: $0.box)?.left ?? -1 }
        #expect(zip(found, [0.15, 0.3, 0.45, 0.6]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func nobodyIsPutOutsideOfTheFrame() {
        let occlusion = Occlusion(from: sighting(0, left: 0.9), to: sighting(2, left: 0.7))
        let time = sighting(1, left: 0).time
        #expect(occlusion.box(at: time, expected: sighting(1, left: 1.2).box) == nil)
        #expect(occlusion.box(at: time, expected: sighting(1, left: 0.95).box)?.right == 1)
    }
}
