import Foundation
import PathModel
import TestSupport
import Testing

@testable import Tracking

@Suite struct CameraMotionTests {
    /// Where things of the scene are in the picture, in frame heights.
    private struct View {
        var x = 0.0
        var y = 0.0
        var degrees = 0.0
        var scale = 1.0

        func seen(_ point: Point) -> Point {
            let angle = degrees * .pi / 180
            return CameraMotion(a: scale * cos(angle), b: scale * sin(angle), offset: Point(x: x, y: y)).moved(point)
        }

        /// From the picture of one view to that of another.
        func motion(to later: View) -> CameraMotion {
            let angle = (later.degrees - degrees) * .pi / 180
            var motion = CameraMotion(a: later.scale / scale * cos(angle), b: later.scale / scale * sin(angle))
            let (from, to) = (motion.moved(seen(Point(x: 0, y: 0))), later.seen(Point(x: 0, y: 0)))
            motion.offset = Point(x: to.x - from.x, y: to.y - from.y)
            return motion
        }
    }

    /// The ids and the boxes' middles of three people, two walking and one who is hidden for a second, as a camera sees
    /// them that is shaken at random.
    private func track(seed: UInt64, isTold: Bool) -> (ids: Set<Int>, serials: Set<Int>) {
        var random = ScriptedRandom(seed: seed)
        var tracker = ByteTracker(aspectRatio: 1)
        var (ids, serials): (Set<Int>, Set<Int>) = ([], [])
        var view = View()
        for frame in 0..<75 {
            let seconds = Double(frame) / 25
            let next = View(
                x: .random(in: -0.15...0.15, using: &random), y: .random(in: -0.1...0.1, using: &random),
                degrees: .random(in: -2...2, using: &random), scale: .random(in: 0.95...1.05, using: &random))
            let places = [Point(x: 0.25 + 0.03 * seconds, y: 0.35), Point(x: 0.75 - 0.03 * seconds, y: 0.65)]
            let hidden = (1.2..<2.2).contains(seconds) ? [] : [Point(x: 0.5, y: 0.5)]
            let detections = (places + hidden).map { place in
                let (center, height) = (next.seen(place), 0.18 * next.scale)
                let box = BoundingBox(
                    left: center.x - height / 4, top: center.y - height / 2, width: height / 2, height: height)
                return Detection(box: box, confidence: 0.9)
            }
            let motion = frame == 0 || !isTold ? nil : view.motion(to: next)
            let update = tracker.step(
                detections, at: Timestamp(microseconds: Int64(frame) * 40_000), motion: motion)
            ids.formUnion(update.tracks.compactMap(\.id))
            serials.formUnion(update.tracks.map(\.serial))
            view = next
        }
        return (ids, serials)
    }

    @Test(arguments: 1...10) func aShakenCameraTakesNobodysID(seed: UInt64) {
        let told = track(seed: seed, isTold: true)
        #expect(told.ids == [1, 2, 3] && told.serials.count == 3)
        #expect(track(seed: seed, isTold: false).serials.count > 3, "or this shows nothing")
    }

    @Test func aMotionThereAndBackLeavesTheFilterAsItWas() {
        var filter = BoxFilter(BoundingBox(left: 0.3, top: 0.2, width: 0.1, height: 0.3), model: .init())
        filter.predict(seconds: 0.1, coasting: false)
        filter.correct(BoundingBox(left: 0.32, top: 0.2, width: 0.1, height: 0.31), confidence: 0.8)
        let (from, to) = (View(), View(x: 0.3, y: -0.2, degrees: 20, scale: 1.3))
        var carried = filter
        carried.carry(by: from.motion(to: to))
        #expect(abs(carried.box.height - 1.3 * filter.box.height) < 1e-9)
        carried.carry(by: to.motion(to: from))
        for (one, other) in [
            (carried.box.left, filter.box.left), (carried.box.top, filter.box.top),
            (carried.velocity.x, filter.velocity.x), (carried.velocity.y, filter.velocity.y),
        ] { #expect(abs(one - other) < 1e-9) }
    }
}
