import SystemPackage

/// Writes lines to the standard output, for `--output -`.
///
/// A closed pipe throws `closed`, provided the process ignores SIGPIPE. A pipe that another process made non-blocking
/// is waited for. A pipe can't be rolled back: after an error its last line may be partial. Not thread-safe.
public final class StandardOutputSink: RecordSink {
    private static let path = "standard output"

    private var descriptor: FileDescriptor?

    /// A sink on file descriptor 1, or another one in its place.
    public init(descriptor: FileDescriptor = .standardOutput) {
        self.descriptor = descriptor
    }

    /// Writes one line, waiting for the reader where the pipe is full.
    ///
    /// - Throws: `closed`, `noSpace` (where the output is a file) or `failed`.
    public func write(line: String) throws(RecordingError) {
        guard let descriptor else {
            throw .failed(path: Self.path, operation: .write, errno: .badFileDescriptor)
        }
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        try RecordingError.attempt(.write, Self.path) {
            var rest = bytes[...]
            while !rest.isEmpty {
                do {
                    rest = try rest.dropFirst(descriptor.write(some: rest))
                } catch Errno.wouldBlock {
                    try descriptor.waitUntilWritable()
                }
            }
        }
    }

    /// Ends the sink. The descriptor stays open: it belongs to the process.
    public func finish() throws(RecordingError) {
        descriptor = nil
    }
}
