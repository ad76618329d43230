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

    deinit { close(descriptor) }
}
