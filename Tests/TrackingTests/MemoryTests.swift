import CAllocationCounter
import PathModel
import Testing

@testable import Tracking

@Suite struct MemoryTests {
    @Test func theCounterCounts() {
        let before = footpath_allocation_count()
        var numbers = [Int](repeating: 1, count: 1000)
        numbers[5] = footpath_allocation_count() > before ? 2 : 3
        #expect(numbers[5] == 2)
    }

    /// Without optimisation, the standard library's own accessors allocate.
    private static var isOptimized: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    @Test(
        .enabled(if: isOptimized, "needs optimisation: Scripts/test runs it"),
        arguments: [10, 100, 300])
    func aStepAllocatesNothingOnceTheCrowdHasBeenSeen(people: Int) {
        let frames = crowd(of: people, frames: 120)
        var tracker = ByteTracker(aspectRatio: 16.0 / 9)
        var update = TrackerUpdate()
        // Buffers grow by doubling from a first size that the heap sets, and the crowd's peaks differ a little from round
        // to round: so which round is the first without an allocation varies, and that there is one doesn't.
        let rounds = (0..<6).map { round in
            frames.indices.reduce(0) { sum, index in
                let time = Timestamp(microseconds: Int64(round * frames.count + index) * 40_000)
                let before = footpath_allocation_count()
                tracker.step(frames[index], at: time, into: &update)
                return sum + Int(footpath_allocation_count() - before)
            }
        }
        #expect(update.tracks.count > people / 2)
        #expect(rounds[0] > 0, "the counter sees the tracker")
        #expect(rounds.contains(0), "\(rounds)")
    }

    /// People who walk to and fro, so that the second round goes on where the first began; a tenth is not detected.
    private func crowd(of people: Int, frames: Int) -> [[Detection]] {
        var random = SeededRandom(seed: UInt64(people))
        let starts = (0..<people).map { _ in
            (Double.random(in: 0.05...0.9, using: &random), Double.random(in: 0.05...0.9, using: &random))
        }
        return (0..<frames).map { frame in
            let way = 0.0005 * Double(min(frame, frames - frame))
            return starts.compactMap { x, y in
                guard Int.random(in: 0..<10, using: &random) > 0 else { return nil }
                let part = Appearance.Part(values: SIMD4(Float(100 * x), 0, Float(10 * y), 5), visibility: 1)
                return Detection(
                    box: BoundingBox(left: x + way, top: y, width: 0.01, height: 0.04),
                    confidence: Double.random(in: 0.3...1, using: &random),
                    appearance: Appearance(upper: part, lower: part))
            }
        }
    }
}
