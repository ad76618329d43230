import Dispatch
import Glibc
import PathModel
import Recording
import Synchronization
import SystemPackage

/// Says that this process works on a piece, for as long as it lives (flock(2)), and how far it is.
final class PieceLock: Sendable {
    /// What came of asking for it.
    enum Answer {
        case taken(PieceLock)
        /// Somebody else has it; nil where nothing is known of that run.
        case held(Heartbeat?)
    }

    private let path: String
    private let descriptor: FileDescriptor
    /// Whether the file system has locks at all.
    private let isSure: Bool
    private let beat = Mutex(Heartbeat())
    private let queue = DispatchQueue(label: "footpath.heartbeat")
    private let isOver = Atomic(false)
    /// Those of this process. A process that ends has one list of them.
    private static let own = Mutex<[ObjectIdentifier: PieceLock]>([:])

    /// Asks for a piece.
    ///
    /// A run on another machine may hold a lock that doesn't reach across the file system, or may be dead: what it says of
    /// itself is watched for three of its beats.
    ///
    /// - Parameters:
    ///   - interval: of beats, in seconds.
    ///   - goesOnWaiting: asked while another machine's run is watched.
    /// - Throws: `CancellationError` where it doesn't go on; `BatchError`.
    static func take(
        _ path: String, interval: Double = Heartbeat.interval, goesOnWaiting: () -> Bool = { true }
    ) throws -> Answer {
        while true {
            guard let lock = try PieceLock(path) else { return .held(Heartbeat(path: path)) }
            // Whoever had it may have removed the file meanwhile.
            guard lock.isInPlace else { continue }
            if let last = Heartbeat(path: path), !(lock.isSure && last.isOfThisMachine),
                let news = try news(of: last, at: path, interval: interval, goesOnWaiting)
            {
                return .held(news)
            }
            do throws(RecordingError) {
                try lock.begin(interval: interval)
            } catch {
                throw BatchError(error)
            }
            return .taken(lock)
        }
    }

    /// - Returns: nil where another process has it.
    private init?(_ path: String) throws(BatchError) {
        self.path = path
        do {
            descriptor = try FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        } catch {
            throw BatchError(RecordingError(error, .open, path))
        }
        var code: Int32 = 0
        repeat {
            code = flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
        } while code == EINTR
        isSure = code == 0
        if code == EWOULDBLOCK { return nil }
    }

    deinit { try? descriptor.unlockAndClose() }

    private func begin(interval: Double) throws(RecordingError) {
        try write()
        Self.own.withLock { $0[ObjectIdentifier(self)] = self }
        goOn(interval: interval)
    }

    private func goOn(interval: Double) {
        queue.asyncAfter(deadline: .now() + interval) { [weak self] in
            guard let self, !isOver.load(ordering: .acquiring) else { return }
            // What can't be written now may be written next time.
            try? write()
            goOn(interval: interval)
        }
    }

    /// Says how far the piece is, from now on: frames, and microseconds done and in all.
    func tell(frames: Int, elapsed: Int64, duration: Int64?) {
        beat.withLock { ($0.frames, $0.elapsed, $0.duration) = (frames, elapsed, duration) }
    }

    /// Whether nobody took it over: another machine may have thought that this process is dead, as while it was stopped.
    var isHeld: Bool { isInPlace && Heartbeat(path: path)?.isOf(beat.withLock { $0 }) == true }

    /// Gives the piece up.
    func release() {
        isOver.store(true, ordering: .releasing)
        queue.sync {}
        giveUp()
    }

    /// Gives up all pieces of this process, from any thread, since the process ends now.
    ///
    /// - Returns: whether there were any.
    static func abandonAll() -> Bool {
        let locks = own.withLock { Array($0.values) }
        for lock in locks { lock.giveUp() }
        return !locks.isEmpty
    }

    private func giveUp() {
        if isHeld { try? Disk.remove(path) }
        Self.own.withLock { $0[ObjectIdentifier(self)] = nil }
    }

    private func write() throws(RecordingError) {
        let line = beat.withLock { beat in
            beat.updated = max(beat.updated + 1, Heartbeat.utc)
            return beat.line
        }
        let descriptor = descriptor
        try RecordingError.attempt(.write, path) {
            _ = try descriptor.writeAll(toAbsoluteOffset: 0, line.utf8)
            // So that other machines see it, too.
            try descriptor.sync()
        }
    }

    private var isInPlace: Bool {
        guard let status = try? descriptor.stat() else { return false }
        return FileIdentity(status).isAt(path)
    }

    /// What a run says after `last`; nil where that is nothing.
    private static func news(
        of last: Heartbeat, at path: String, interval: Double, _ goesOnWaiting: () -> Bool
    ) throws(CancellationError) -> Heartbeat? {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(3 * interval) {
            guard goesOnWaiting() else { throw CancellationError() }
            usleep(UInt32(min(0.25, interval / 2) * 1e6))
            if let beat = Heartbeat(path: path), beat != last { return beat }
        }
        return nil
    }
}
