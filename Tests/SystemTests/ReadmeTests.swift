import Foundation
import TestSupport
import Testing

/// What the README and the page on usage tell users to type.
struct ReadmeTests {
    private static let text = page("README.md")

    private static func page(_ path: String) -> String {
        (try? String(contentsOf: Project.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    /// The lines of a page's `sh` blocks, in order.
    private static func commands(of text: String) -> [String] {
        text.components(separatedBy: "```sh\n").dropFirst().flatMap { block in
            block.components(separatedBy: "```")[0].split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: ["README.md", "docs/usage.md"]) func everyUsageExampleWorks(page: String) throws {
        let folder = try TemporaryFolder()
        for name in ["lobby.mp4", "entrance.mp4"] {
            try ffmpeg("-i", Project.sample.path, "-t", "1", "-c", "copy", folder.path(name))
        }
        let configuration = try #require(Self.text.components(separatedBy: "```yaml\n").last)
        try Data(configuration.components(separatedBy: "```")[0].utf8)
            .write(to: URL(fileURLWithPath: folder.path("footpath.yaml")))
        let commands = Self.commands(of: Self.page(page))
        #expect(commands.count >= 7)
        let program = "footpath() { '\(Project.program.path)' \"$@\"; }; cd '\(folder.url.path)' || exit 99; "
        for command in commands {
            #expect(command.hasPrefix("footpath "))
            let result = try run(
                "/bin/sh", ["-c", program + command], environment: ["FOOTPATH_RUNTIME": Project.runtime.path])
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
    }

    /// What it says that Scripts/demo prints is what the sample's golden records say.
    @Test func whatItSaysOfTheSampleIsSo() throws {
        let records = try String(
            contentsOf: Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl"), encoding: .utf8)
        let totals = try #require(records.firstMatch(of: /"paths":(\d+),"points":(\d+),"faces":(\d+)/)).output
        #expect(Self.text.contains("\(totals.1) paths, \(totals.2) points, \(totals.3) faces ->"))
        let path = /"path_end".*"track":(\d+),.*"start":"[^"]*:([\d.]+)Z","end":"[^"]*:([\d.]+)Z",.*"points":(\d+),/
        let ends = records.split(separator: "\n").compactMap { $0.firstMatch(of: path)?.output }
        #expect(!ends.isEmpty)
        for (_, track, start, end, points) in ends {
            let row = try Regex("\n +\(track) +\(try seconds(start)) +\(try seconds(end)) +\(points) ")
            #expect(Self.text.contains(row), "person \(track)")
        }
    }

    private func seconds(_ text: Substring) throws -> String {
        String(format: "%.2f", try #require(Double(text)))
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
