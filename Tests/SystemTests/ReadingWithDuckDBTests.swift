import Foundation
import TestSupport
import Testing

/// The lines of Python in docs/counting.md, as they stand there.
@Suite struct ReadingWithDuckDBTests {
    @Test func theLinesInTheDocsSayWhatTheRecordsSay() throws {
        let place = try TemporaryFolder()
        let walker = (1...100).map { "\($0),-1,\(100 + 4 * $0),200,40,100,0.9,-1,-1,-1" }.joined(separator: "\n")
        try walker.write(toFile: place.path("det.txt"), atomically: true, encoding: .utf8)
        let counted = try footpath(
            "track", place.path("det.txt"), "--image-size", "640x480", "--fps", "25", "--line", "door=0.5,1,0.5,0",
            "--zone", "hall=0.5,0,0.9,0,0.9,1,0.5,1", "--records", place.path("lobby.mp4.paths.jsonl"))
        try #require(counted.status == 0, "\(counted.errors)")

        let page = Project.root.appendingPathComponent("docs/counting.md")
        let code = try String(contentsOf: page, encoding: .utf8).split(separator: "```python\n")[1].split(
            separator: "```")[0]
        #expect(code.split(separator: "\n").count == 5)
        try code.write(toFile: place.path("read.py"), atomically: true, encoding: .utf8)
        let python = Project.runtime.appendingPathComponent("python-tests/bin/python").path
        let result = try run("sh", ["-c", "cd \"$1\" && exec \"$2\" read.py", "sh", place.url.path, python])
        #expect(result.status == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").map { $0.filter { $0 != " " } }
        #expect(rows.contains { $0.contains("│door│in│1│") }, "\(result.output)")
        #expect(rows.contains { $0.contains("│hall│1│") }, "\(result.output)")
    }
}
