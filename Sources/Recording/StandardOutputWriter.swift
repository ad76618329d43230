import PathModel
import Synchronization
import SystemPackage

/// The standard output: a pipe, a socket such as the journal's, a terminal or a file. It can't be opened again, so that
/// its reader's end is its own.
///
/// A line that a full pipe cut is finished before anything else is written, be it by the next output to the same pipe.
final class StandardOutputWriter: LineWriter {
    /// What a pipe with any room at all takes without waiting: `PIPE_BUF` of Linux (pipe(7)).
    private static let pieceBytes = 4096

    /// What outputs that had to end in the middle of a line left of it.
    private static let unfinished = Mutex<[FileIdentity: [UInt8]]>([:])

    let path = "\(OutputTarget.standardOutput)"
    let survivesHangUp = false
    let pause = Duration.seconds(1)
    private let descriptor: FileDescriptor
    private let isSocket: Bool
    private let identity: FileIdentity
    /// The rest of a line of the output before.
    private var rest: [UInt8]

    /// - Parameter descriptor: stays the process's: its end closes a copy only.
    init(descriptor: FileDescriptor) throws(RecordingError) {
        let path = path
        self.descriptor = try RecordingError.attempt(.open, path) { try descriptor.duplicate() }
        let copy = self.descriptor
        let status = try RecordingError.attempt(.open, path) {
            // A closed one, in whose place something to read is kept.
            if !copy.isForWriting { throw Errno.badFileDescriptor }
            return try copy.stat()
        }
        isSocket = status.type == .socket
        let identity = FileIdentity(status)
        self.identity = identity
        rest = Self.unfinished.withLock { $0.removeValue(forKey: identity) ?? [] }
    }

    deinit {
        try? descriptor.close()
    }

    var watched: Int32? { descriptor.rawValue }

    func write(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        if !rest.isEmpty {
            rest.removeFirst(try writeWhatIsTaken(rest[...]))
            guard rest.isEmpty else { return 0 }
        }
        return try writeWhatIsTaken(bytes)
    }

    private func writeWhatIsTaken(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        var left = bytes
        do {
            try RecordingError.attempt(.write, path) {
                while !left.isEmpty {
                    let count = try writeSome(left)
                    guard count > 0 else { return }
                    left.removeFirst(count)
                }
            }
        } catch {
            // What was taken is; the next call meets the error again.
            if left.count == bytes.count { throw error }
        }
        return bytes.count - left.count
    }

    /// The descriptor's flags are shared with other processes, so that it isn't made non-blocking.
    private func writeSome(_ bytes: ArraySlice<UInt8>) throws -> Int {
        if isSocket { return try descriptor.send(bytes) }
        guard descriptor.isWritable else { return 0 }
        return try descriptor.write(some: bytes.prefix(Self.pieceBytes))
    }

    func maintain(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? { nil }

    func reopen() {}

    func hangUp() {}

    func finish(cut: ArraySlice<UInt8>) {
        let left = rest.isEmpty ? Array(cut) : rest
        guard !left.isEmpty else { return }
        let identity = identity
        Self.unfinished.withLock { $0[identity] = left }
    }
}
