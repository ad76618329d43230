import Foundation
import Glibc

/// A folder that hangs, as a share does whose server is gone, until this object goes: what looks into it can't be killed.
public final class HangingFolder {
    /// Whether this machine lets us have one.
    public static let isPossible =
        geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0 && (try? HangingFolder()) != nil

    /// Where it is.
    public let path: String
    private let folder: TemporaryFolder
    private let server: Command

    /// - Throws: where it can't be mounted.
    public init() throws {
        folder = try TemporaryFolder()
        path = folder.path("share")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        server = try Command(Project.root.appendingPathComponent("Tests/Servers/hanging-folder").path, [path])
        for _ in 0..<6000 where server.isRunning && server.output.isEmpty { usleep(10_000) }
        guard server.output.hasPrefix("mounted\n") else { throw CommandFailure(text: server.wait(seconds: 1).errors) }
    }

    deinit { end() }

    /// Waits until so many questions hang in it.
    public func waitUntilAsked(_ times: Int = 1) {
        for _ in 0..<6000 where server.isRunning && server.output.components(separatedBy: "asked\n").count <= times {
            usleep(10_000)
        }
    }

    /// Lets all who hang in it go on, with an error.
    public func end() {
        server.signal(SIGTERM)
        _ = server.wait()
    }
}
