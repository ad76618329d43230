import Foundation
import PathModel
import TestSupport

/// The records of the sample video at default settings, analysed once for all tests.
enum Records {
    /// The file's content; named from the project's folder, since the name makes a part of the session's UUID.
    static let text: Result<String, any Error> = Result {
        let folder = try TemporaryFolder()
        let path = folder.path("records.jsonl")
        let script = "cd \"$1\" && exec \"$2\" analyze SampleVideos/crossing.mp4 --output \"$3\""
        let result = try run("sh", ["-c", script, "sh", Project.root.path, Project.program.path, path])
        guard result.status == 0 else { throw CannotAnalyze(description: result.errors) }
        try validateRecords(at: path)
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    struct CannotAnalyze: Error, CustomStringConvertible {
        let description: String
    }

    /// A `path` record, as far as ground truth says something about it.
    struct Point: Decodable {
        struct Box: Decodable {
            let left, top, width, height: Double
        }
        struct Face: Decodable {
            struct Landmark: Decodable {
                let type: String
                let x, y: Double
            }
            let landmarks: [Landmark]
        }
        let track: Int
        let frame: Int
        let box: Box
        let face: Face?
    }

    /// The `path` records.
    static func points() throws -> [Point] {
        try text.get().split(separator: "\n").filter { $0.contains(#""event":"path","#) }.map {
            try JSONDecoder().decode(Point.self, from: Data($0.utf8))
        }
    }
}
