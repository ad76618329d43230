import CProcess
import Glibc

/// An open file that a camera's process reads, whatever its name leads to by then.
public final class HandedFile: Sendable {
    /// The file as such a process finds it; opening it anew begins at its start.
    public static let path = "/proc/self/fd/\(FOOTPATH_FILE_DESCRIPTOR)"

    /// Open for reading, for as long as this lives.
    public let descriptor: Int32

    /// Takes a descriptor over; nil, and it is closed, where the process has none left.
    public init?(takingOver descriptor: Int32) {
        // Above those that footpath_spawn puts others in the place of.
        self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, Int32(FOOTPATH_FILE_DESCRIPTOR) + 1)
        close(descriptor)
        if self.descriptor < 0 { return nil }
    }

    /// A file in memory, without a name; nil where there is none left.
    public convenience init?(holding bytes: [UInt8]) {
        let descriptor = footpath_shared_memory(Int64(bytes.count))
        guard descriptor >= 0 else { return nil }
        self.init(takingOver: descriptor)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                pwrite(self.descriptor, $0.baseAddress, $0.count, off_t(written))
            }
            guard count > 0 else { return nil }
            written += count
        }
    }

    deinit { close(descriptor) }
}
