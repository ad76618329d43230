import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite struct LogrotateTests {
    /// Debian's logrotate renames the file and signals the program, as `systemd/` has it do.
    @Test(arguments: [("nocreate", 25_000), ("create 0644", 5000)])
    func noLineIsLostOrDoubledByLogrotate(creation: String, lines: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let command = try Command(
                Project.built("record-load").path, [path, "4", "\(lines)", "queue=100000000", "pause=20"])
            let configuration = folder + "/logrotate.conf"
            try write(
                """
                \(path) {
                    rotate 1000
                    \(creation)
                    compress
                    delaycompress
                    missingok
                    postrotate
                        kill -HUP \(command.processID)
                    endscript
                }

                """, to: configuration)
            #expect(chmod(configuration, 0o644) == 0)
            var rotations = 0
            while command.isRunning {
                let result = try run("/usr/sbin/logrotate", ["-f", "-s", folder + "/state", configuration])
                // The program may end before it is signalled.
                #expect(result.status == 0 || !command.isRunning, "\(result.errors)")
                rotations += 1
                usleep(50_000)
            }
            let result = command.wait()
            #expect(result.errors.contains("written=\(4 * lines) dropped=0"))
            #expect(rotations > 3)
            // The oldest has the highest number.
            let old = try files(in: folder).filter { $0.hasPrefix("a.jsonl.") }.sorted {
                $0.compare($1, options: .numeric) == .orderedDescending
            }
            var text = ""
            for name in old {
                text +=
                    name.hasSuffix(".gz")
                    ? try run("gzip", ["-dc", folder + "/" + name]).output : try content(of: folder + "/" + name)
            }
            if FileManager.default.fileExists(atPath: path) { text += try content(of: path) }
            #expect(try sequences(text) == Array(0..<4 * lines))
        }
    }
}
