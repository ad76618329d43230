import Foundation
import SystemPackage

/// A tmpfs of 64 KiB.
struct SmallDisk {
    static let canBeMounted: Bool = {
        (try? withTemporaryFolder { try SmallDisk(at: $0).unmount() }) != nil
    }()

    private let folder: String

    init(at folder: String) throws {
        self.folder = folder
        guard try Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) == 0 else {
            throw Errno.notPermitted
        }
    }

    func unmount() {
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
