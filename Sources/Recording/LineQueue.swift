import Synchronization

/// Lines between those who make them and the one thread that writes them; bounded in bytes. Any thread may use it.
final class LineQueue: Sendable {
    /// Bytes that are taken at once at most.
    static let largestBatch = 256 * 1024

    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var bytes: [UInt8] = []
        var taken = 0
        var waitingLines = 0
        var status = OutputStatus()
        var isClosed = false
        var lossStart: Int?
        var isLossTold = false
        var isAbandoned = false

        var snapshot: Snapshot {
            Snapshot(status: status, isClosed: isClosed, lossStart: lossStart, isAbandoned: isAbandoned)
        }
    }

    /// What became of a line.
    enum Outcome {
        /// It waits; `isFirst` where no other did.
        case queued(isFirst: Bool)
        /// There was no room; `isFirst` where a loss began, which must be told, and that noted.
        case lost(isFirst: Bool)
        /// The queue is closed.
        case refused
    }

    /// A queue's state.
    struct Snapshot {
        var status: OutputStatus
        var isClosed: Bool
        /// Lines lost before the loss that goes on; nil where none does.
        var lossStart: Int?
        var isAbandoned: Bool
    }

    /// - Parameter capacity: bytes that wait at most, those that were taken but aren't written among them.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Appends a line and its newline.
    func append(_ line: String) -> Outcome {
        let newline = UInt8(ascii: "\n")
        return state.withLock { state in
            guard !state.isClosed else { return .refused }
            guard !state.isAbandoned, state.status.queuedBytes + line.utf8.count < capacity else {
                let isFirst = state.lossStart == nil && !state.isAbandoned
                state.lossStart = state.lossStart ?? state.status.droppedLines
                state.status.droppedLines += 1
                return .lost(isFirst: isFirst)
            }
            let isFirst = state.bytes.isEmpty
            state.bytes.append(contentsOf: line.utf8)
            state.bytes.append(newline)
            state.status.queuedBytes += line.utf8.count + 1
            state.waitingLines += 1
            return .queued(isFirst: isFirst)
        }
    }

    /// Takes whole lines off, the oldest first; none where there are none.
    func take() -> [UInt8] {
        state.withLock { state in
            if state.taken == 0 && state.bytes.count <= Self.largestBatch {
                defer { state.bytes = [] }
                return state.bytes
            }
            let limit = min(state.bytes.count, state.taken + Self.largestBatch)
            let newline = state.bytes[state.taken..<limit].lastIndex(of: UInt8(ascii: "\n"))
            let end = newline.map { $0 + 1 } ?? state.bytes.count
            let batch = Array(state.bytes[state.taken..<end])
            state.taken = end
            // In halves, so that no byte moves often.
            if end * 2 > state.bytes.count {
                state.bytes.removeFirst(end)
                state.taken = 0
            }
            return batch
        }
    }

    /// Takes note that the system took bytes.
    func noteWritten(_ written: ArraySlice<UInt8>) {
        let lines = written.count { $0 == UInt8(ascii: "\n") }
        state.withLock { state in
            guard !state.isAbandoned else { return }
            state.status.queuedBytes -= written.count
            state.status.writtenBytes += written.count
            state.status.writtenLines += lines
            state.waitingLines -= lines
        }
    }

    /// Takes note that a line's bytes, which the system took, must be written again.
    func noteUnwritten(_ count: Int) {
        state.withLock { state in
            guard !state.isAbandoned else { return }
            state.status.queuedBytes += count
            state.status.writtenBytes -= count
        }
    }

    func noteRotation() { state.withLock { $0.status.rotations += 1 } }

    /// Takes note that people know of the loss. It doesn't end before.
    func noteLossTold() { state.withLock { $0.isLossTold = true } }

    /// Ends a loss if nothing waits any more.
    ///
    /// - Returns: the state after that, and how many lines were lost before the loss that ended.
    func settle() -> (state: Snapshot, endedLoss: Int?) {
        state.withLock { state in
            guard state.isLossTold && state.status.queuedBytes == 0 && !state.isAbandoned else {
                return (state.snapshot, nil)
            }
            let ended = state.lossStart
            (state.lossStart, state.isLossTold) = (nil, false)
            return (state.snapshot, ended)
        }
    }

    /// Takes no more lines.
    func close() { state.withLock { $0.isClosed = true } }

    /// Gives up what waits and all that comes.
    ///
    /// - Parameter hasEnded: whether this is the output's own end, not the program's.
    /// - Returns: how many lines are lost by that, and by the loss in whose midst it comes; 0 where it was done before.
    func abandon(hasEnded: Bool) -> Int {
        state.withLock { state in
            guard !state.isAbandoned else { return 0 }
            state.isAbandoned = true
            (state.bytes, state.taken) = ([], 0)
            state.status.queuedBytes = 0
            let before = state.lossStart ?? state.status.droppedLines
            state.status.droppedLines += state.waitingLines
            state.status.hasEnded = hasEnded
            return state.status.droppedLines - before
        }
    }

    var isEmpty: Bool { state.withLock { $0.bytes.isEmpty } }

    var snapshot: Snapshot { state.withLock { $0.snapshot } }
}
