import Foundation

/// Where things are, for tests.
public enum Project {
    /// The project's folder.
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Reference material that only developers have; tests that need it are skipped where it is absent.
    public static let shared = root.deletingLastPathComponent().appendingPathComponent("shared")

    /// Whether `shared` is there.
    public static var hasShared: Bool { FileManager.default.fileExists(atPath: shared.path) }

    /// Whether `Scripts/test --quick` runs the tests.
    public static var isQuick: Bool { ProcessInfo.processInfo.environment["FOOTPATH_TESTS"] == "quick" }

    /// The sample clip.
    public static let sample = root.appendingPathComponent("SampleVideos/crossing.mp4")

    /// The built program, beside the test bundle.
    public static var program: URL { built("footpath") }

    /// A program that was built with the tests.
    public static func built(_ name: String) -> URL {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        let folder =
            bundle?.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return folder.appendingPathComponent(name)
    }

    /// What Scripts/setup fetched.
    public static let runtime = root.appendingPathComponent(".runtime")
}

/// A folder of its own for one test, removed with the object.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Makes the folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("footpath-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of a file in the folder.
    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// The path of a new file in the folder, with a text in it.
    public func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}
