import SystemPackage

/// The standard output: a pipe, a socket such as the journal's, a terminal or a file. It can't be opened again, so that
/// its reader's end is its own.
///
/// A line that a full pipe cut is finished before anything else is written.
final class OutputStream: LineDestination {
    /// What a pipe with any room at all takes without waiting: `PIPE_BUF` of Linux (pipe(7)).
    private static let pieceBytes = 4096

    let path = "standard output"
    let survivesHangUp = false
    let pause = Duration.seconds(1)
    private let descriptor: FileDescriptor
    private let isSocket: Bool

    /// - Parameter descriptor: stays the process's: its end closes a copy only.
    init(descriptor: FileDescriptor) throws(RecordingError) {
        let path = path
        self.descriptor = try RecordingError.attempt(.open, path) { try descriptor.duplicate() }
        let copy = self.descriptor
        isSocket = try RecordingError.attempt(.open, path) { try copy.stat().type == .socket }
    }

    deinit {
        try? descriptor.close()
    }

    var watched: Int32? { descriptor.rawValue }

    func write(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        var rest = bytes
        do {
            try RecordingError.attempt(.write, path) {
                while !rest.isEmpty {
                    let count = try writeSome(rest)
                    guard count > 0 else { return }
                    rest.removeFirst(count)
                }
            }
        } catch {
            // What was taken is; the next call meets the error again.
            if rest.count == bytes.count { throw error }
        }
        return bytes.count - rest.count
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

    func finish() {}
}
