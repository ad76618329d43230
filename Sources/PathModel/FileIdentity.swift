import Glibc

/// What tells one file from another, whatever names lead to it.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// The file of `st_ino` on the device `st_dev` (stat(2)).
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// What a path leads to, links followed; nil where that is nothing (stat(2)).
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Whether a path leads to this file now.
    public func isAt(_ path: String) -> Bool { FileIdentity(path: path) == self }
}
