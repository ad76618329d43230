import Foundation
import TestSupport
import Testing

/// The programs in Tests/Rekognition: boto3 of today and of 2023, AWS's command lines, a program in Go, wrk and nginx, as their users have them.
@Suite("Rekognition's clients, as they are, at footpath serve", .serialized)
struct RekognitionClientTests {
    private struct Told: Decodable {
        let botocore: String
        let walked: Int
    }

    @Test(arguments: ["guide", "clients", "errors", "signatures", "survival", "hostile", "load", "tools", "docs"])
    func everyCaseOf(program: String) throws {
        let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path
        let run = try CaseProgram("Tests/Rekognition/\(program)", by: python, seconds: 600)
        let told = try JSONDecoder().decode(Told.self, from: run.output)
        print("\(program): \(told.walked) answers beside the model of botocore \(told.botocore)")
    }
}
