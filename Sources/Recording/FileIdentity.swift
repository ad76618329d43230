import SystemPackage

/// What tells one file from another, whatever names they have.
struct FileIdentity: Hashable {
    private let device: DeviceID
    private let inode: Inode

    init(_ status: Stat) {
        device = status.deviceID
        inode = status.inode
    }

    /// Whether the path leads to this file now.
    func isAt(_ path: String) -> Bool {
        (try? Stat(FilePath(path))).map(FileIdentity.init) == self
    }
}
