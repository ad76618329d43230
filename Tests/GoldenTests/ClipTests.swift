import Foundation
import TestSupport
import Testing

/// Clips in which people were counted by looking.
@Suite(.enabled(if: Project.hasShared, "needs ../shared")) struct ClipTests {
    @Test(
        "Everyone has one path",
        arguments: [
            ("clips/one-by-one.mp4", "--fps 5", 6), ("clips/head-pose-face-detection-female-and-male.mp4", "", 2),
            ("clips/face-demographics-walking.mp4", "", 2), ("clips/store-aisle-detection.mp4", "", 3),
            // A man goes behind a woman and comes out half hidden; then one box lies around him and another.
            ("cases/common/walk.mp4", "--quality fast", 3), ("cases/common/walk.mp4", "--quality fast --fps 10", 3),
        ])
    func everyoneHasOnePath(clip: String, options: String, people: Int) throws {
        let folder = try TemporaryFolder()
        let records = folder.path("records.jsonl")
        let arguments = ["analyze", Project.shared.appendingPathComponent(clip).path, "--output", records]
        let result = try run(
            Project.program.path, arguments + ["--face-fps", "0"] + options.split(separator: " ").map(String.init))
        try #require(result.status == 0, "\(result.errors)")
        let tracks = try String(contentsOfFile: records, encoding: .utf8).split(separator: "\n").compactMap { line in
            let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return record?["event"] as? String == "path" ? record?["track"] as? Int : nil
        }
        #expect(Set(tracks).count == people)
    }
}
