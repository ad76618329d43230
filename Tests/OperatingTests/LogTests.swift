import Following
import Foundation
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Operating

@Suite struct LogTests {
    /// What a log writes.
    private func lines(_ environment: [String: String] = [:], _ body: (Log) -> Void) throws -> [String] {
        let pipe = Pipe()
        let log = Log(environment: environment, output: pipe.fileHandleForWriting)
        body(log)
        log.finish()
        try pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test func repeatedTroubleIsWrittenOnceASecondWithACount() throws {
        let lines = try lines { log in
            for number in 0..<1000 { log.write(.warning, "cam", "packet \(number) is damaged") }
            log.write(.warning, "other", "packet 1 is damaged")
            usleep(1_100_000)
            log.tick()
        }
        #expect(lines.count == 3)
        #expect(lines[0].hasSuffix("warning: cam: packet 0 is damaged"))
        #expect(lines[1].hasSuffix("warning: other: packet 1 is damaged"))
        #expect(lines[2].hasSuffix("warning: cam: packet 999 is damaged (and 998 more like it)"))
    }

    @Test func theJournalGetsPrioritiesAndOneLineForEach() throws {
        let lines = try lines(["JOURNAL_STREAM": "8:1"]) { log in
            log.write(.error, nil, "two\nlines \u{1B}[31m")
            log.write(.notice, "cam", "runs")
            log.write(.debug, nil, "not asked for")
        }
        #expect(lines == [#"<3>two; lines \x1B[31m"#, "<5>cam: runs"])
    }

    @Test func messagesThatNobodyReadsAreCounted() throws {
        let pipe = Pipe()
        let log = Log(environment: [:], output: pipe.fileHandleForWriting)
        // A pipe holds 64 KiB, and a thousand messages wait.
        for number in 0..<5000 { log.write(.info, nil, "message \(number), long enough to fill a pipe with them") }
        let read = Mutex("")
        let reading = DispatchGroup()
        DispatchQueue(label: "reader").async(group: reading) {
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            read.withLock { $0 = text }
        }
        for _ in 0..<20 {
            log.tick()
            usleep(50_000)
        }
        log.finish()
        try pipe.fileHandleForWriting.close()
        reading.wait()
        let lines = read.withLock { $0.split(separator: "\n") }
        let losses = lines.compactMap {
            $0.firstMatch(of: /error: ([0-9]+) messages are lost/).flatMap { Int($0.output.1) }
        }
        #expect(!losses.isEmpty && losses.reduce(0, +) == 5000 - (lines.count - losses.count))
    }

    @Test func jsonIsAnObjectALine() throws {
        let lines = try lines { log in
            log.configure(level: .debug, format: .json)
            log.write(.debug, "cam", "a \"word\"\nand more")
        }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String])
        #expect(object["level"] == "debug")
        #expect(object["camera"] == "cam")
        #expect(object["message"] == "a \"word\"\nand more")
        #expect(object["time"] != nil)
    }
}
