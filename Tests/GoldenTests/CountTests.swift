import Foundation
import PathModel
import TestSupport
import Testing

/// Counts on the sample video against those of its ground truth (`SampleVideos/README.md`).
@Suite struct CountTests {
    /// Across the room, and across its lanes. At 5 frames/s the man who passes behind another at x = 0.4 is lost there until he
    /// is nearly out, so no line is near.
    private static let lines = [
        "whole=0.58,0,0.58,1", "back=0.28,0.6,0.28,0.82", "far=0.68,0.6,0.68,0.82", "near=0.7,0.84,0.7,1",
    ]
    private static let zones = [
        "desk=0.3,0.5,0.7,0.5,0.7,1,0.3,1", "window=0,0.5,0.25,0.5,0.25,0.82,0,0.82",
        "exit=0.72,0.5,1,0.5,1,1,0.72,1",
    ]
    private static var options: [String] {
        lines.flatMap { ["--line", $0] } + zones.flatMap { ["--zone", $0] }
    }

    private struct Record: Decodable {
        let event: String
        var name: String?
        var direction: String?
        var action: String?
    }

    /// How often what happened: `far in` and the like.
    private static func counts(_ records: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for text in records.split(separator: "\n") {
            let record = try JSONDecoder().decode(Record.self, from: Data(text.utf8))
            guard record.event == "line" || record.event == "zone", let name = record.name else { continue }
            counts["\(name) \(record.direction ?? record.action ?? "")", default: 0] += 1
        }
        return counts
    }

    private static func truth() throws -> [String: Int] {
        let path = Project.root.appendingPathComponent("SampleVideos/crossing.gt.txt").path
        let size = ["--fps", "25", "--image-size", "768x432", "--smooth", "0", "--bridge", "0"]
        let result = try run(
            Project.program.path, ["track", path, "--linked", "--records", "-"] + size + options)
        try #require(result.status == 0, "\(result.errors)")
        return try counts(result.output)
    }

    /// As anybody sees who looks at the ways in the README.
    @Test func theGroundTruthCountsAsItIsSeen() throws {
        let lines = try Self.truth().filter { $0.key.hasSuffix(" in") || $0.key.hasSuffix(" out") }
        #expect(
            lines == [
                "whole in": 2, "whole out": 2, "back in": 1, "back out": 2, "far in": 1, "far out": 1, "near in": 1,
                "near out": 1,
            ])
    }

    @Test(arguments: ["25", "5"]) func theVideoCountsAsItsGroundTruth(rate: String) throws {
        let video = Project.root.appendingPathComponent("SampleVideos/crossing.mp4").path
        let result = try run(
            Project.program.path,
            ["analyze", video, "--output", "-", "--landmarks", "none", "--fps", rate] + Self.options)
        try #require(result.status == 0, "\(result.errors)")
        // Who comes in by the window in front of another is told from him in two of six frames at 5 frames/s: nobody's path yet.
        func counts(_ all: [String: Int]) -> [String: Int] { all.filter { rate != "5" || !$0.key.hasPrefix("window") } }
        #expect(counts(try Self.counts(result.output)) == counts(try Self.truth()))
    }
}
