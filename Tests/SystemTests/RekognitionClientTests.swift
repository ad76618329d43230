import Foundation
import TestSupport
import Testing

/// The programs in Tests/Rekognition: boto3 of today and of 2023, AWS's command lines, a program in Go, wrk and nginx, as their users have them.
@Suite("Rekognition's clients, as they are, at footpath serve", .serialized)
struct RekognitionClientTests {
    private struct Told: Decodable {
        let botocore: String
        let passed: [String]
        let failed, skipped: [String: String]
        let walked: Int
    }

    @Test(arguments: ["guide", "clients", "errors", "signatures", "survival", "hostile", "load", "tools", "docs"])
    func everyCaseOf(program: String) throws {
        let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path
        let path = Project.root.appendingPathComponent("Tests/Rekognition/\(program)").path
        let result = try Command(
            python, [path],
            environment: ["FOOTPATH": Project.program.path, "FOOTPATH_RUNTIME": Project.runtime.path]
        ).wait(seconds: 600)
        try #require(result.status == 0, "\(program): \(result.errors)")
        let told = try JSONDecoder().decode(Told.self, from: Data(result.output.utf8))
        for (name, why) in told.failed { Issue.record("\(program) \(name): \(why)") }
        for (name, why) in told.skipped { print("\(program) \(name) is skipped: \(why)") }
        #expect(!told.passed.isEmpty)
        print("\(program): \(told.walked) answers beside the model of botocore \(told.botocore)")
    }
}
