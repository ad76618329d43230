import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite struct LogrotateTests {
    /// Debian's logrotate renames the file and signals the program, as `systemd/` has it do.
    @Test(arguments: ["nocreate", "create 0644"])
    func noLineIsLostOrDoubledByLogrotate(creation: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let command = try Command(
                Project.built("record-load").path, [path, "4", "0", "queue=100000000", "pause=20"])
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
            command.waitUntilHandling(SIGHUP)
            for _ in 0..<6 {
                let result = try run("/usr/sbin/logrotate", ["-f", "-s", folder + "/state", configuration])
                #expect(result.status == 0 && command.isRunning, "\(result.errors)")
                // Before it has opened a file anew, a second rotation would find none, or one that is still written to.
                #expect(eventually { isOpen(path, in: command) })
            }
            command.signal(SIGTERM)
            let errors = command.wait().errors
            let written = try #require(
                errors.firstMatch(of: /written=(\d+) dropped=0/).flatMap { Int($0.output.1) }, "\(errors)")
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
            #expect(old.count == 6)
            #expect(try sequences(text) == Array(0..<written))
        }
    }

    /// Whether a program has a file open by this name, and not by one that it was renamed to.
    private func isOpen(_ path: String, in command: Command) -> Bool {
        let folder = "/proc/\(command.processID)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.contains {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)) == path
        }
    }
}
