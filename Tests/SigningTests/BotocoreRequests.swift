import Foundation
import TestSupport

/// What botocore signs, by `Tests/Signatures/botocore-signatures`.
enum BotocoreRequests {
    struct Line: Decodable {
        var id, secret: String
        var seconds: Int
        var method, path, query: String?
        var headers: [[String]]?
        /// In base64.
        var body: String?
        var endpoint, style, region, bucket, name, version, url: String?
        var expires: Int?
        var topic, message: String?
    }

    private static let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path

    static func lines(_ kind: String, seed: Int, count: Int) throws -> [Line] {
        let script = Project.root.appendingPathComponent("Tests/Signatures/botocore-signatures").path
        let result = try run(python, ["-B", script, kind, String(seed), String(count)])
        guard result.status == 0 else { throw Failure(text: result.errors) }
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    struct Failure: Error {
        let text: String
    }
}
