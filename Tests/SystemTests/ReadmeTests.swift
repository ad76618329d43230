import Foundation
import TestSupport
import Testing

/// What the README tells users to type.
struct ReadmeTests {
    private static let text =
        (try? String(contentsOf: Project.root.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""

    /// The lines of its `sh` blocks, in order.
    private static var commands: [String] {
        text.components(separatedBy: "```sh\n").dropFirst().flatMap { block in
            block.components(separatedBy: "```")[0].split(separator: "\n").map(String.init)
        }
    }

    @Test func everyUsageExampleWorks() throws {
        let folder = try TemporaryFolder()
        for name in ["lobby.mp4", "entrance.mp4"] {
            try ffmpeg("-i", Project.sample.path, "-t", "1", "-c", "copy", folder.path(name))
        }
        let configuration = try #require(Self.text.components(separatedBy: "```yaml\n").last)
        try Data(configuration.components(separatedBy: "```")[0].utf8)
            .write(to: URL(fileURLWithPath: folder.path("footpath.yaml")))
        #expect(Self.commands.count >= 8)
        let program = "footpath() { '\(Project.program.path)' \"$@\"; }; cd '\(folder.url.path)' || exit 99; "
        for command in Self.commands {
            #expect(command.hasPrefix("footpath "))
            let result = try run(
                "/bin/sh", ["-c", program + command], environment: ["FOOTPATH_RUNTIME": Project.runtime.path])
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
    }

    /// CI runs Scripts/test, and Scripts/test's build is Scripts/demo's.
    @Test func theTwoSetUpCommandsAreThoseThatExist() {
        let outsideFences = Self.text.components(separatedBy: "```").enumerated().filter { $0.offset.isMultiple(of: 2) }
        let indented = outsideFences.flatMap { $0.element.split(separator: "\n") }.filter { $0.hasPrefix("    ") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(indented == ["Scripts/demo", "Scripts/test"])
        for script in indented {
            #expect(FileManager.default.isExecutableFile(atPath: Project.root.appendingPathComponent(script).path))
        }
    }
}
