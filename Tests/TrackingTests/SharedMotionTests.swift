import CAllocationCounter
import PathModel
import Testing

@testable import Tracking

@Suite struct SharedMotionTests {
    /// Five people who stand or walk about, in a picture whose left edge is at `view`.
    private func people(_ view: @escaping @Sendable (Double) -> Double) -> [Walker] {
        [(0.2, 0.4, 0.02), (0.35, 0.6, 0), (0.5, 0.3, -0.02), (0.7, 0.5, 0), (0.8, 0.7, 0.01)].map { x, y, speed in
            Walker(width: 0.03, height: 0.12) { Point(x: x + speed * $0 - view($0), y: y) }
        }
    }

    private func ids(_ walkers: [Walker], fps: Double, isTold: Bool) -> Int {
        var options = ByteTracker.Options()
        options.seesCameraInBoxes = isTold
        return replay(walkers, at: times(4, fps: fps), options: options).ids.count
    }

    @Test(
        "In a picture that turns away by two widths of a person a frame, everybody keeps the id", arguments: [25.0, 5])
    func turns(fps: Double) {
        let turning = people { time in 0.06 * min(max(0, (time - 2) * fps), 3) }
        #expect(ids(turning, fps: fps, isTold: true) == 5)
        #expect(ids(turning, fps: fps, isTold: false) > 5, "or this shows nothing")
    }

    @Test("Where the camera stands still the tracks are the same, bit by bit, even if one runs and another comes")
    func standsStill() {
        let runner = Walker(width: 0.03, height: 0.12) { Point(x: -0.1 + 0.5 * $0, y: 0.2) }
        let walkers = people { _ in 0 } + [runner]
        var told = ByteTracker.Options()
        told.seesCameraInBoxes = true
        let (with, without) = (
            replay(walkers, at: times(4, fps: 10), options: told), replay(walkers, at: times(4, fps: 10))
        )
        for (one, other) in zip(with.updates, without.updates) { #expect(one.update.tracks == other.update.tracks) }
    }

    @Test func aVoteAllocatesNothingOnceTheCrowdHasBeenSeen() {
        var options = ByteTracker.Options()
        options.seesCameraInBoxes = true
        var tracker = ByteTracker(options: options, aspectRatio: 16.0 / 9)
        var update = TrackerUpdate()
        let views = [people { _ in 0 }, people { _ in 0.06 }]
        let steps = (0..<100).map { frame in
            let detections = views[frame % 2].compactMap { $0.detection(at: 0) }
            let before = footpath_allocation_count()
            tracker.step(detections, at: Timestamp(microseconds: Int64(frame) * 100_000), into: &update)
            return Int(footpath_allocation_count() - before)
        }
        #expect(update.tracks.compactMap(\.id).sorted() == [1, 2, 3, 4, 5])
        #expect(steps[0] > 0, "the counter sees the tracker")
        #expect(steps.suffix(20).reduce(0, +) == 0, "\(steps)")
    }
}
