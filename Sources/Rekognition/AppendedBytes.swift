import Recording
import SystemPackage

/// A new file that grows at its end. What is appended waits in memory until there is enough of it.
final class AppendedBytes {
    private static let chunk = 64 * 1024

    let path: String
    /// Bytes so far, those that wait too.
    private(set) var count: Int64 = 0
    private let descriptor: FileDescriptor
    private var waiting: [UInt8] = []

    init(path: String) throws(RecordingError) {
        self.path = path
        descriptor = try RecordingError.attempt(.open, path) {
            try FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        waiting.reserveCapacity(Self.chunk)
    }

    deinit { try? descriptor.close() }

    func append(_ bytes: [UInt8]) throws(RecordingError) {
        waiting += bytes
        count += Int64(bytes.count)
        if waiting.count >= Self.chunk { try flush() }
    }

    /// Hands all over to the system.
    func flush() throws(RecordingError) {
        let bytes = waiting
        waiting.removeAll(keepingCapacity: true)
        let descriptor = descriptor
        try RecordingError.attempt(.write, path) { _ = try descriptor.writeAll(bytes) }
    }

    /// Waits until the disk has all.
    func finish() throws(RecordingError) {
        try flush()
        let descriptor = descriptor
        try RecordingError.attempt(.sync, path) { try descriptor.sync() }
    }

    /// Some of what was flushed.
    func bytes(_ range: Range<Int64>) throws(RecordingError) -> [UInt8] {
        let descriptor = descriptor
        return try RecordingError.attempt(.read, path) { try descriptor.bytes(range) }
    }
}
