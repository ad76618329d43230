import CAllocationCounter
import PathModel
import TestSupport
import Testing
import Tracking

@testable import Counting

@Suite struct MemoryTests {
    private static var isOptimized: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    static let layout = CountingLayout(
        zones: (0..<20 as Range<UInt64>).map { ZonePropertyTests.zone(seed: $0) },
        lines: (0..<10).map { .across((0.09 * Double($0), 0.1), (0.09 * Double($0) + 0.1, 0.9), name: "\($0)") })

    @Test(.enabled(if: isOptimized, "needs optimisation: Scripts/test runs it"))
    func aFrameAllocatesNothingWhereNothingIsSettled() {
        let walks = (0..<100 as Range<UInt64>).map { Walk.random(seed: $0, pace: 0.003...0.01) }
        var frames = frames(of: walks, count: 500)
        var counter = RegionCounter(Self.layout, origin: 0, start: Timestamp(microseconds: 0))
        var first = [Film([]).records[0]]
        counter.take(&first)
        var allocations: [Int] = []
        var quiet = 0
        for index in frames.indices {
            var frame: [PathRecord] = []
            // What others hold, too, would be copied.
            swap(&frame, &frames[index])
            let count = frame.count
            let before = footpath_allocation_count()
            counter.observe(frame[0].time)
            counter.take(&frame, settled: frame[0].time)
            let allocated = Int(footpath_allocation_count() - before)
            if frame.count == count {
                quiet += 1
                allocations.append(allocated)
            }
        }
        #expect(quiet > 50, "\(quiet)")
        #expect(allocations.suffix(quiet / 2).reduce(0, +) == 0, "\(allocations)")
    }

    private func frames(of walks: [Walk], count: Int) -> [[PathRecord]] {
        (0..<count).map { frame in
            let info = FrameInfo(index: frame, time: Timestamp(microseconds: Int64(frame) * 40_000))
            var film = Film()
            for (index, walk) in walks.enumerated() { film.add(index + 1, walk.box(at: Double(frame) / 25), info) }
            return film.records
        }
    }
}
