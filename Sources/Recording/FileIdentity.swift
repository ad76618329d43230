import PathModel
import SystemPackage

extension FileIdentity {
    package init(_ status: Stat) {
        self.init(device: UInt64(status.deviceID.rawValue), inode: UInt64(status.inode.rawValue))
    }

    /// What the path leads to, links followed; nil where that is nothing.
    package init?(path: String) {
        guard let status = try? Stat(FilePath(path)) else { return nil }
        self.init(status)
    }

    /// Whether the path leads to this file now.
    func isAt(_ path: String) -> Bool { FileIdentity(path: path) == self }
}
