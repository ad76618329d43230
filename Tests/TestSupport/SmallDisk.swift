import Foundation

/// A tmpfs of 64 KiB.
public struct SmallDisk {
    /// Whether this user may mount file systems.
    public static let canBeMounted: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return withExtendedLifetime(folder) { (try? SmallDisk(at: folder.url.path).unmount()) != nil }
    }()

    private struct NotMounted: Error {}

    private let folder: String

    /// Mounts one on a folder that exists.
    public init(at folder: String) throws {
        self.folder = folder
        guard try Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) == 0 else { throw NotMounted() }
    }

    /// To be called before the folder is removed.
    public func unmount() {
        _ = try? Self.run("umount", folder)
    }

    private static func run(_ command: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
