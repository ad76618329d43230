import Foundation

/// Lines between those who make them and the one thread that writes them; bounded in bytes. Any thread may use it.
final class LineQueue: @unchecked Sendable {
    /// Bytes that are taken at once at most.
    static let largestBatch = 256 * 1024

    private let capacity: Int
    // `lock` protects all that follows.
    private let lock = NSLock()
    private var bytes: [UInt8] = []
    private var taken = 0
    private var waitingLines = 0
    private var status = OutputStatus()
    private var isClosed = false
    private var lossStart: Int?
    private var isLossTold = false
    private var isAbandoned = false

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
        return lock.withLock {
            guard !isClosed else { return .refused }
            guard !isAbandoned, status.queuedBytes + line.utf8.count < capacity else {
                let isFirst = lossStart == nil && !isAbandoned
                lossStart = lossStart ?? status.droppedLines
                status.droppedLines += 1
                return .lost(isFirst: isFirst)
            }
            let isFirst = bytes.isEmpty
            bytes.append(contentsOf: line.utf8)
            bytes.append(newline)
            status.queuedBytes += line.utf8.count + 1
            waitingLines += 1
            return .queued(isFirst: isFirst)
        }
    }

    /// Takes whole lines off, the oldest first; none where there are none.
    func take() -> [UInt8] {
        lock.withLock {
            if taken == 0 && bytes.count <= Self.largestBatch {
                defer { bytes = [] }
                return bytes
            }
            let limit = min(bytes.count, taken + Self.largestBatch)
            let end = bytes[taken..<limit].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            let batch = Array(bytes[taken..<end])
            taken = end
            // In halves, so that no byte moves often.
            if taken * 2 > bytes.count {
                bytes.removeFirst(taken)
                taken = 0
            }
            return batch
        }
    }

    /// Takes note that the system took bytes.
    func noteWritten(_ written: ArraySlice<UInt8>) {
        let lines = written.count { $0 == UInt8(ascii: "\n") }
        lock.withLock {
            guard !isAbandoned else { return }
            status.queuedBytes -= written.count
            status.writtenBytes += written.count
            status.writtenLines += lines
            waitingLines -= lines
        }
    }

    /// Takes note that a line's bytes, which the system took, must be written again.
    func noteUnwritten(_ count: Int) {
        lock.withLock {
            guard !isAbandoned else { return }
            status.queuedBytes += count
            status.writtenBytes -= count
        }
    }

    func noteRotation() { lock.withLock { status.rotations += 1 } }

    /// Takes note that people know of the loss. It doesn't end before.
    func noteLossTold() { lock.withLock { isLossTold = true } }

    /// Ends a loss if nothing waits any more.
    ///
    /// - Returns: the state after that, and how many lines were lost before the loss that ended.
    func settle() -> (state: Snapshot, endedLoss: Int?) {
        lock.withLock {
            guard isLossTold && status.queuedBytes == 0 && !isAbandoned else { return (state, nil) }
            let ended = lossStart
            (lossStart, isLossTold) = (nil, false)
            return (state, ended)
        }
    }

    /// Takes no more lines.
    func close() { lock.withLock { isClosed = true } }

    /// Gives up what waits and all that comes.
    ///
    /// - Parameter hasEnded: whether this is the output's own end, not the program's.
    /// - Returns: how many lines were given up; 0 where that was done before.
    func abandon(hasEnded: Bool) -> Int {
        lock.withLock {
            guard !isAbandoned else { return 0 }
            isAbandoned = true
            (bytes, taken) = ([], 0)
            status.queuedBytes = 0
            status.droppedLines += waitingLines
            status.hasEnded = hasEnded
            return waitingLines
        }
    }

    var isEmpty: Bool { lock.withLock { bytes.isEmpty } }

    var snapshot: Snapshot { lock.withLock { state } }

    private var state: Snapshot {
        Snapshot(status: status, isClosed: isClosed, lossStart: lossStart, isAbandoned: isAbandoned)
    }
}
