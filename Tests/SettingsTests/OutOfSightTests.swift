import Analyzing
import Following
import Foundation
import Settings
import TestSupport
import Testing
import Tracking

/// What becomes of people out of sight and of cameras that move, on the command line and in a daemon's configuration.
@Suite struct OutOfSightTests {
    @Test func recordsWaitAsLongAsPeopleMayBeLostWithinReason() throws {
        func options(_ texts: [String: [String]]) throws -> AnalysisOptions { try AnalysisOptions(texts, cores: 1) }
        #expect(try options([:]).bridge == 2)
        #expect(try options(["max_lost": ["4"]]).bridge == 4 && options(["max_lost": ["4"]]).tracker.maxLost == 4)
        #expect(try options(["max_lost": ["3000"]]).bridge == 10)
        #expect(try options(["max_lost": ["3000"], "bridge": ["0"]]).bridge == 0)
    }

    private func cameras(_ yaml: String) throws -> [AnalysisOptions] {
        let folder = try TemporaryFolder()
        try yaml.write(toFile: folder.path("c.yaml"), atomically: true, encoding: .utf8)
        return try DaemonConfig(path: folder.path("c.yaml"), environment: [:], cores: 1).cameras.map(\.options)
    }

    @Test func aLiveCamerasRecordsHardlyWait() throws {
        let found = try cameras(
            """
            output: {path: "/tmp/{feed}.jsonl"}
            cameras:
              - {name: live, source: "rtsp://127.0.0.1/a"}
              - {name: patient, source: "rtsp://127.0.0.1/b", bridge: 3s, max_lost: 5s}
              - {name: folder, directory: /tmp, predicted: true, camera_motion: off}
            """)
        #expect(found.map(\.bridge) == [0.5, 3, 2])
        #expect(found.map(\.tracker.maxLost) == [2, 5, 2])
        #expect(found.map(\.cameraMotion) == [.auto, .auto, .off])
        #expect(found.map(\.predicted) == [false, false, true])
    }

    @Test func wrongValuesAreToldWithTheirPlace() throws {
        let error = #expect(throws: SettingsError.self) {
            try cameras(
                """
                output: {path: "/tmp/{feed}.jsonl"}
                cameras:
                  - {name: a, source: "rtsp://127.0.0.1/a", camera_motion: always, max_lost: soon, bridge: 2h}
                """)
        }
        for key in ["camera_motion", "max_lost", "bridge"] {
            #expect(
                error?.problems.contains { $0.contains("cameras[0].\(key)") } == true,
                "\(key): \(error?.problems ?? [])")
        }
    }
}
