import Foundation
import TestSupport
import Testing

/// Pages in a headless Chromium, by the scripts in Tests/Browser.
enum Browser {
    /// Runs a script and decodes the JSON that it prints.
    static func run<Result: Decodable>(_ script: String, _ arguments: String...) throws -> Result {
        let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path
        let path = Project.root.appendingPathComponent("Tests/Browser/\(script)").path
        let result = try Command(python, [path] + arguments).wait(seconds: 300)
        try #require(result.status == 0, "\(script) \(arguments): \(result.errors)")
        return try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
    }
}
