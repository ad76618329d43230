import Foundation
import TestSupport
import Testing

/// A program of the folder Tests that runs cases with real parts and prints as JSON how they ended.
struct CaseProgram {
    private struct Told: Decodable {
        let passed: [String]
        let failed, skipped: [String: String]
    }

    /// What it printed.
    let output: Data

    /// Runs it and records an issue for each case that failed.
    ///
    /// - Parameters:
    ///   - path: from the project's folder.
    ///   - interpreter: its path, where it isn't the one that the script names.
    init(_ path: String, by interpreter: String? = nil, seconds: Double) throws {
        let script = Project.root.appendingPathComponent(path).path
        let result = try Command(
            interpreter ?? script, interpreter == nil ? [] : [script],
            environment: ["FOOTPATH": Project.program.path, "FOOTPATH_RUNTIME": Project.runtime.path]
        ).wait(seconds: seconds)
        try #require(result.status == 0, "\(path): \(result.errors)")
        output = Data(result.output.utf8)
        let told = try JSONDecoder().decode(Told.self, from: output)
        for (name, why) in told.failed { Issue.record("\(path) \(name): \(why)") }
        for (name, why) in told.skipped { print("\(path) \(name) is skipped: \(why)") }
        #expect(!told.passed.isEmpty || !told.skipped.isEmpty)
    }
}
