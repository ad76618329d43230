/// What tells one file from another, whatever names lead to it.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// The file of `st_ino` on the device `st_dev` (stat(2)).
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}
