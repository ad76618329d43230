import Foundation
import Synchronization
import SystemPackage

/// An output of the daemon: a file, the standard output or a socket, written by a thread of its own.
///
/// `write` never waits and never fails while the output is open. Lines wait in a queue whose bytes are bounded, while a
/// disk is slow or full or a reader is slow or absent; where there is no room in it they are lost whole, counted, and
/// their `seq` with them. Any thread may use it; lines arrive in the order of the calls.
public final class QueuedSink: LineSink, Sendable {
    /// Seconds from `requestFinish` to the end, whatever disk and reader do.
    public static let farewell = 0.9

    /// The `seq` of the first line: 0, or where a continued file leaves off.
    public let nextSequence: Int

    // Used by the thread alone, but for its path, which doesn't change.
    private nonisolated(unsafe) let destination: any LineWriter
    private let queue: LineQueue
    private let reporter: OutputReporter
    private let wakeup: Wakeup
    private let queueBytes: Int
    /// Waits for the thread.
    let ended = DispatchGroup()
    /// Held from a change of the loss until it is told, so that what is told comes in order.
    private let telling = NSLock()
    /// Entered with each request to open a file anew, left when that is done.
    private let reopening = DispatchGroup()
    private let requests = Mutex(Requests())

    private struct Requests {
        var reopens = 0
        var deadline: ContinuousClock.Instant?
        /// Whether the thread looks at these no more.
        var isOver = false
    }

    /// Opens an output.
    ///
    /// A socket that nobody listens at yet is no error: it is tried again for ever, as it is when its reader goes away.
    ///
    /// - Parameters:
    ///   - target: A file is continued where it exists.
    ///   - rotation: For files: when to begin a new one.
    ///   - queueBytes: Bytes that wait at most.
    ///   - report: Told what people should know, from any thread.
    /// - Throws: `notRecords`, `notFile`, `isInUse`, `noSpace` or `failed`.
    public convenience init(
        _ target: OutputTarget, sync: SyncPolicy = .standard, rotation: Rotation? = nil, queueBytes: Int,
        report: @escaping @Sendable (OutputEvent) -> Void
    ) throws(RecordingError) {
        let reporter = OutputReporter(report)
        let queue = LineQueue(capacity: queueBytes)
        let destination: any LineWriter
        var next = 0
        switch target {
        case .standardOutput: destination = try StandardOutputWriter(descriptor: .standardOutput)
        case .socket(let path): destination = try SocketWriter(path: path, reporter: reporter)
        case .file(let path):
            let file = try FileWriter(
                path: path, sync: sync, rotation: rotation, reporter: reporter, onRotation: queue.noteRotation)
            (destination, next) = (file, file.nextSequence)
        }
        try self.init(destination, nextSequence: next, queue: queue, queueBytes: queueBytes, reporter: reporter)
    }

    init(
        _ destination: any LineWriter, nextSequence: Int, queue: LineQueue, queueBytes: Int,
        reporter: OutputReporter
    ) throws(RecordingError) {
        self.destination = destination
        self.nextSequence = nextSequence
        self.queue = queue
        self.queueBytes = queueBytes
        self.reporter = reporter
        wakeup = try Wakeup()
        ended.enter()
        let thread = Thread { [self] in
            run()
            ended.leave()
        }
        thread.name = "output"
        thread.start()
    }

    /// How it is doing.
    public var status: OutputStatus {
        var status = queue.snapshot.status
        status.trouble = status.hasEnded ? "\(RecordingError.closed(path: destination.path))" : reporter.trouble
        return status
    }

    /// Queues one line, or loses and counts it.
    ///
    /// - Throws: `finished` once the output is to end.
    public func write(line: String) throws(RecordingError) {
        switch queue.append(line) {
        case .queued(isFirst: true): wakeup.raise()
        case .queued(isFirst: false), .lost(isFirst: false): break
        case .lost(isFirst: true):
            telling.withLock {
                reporter.tell(.losing(path: destination.path, queueBytes: queueBytes))
                queue.noteLossTold()
            }
            // What waited may be written by now, and the loss over.
            wakeup.raise()
        case .refused: throw .finished(path: destination.path)
        }
    }

    /// Has a file opened anew by its path, for rotation by others. Returns at once.
    public func requestReopen() {
        requests.withLock { requests in
            guard !requests.isOver else { return }
            requests.reopens += 1
            reopening.enter()
        }
        wakeup.raise()
    }

    /// Waits until what was requested is done: then others may do with the old file what they like.
    ///
    /// - Returns: false where it wasn't done in time.
    @discardableResult
    public func waitForReopen(seconds: Double = 1) -> Bool {
        reopening.wait(timeout: .now() + seconds) == .success
    }

    /// Takes no more lines and writes what waits, for `farewell` at most. Returns at once.
    public func requestFinish() {
        requests.withLock { $0.deadline = $0.deadline ?? .now + .seconds(Self.farewell) }
        queue.close()
        wakeup.raise()
    }

    /// Ends the output and waits until it has ended, `farewell` and a little more after `requestFinish` at most. What
    /// could not be written by then is counted and reported.
    public func finish() {
        requestFinish()
        let left = requests.withLock(\.deadline).map { ($0 - .now) / .seconds(1) } ?? 0
        // A thread that a disk holds on to can't be ended; it writes nothing more once it is let go.
        if ended.wait(timeout: .now() + max(0, left) + 0.1) == .timedOut { abandon() }
    }

    private func abandon() {
        let lost = queue.abandon(hasEnded: false)
        if lost > 0 { reporter.tell(.abandoned(path: destination.path, lost: lost)) }
    }

    // MARK: - The thread

    /// What the thread knows of its work.
    private struct Work {
        /// Whole lines.
        var batch: [UInt8] = []
        /// How many of the batch's bytes are written.
        var sent = 0
        /// Whether the reader must make room first.
        var isBlocked = false
        /// When to try again after a failure.
        var retry: ContinuousClock.Instant?
        /// When the destination has something to do.
        var due: ContinuousClock.Instant?
        /// Lines lost before the trouble that goes on; nil where there is none.
        var lostBefore: Int?
        var isLastTry = false

        var isDone: Bool { sent == batch.count }

        /// What is left of a line of which the beginning is written.
        var cut: ArraySlice<UInt8> {
            let newline = UInt8(ascii: "\n")
            guard sent > 0, batch[sent - 1] != newline else { return [] }
            return batch[sent...].prefix { $0 != newline } + [newline]
        }
    }

    private func run() {
        var work = Work()
        while !queue.snapshot.isAbandoned {
            reopenIfWanted()
            // In this order, so that no line slips in between.
            let isClosed = queue.snapshot.isClosed
            if work.isDone { (work.batch, work.sent) = (queue.take(), 0) }
            if isClosed && work.isDone {
                settle(&work)
                break
            }
            maintain(&work)
            advance(&work, isClosed: isClosed)
            settle(&work)
            if isClosed && isHopeless(work) { abandon() } else { wait(&work) }
        }
        destination.finish(cut: work.cut)
        // Nobody is left waiting for a file that is closed.
        for _ in 0..<takeReopens(isLast: true) { reopening.leave() }
    }

    private func reopenIfWanted() {
        let count = takeReopens()
        guard count > 0 else { return }
        destination.reopen()
        for _ in 0..<count { reopening.leave() }
    }

    private func takeReopens(isLast: Bool = false) -> Int {
        requests.withLock { requests in
            defer { (requests.reopens, requests.isOver) = (0, isLast) }
            return requests.reopens
        }
    }

    private func maintain(_ work: inout Work) {
        guard work.retry.map({ $0 <= .now }) ?? true else { return }
        do {
            work.due = try destination.maintain(at: .now)
        } catch {
            failed(error, &work)
        }
    }

    private func advance(_ work: inout Work, isClosed: Bool) {
        if isClosed && !work.isLastTry && work.retry != nil { (work.retry, work.isLastTry) = (nil, true) }
        guard !work.isDone, work.retry.map({ $0 <= .now }) ?? true else { return }
        do {
            let count = try destination.write(work.batch[work.sent...])
            work.retry = nil
            work.isBlocked = count == 0
            queue.noteWritten(work.batch[work.sent..<work.sent + count])
            work.sent += count
            // Not with a few lines already: on a full disk there may be room for those.
            if work.isDone && queue.isEmpty { reporter.works(.write) }
        } catch {
            failed(error, &work)
        }
    }

    private func failed(_ error: RecordingError, _ work: inout Work) {
        work.isBlocked = false
        if case .closed = error, !destination.survivesHangUp {
            reporter.tell(.ended(path: destination.path, lost: queue.abandon(hasEnded: true)))
            return
        }
        if destination.survivesHangUp {
            let newline = UInt8(ascii: "\n")
            let start = work.batch[..<work.sent].lastIndex(of: newline).map { $0 + 1 } ?? 0
            queue.noteUnwritten(work.sent - start)
            work.sent = start
        }
        work.retry = .now + destination.pause
        work.lostBefore = work.lostBefore ?? queue.snapshot.status.droppedLines
        reporter.failed(.write, error)
    }

    /// Tells when trouble is over.
    private func settle(_ work: inout Work) {
        telling.withLock {
            let (state, endedLoss) = queue.settle()
            work.lostBefore = work.lostBefore ?? endedLoss ?? state.lossStart
            guard state.lossStart == nil && !reporter.isFailing(.write) else { return }
            if let before = work.lostBefore {
                reporter.tell(.recovered(path: destination.path, lost: state.status.droppedLines - before))
            }
            work.lostBefore = nil
        }
    }

    private func isHopeless(_ work: Work) -> Bool {
        if work.isLastTry && work.retry != nil { return true }
        return requests.withLock(\.deadline).map { $0 <= .now } ?? false
    }

    private func wait(_ work: inout Work) {
        // A line that came while something else was waited for has raised `wakeup` already.
        if work.isDone ? !queue.isEmpty : !work.isBlocked && work.retry == nil { return }
        let end = requests.withLock(\.deadline)
        let next = [work.retry ?? work.due, end].compactMap { $0 }.min()
        if wakeup.wait(until: next, watching: destination.watched, forRoom: work.isBlocked) {
            destination.hangUp()
            failed(.closed(path: destination.path), &work)
        }
    }
}
