import Foundation
import TestSupport
import Testing

@Suite("Ctrl-C and SIGTERM")
struct InterruptionTests {
    @Test("A signal ends the run within 5 s, with 130 and whole records", arguments: [[SIGINT], [SIGTERM]])
    func interrupted(signals: [Int32]) throws {
        let isInTime = try isDone(within: 5) {
            let place = try Workplace()
            let (result, seconds) = try interrupt(place, with: signals, sending: Data(contentsOf: Clips.streamed)) {
                $0.contains(#""event":"path""#)
            }
            #expect(result.status == 130)
            #expect(!result.errors.contains("footpath: "))
            let records = try place.records("out.jsonl")
            #expect(records.values("reason", of: "stream_end") == ["interrupted"])
            #expect(records.all("path_start").count == records.all("path_end").count)
            #expect(records.all("session_end").count == 1)
            return seconds
        }
        #expect(isInTime)
    }

    @Test("What was to take another file's place lies beside it, whole as far as it goes; the other stays")
    func replacing() throws {
        let place = try Workplace()
        try place.write(Data("mine".utf8), "out.jsonl")
        let (result, _) = try interrupt(
            place, with: [SIGINT], sending: Data(contentsOf: Clips.streamed), more: ["--force"]
        ) { $0.contains(#""event":"path""#) }
        #expect(result.status == 130)
        #expect(try String(contentsOfFile: place.path("out.jsonl"), encoding: .utf8) == "mine")
        let part = try #require(try place.names.first { $0.hasPrefix("out.jsonl.") && $0.hasSuffix(".part") })
        let told = "out.jsonl: stays as it was; the new lines are in \(place.path(part))"
        #expect(result.errors.contains(told), "\(result.errors)")
        let records = try place.records(part)
        #expect(records.values("reason", of: "stream_end") == ["interrupted"])
        #expect(records.lines.last?["event"] as? String == "session_end")
    }

    @Test("A second signal ends it at once; lines stay whole", arguments: [[SIGINT, SIGINT], [SIGTERM, SIGINT]])
    func twice(signals: [Int32]) throws {
        let isInTime = try isDone(within: 2) {
            let place = try Workplace()
            let (result, seconds) = try interrupt(place, with: signals, sending: Data(contentsOf: Clips.streamed)) {
                $0.contains(#""event":"path""#)
            }
            #expect(result.status == 130)
            _ = try place.records("out.jsonl")
            return seconds
        }
        #expect(isInTime)
    }

    @Test("A source that never begins can be interrupted")
    func beforeTheFirstFrame() throws {
        let isInTime = try isDone(within: 5) {
            let place = try Workplace()
            let (result, seconds) = try interrupt(place, with: [SIGINT], sending: Data()) { _ in true }
            #expect(result.status == 130)
            #expect(try place.names == ["pipe"])
            return seconds
        }
        #expect(isInTime)
    }

    @Test(
        "What isn't whole and would take another file's place goes, and lines are told of",
        arguments: [[SIGINT], [SIGINT, SIGTERM]])
    func unfinished(signals: [Int32]) throws {
        let place = try Workplace()
        try place.add(Project.sample, as: "long.mp4")
        for name in ["out.jsonl", "a.mp4"] { try place.write(Data("mine".utf8), name) }
        let command = try place.start(["long.mp4", "--force", "--output", "out.jsonl", "--annotate", "a.mp4"])
        let parts = { try place.names.filter { $0.hasSuffix(".part") } }
        try waitFor("both outputs, one with lines; \(command.errors)") {
            try parts().count == 2 && parts().contains { try $0.hasPrefix("out") && hasLines(place.path($0)) }
        }
        // Both are there when it goes on, and of two kinds, of which neither swallows the other.
        for signal in [SIGSTOP] + signals + [SIGCONT] { command.signal(signal) }
        let result = command.wait()
        #expect(result.status == 130)
        let left = try parts()
        #expect(left.count == 1 && left.allSatisfy { $0.hasPrefix("out.jsonl.") && result.errors.contains($0) })
        for name in ["out.jsonl", "a.mp4"] {
            #expect(try String(contentsOfFile: place.path(name), encoding: .utf8) == "mine")
        }
    }

    private func hasLines(_ path: String) throws -> Bool {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 > 0
    }

    @Test("reload ends at once while nobody answers it", arguments: [SIGTERM, SIGINT])
    func reload(signal: Int32) throws {
        let place = try Workplace()
        let server = try BadServer(.silent)
        let text =
            "output: {path: '-'}\nhttp: {listen: '127.0.0.1:\(server.port)'}\ncameras: [{name: a, source: rtsp://h/x}]"
        try place.write(Data(text.utf8), "c.yaml")
        let isInTime = try isDone(within: 2) {
            try interrupt(place.shell("exec \"$PROGRAM\" reload --config c.yaml"), with: signal)
        }
        #expect(isInTime)
    }

    @Test(
        "A call that nothing interrupts doesn't hold it up: a FIFO without a partner",
        arguments: [
            ["probe", "fifo"], ["faces", "fifo"], ["analyze", "fifo", "--output", "out.jsonl"],
            ["track", "det.txt", "--output", "fifo", "--force"],
        ], [SIGTERM, SIGINT])
    func withoutPartner(arguments: [String], signal: Int32) throws {
        let place = try Workplace()
        try #require(mkfifo(place.path("fifo"), 0o600) == 0)
        try place.write(Data((1...30).map { "\($0),-1,100,100,60,150,0.9\n" }.joined().utf8), "det.txt")
        let isInTime = try isDone(within: 5) {
            try interrupt(place.shell("exec \"$PROGRAM\" \"$@\"", arguments), with: signal)
        }
        #expect(isInTime)
        #expect(try place.names == ["det.txt", "fifo"])
    }

    /// Ends a command, which says so.
    ///
    /// - Returns: the seconds that it takes.
    private func interrupt(_ command: Command, with signal: Int32) throws -> Double {
        command.waitUntilHandling(signal)
        #expect(command.isRunning)
        let start = ContinuousClock.now
        command.signal(signal)
        #expect(command.wait().status == 130)
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Analyses a pipe that stays open, and signals once the output is as wanted.
    ///
    /// - Returns: the result, and the seconds from the first signal to the end.
    private func interrupt(
        _ place: Workplace, with signals: [Int32], sending content: Data, more: [String] = [],
        when isReady: (String) -> Bool
    ) throws -> (CommandResult, Double) {
        let pipe = place.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        // Open for both, so that neither end waits for the other.
        let end = try FileHandle(forUpdating: URL(fileURLWithPath: pipe))
        let command = try place.start(["-", "--output", "out.jsonl"] + more, input: pipe)
        try end.write(contentsOf: content)
        let output = {
            let names = (try? place.names.filter { $0.hasPrefix("out.jsonl") }) ?? []
            return names.compactMap { try? String(contentsOfFile: place.path($0), encoding: .utf8) }.joined()
        }
        try waitFor("an output as wanted; \(command.errors)") { isReady(output()) }
        command.waitUntilHandling(SIGINT)
        let start = ContinuousClock.now
        for signal in signals { command.signalAndWait(signal) }
        let result = command.wait()
        try end.close()
        return (result, (ContinuousClock.now - start) / .seconds(1))
    }
}
