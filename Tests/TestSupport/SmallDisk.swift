import Foundation

/// A tmpfs.
public struct SmallDisk {
    /// Whether this user may mount file systems.
    public static let canBeMounted: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return withExtendedLifetime(folder) { (try? SmallDisk(at: folder.url.path).unmount()) != nil }
    }()

    private struct NotMounted: Error {}

    private let folder: String

    /// Mounts one on a folder, which is made where it isn't there.
    public init(at folder: String, kilobytes: Int = 64) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard try run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", folder]).status == 0 else {
            throw NotMounted()
        }
    }

    /// To be called before the folder is removed.
    public func unmount() {
        _ = try? run("umount", [folder])
    }
}
