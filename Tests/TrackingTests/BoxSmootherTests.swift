import PathModel
import Testing

@testable import Tracking

@Suite struct BoxSmootherTests {
    private let smoother = BoxSmoother(placeSpan: 0.2)

    /// A box that moves and grows evenly.
    private func straight(_ seconds: Double) -> BoundingBox {
        BoundingBox(
            left: 0.1 + 0.1 * seconds, top: 0.3 - 0.02 * seconds, width: 0.1 + 0.01 * seconds,
            height: 0.3 + 0.02 * seconds)
    }

    private func sample(_ seconds: Double, _ box: BoundingBox, confidence: Double = 0.8) -> Sighting {
        Sighting(
            time: Timestamp(microseconds: Int64(seconds * 1e6)), box: box, confidence: confidence)
    }

    @Test(arguments: [2.0, 14, 60]) func evenMotionStaysAsItIsAtAnyRateAndToTheEnds(fps: Double) {
        let path = times(3, fps: fps).map { sample($0, straight($0)) }
        for (found, expected) in zip(smoother.smooth(path), path) { #expect(isClose(found, expected.box, 1e-5)) }
    }

    @Test func noiseShrinks() {
        var random = SeededRandom(seed: 2)
        let path = times(4, fps: 25).map { time in
            var box = straight(time)
            box.left += Double.random(in: -0.02...0.02, using: &random)
            box.height *= Double.random(in: 0.9...1.1, using: &random)
            return sample(time, box)
        }
        func error(_ boxes: [BoundingBox]) -> Double {
            zip(boxes, path).reduce(0) { $0 + abs($1.0.left - straight($1.1.time.seconds(since: path[0].time)).left) }
        }
        #expect(error(smoother.smooth(path)) < 0.4 * error(path.map(\.box)))
    }

    @Test func whatIsFarAwayInTimeCountsForNothing() {
        let alone = BoundingBox(left: 0.7, top: 0.1, width: 0.1, height: 0.2)
        let path = times(1, fps: 25).map { sample($0, straight($0)) } + [sample(9, alone)]
        #expect(smoother.smooth(path).last.map { isClose($0, alone, 1e-12) } == true)
    }

    @Test func aSurerBoxCountsMore() {
        let (one, other) = (straight(0), straight(5))
        let path = [sample(0, one, confidence: 0.9), sample(0, other, confidence: 0.1)]
        let middle = (one.left + other.left) / 2
        #expect(smoother.smooth(path).allSatisfy { $0.left > one.left && $0.left < middle })
    }

    @Test func boxesThatEndAtTheEdgeStayInTheFrame() {
        // Someone who walks in: narrow at first, the left edge always at the frame's.
        let path = times(1, fps: 25).map {
            sample($0, BoundingBox(left: 0, top: 0.2, width: 0.1 * min(1, 0.2 + $0 * $0), height: 0.5))
        }
        #expect(smoother.smooth(path).allSatisfy { $0.left >= 0 && $0.width > 0 })
    }

    @Test func aSpanOfZeroChangesNothing() {
        let path = [sample(0, straight(0)), sample(0.04, straight(1))]
        #expect(BoxSmoother(placeSpan: 0).smooth(path) == path.map(\.box))
        #expect(smoother.smooth([]).isEmpty)
    }

    private func isClose(_ one: BoundingBox, _ other: BoundingBox, _ tolerance: Double) -> Bool {
        abs(one.left - other.left) < tolerance && abs(one.top - other.top) < tolerance
            && abs(one.width - other.width) < tolerance && abs(one.height - other.height) < tolerance
    }
}
