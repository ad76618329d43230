import Foundation
import TestSupport
import Testing

/// The programs in Tests/Deploy: what runs Footpath on many machines, as operators have it, on this one.
@Suite("Many machines, as they are", .serialized)
struct DeployTests {
    @Test(arguments: ["systemd", "slurm", "parallel", "docs"])
    func everyCaseOf(program: String) throws {
        _ = try CaseProgram("Tests/Deploy/\(program)", seconds: 600)
    }

    @Test func everyCaseOfKubernetes() throws {
        _ = try CaseProgram(
            "Tests/Deploy/kubernetes", by: Project.runtime.appendingPathComponent("python-tests/bin/python").path,
            seconds: 600)
    }
}
