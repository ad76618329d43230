import Testing

@testable import Recording

@Suite struct LineQueueTests {
    /// Whatever the order of calls: lines come out whole and in order, those that don't are counted, and the bytes that
    /// wait are bounded.
    @Test(arguments: 0..<20)
    func linesComeOutWholeAndInOrder(seed: Int) throws {
        var random = SplitMix64(state: UInt64(seed))
        let capacity = Int.random(in: 100...1_000_000, using: &random)
        let queue = LineQueue(capacity: capacity)
        var (expected, lost, held, received) = ([String](), 0, [UInt8](), [UInt8]())
        for index in 0..<3000 {
            let line = "\(index)" + String(repeating: "x", count: .random(in: 0...2000, using: &random))
            switch queue.append(line) {
            case .queued: expected.append(line)
            case .lost: lost += 1
            case .refused: Issue.record("refused")
            }
            #expect(queue.snapshot.status.queuedBytes <= capacity)
            guard Int.random(in: 0..<40, using: &random) == 0 else { continue }
            if held.isEmpty { held = queue.take() }
            let count = Int.random(in: 0...held.count, using: &random)
            queue.noteWritten(held[..<count])
            received += held[..<count]
            held.removeFirst(count)
        }
        repeat {
            received += held
            queue.noteWritten(held[...])
            held = queue.take()
        } while !held.isEmpty
        let status = queue.snapshot.status
        #expect(String(decoding: received, as: UTF8.self) == expected.map { $0 + "\n" }.joined())
        #expect(status.droppedLines == lost && status.queuedBytes == 0 && queue.isEmpty)
        #expect(status.writtenBytes == received.count && status.writtenLines == expected.count)
    }

    @Test func aClosedQueueTakesNothingAndAnAbandonedOneCounts() {
        let queue = LineQueue(capacity: 100)
        for _ in 0..<3 { _ = queue.append("line") }
        let long = String(repeating: "x", count: 100)
        for _ in 0..<2 { _ = queue.append(long) }
        #expect(queue.abandon(hasEnded: true) == 5, "three that waited and two that found no room")
        #expect(queue.abandon(hasEnded: true) == 0)
        _ = queue.append("line")
        #expect(queue.snapshot.status.droppedLines == 6)
        queue.close()
        guard case .refused = queue.append("line") else {
            Issue.record("not refused")
            return
        }
    }
}
