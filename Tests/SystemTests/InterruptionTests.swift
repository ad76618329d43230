import Foundation
import TestSupport
import Testing

@Suite("Ctrl-C and SIGTERM")
struct InterruptionTests {
    @Test("A signal ends the run within 5 s, with 130 and whole records", arguments: [[SIGINT], [SIGTERM]])
    func interrupted(signals: [Int32]) throws {
        let place = try Workplace()
        let (result, seconds) = try interrupt(place, with: signals, sending: Data(contentsOf: Clips.streamed)) {
            $0.contains(#""event":"path""#)
        }
        #expect(result.status == 130)
        #expect(seconds < 5)
        #expect(!result.errors.contains("footpath: "))
        let records = try place.records("out.jsonl")
        #expect(records.values("reason", of: "stream_end") == ["interrupted"])
        #expect(records.all("path_start").count == records.all("path_end").count)
        #expect(records.all("session_end").count == 1)
    }

    @Test("A second signal ends it at once; lines stay whole", arguments: [[SIGINT, SIGINT], [SIGTERM, SIGINT]])
    func twice(signals: [Int32]) throws {
        let place = try Workplace()
        let (result, seconds) = try interrupt(place, with: signals, sending: Data(contentsOf: Clips.streamed)) {
            $0.contains(#""event":"path""#)
        }
        #expect(result.status == 130)
        #expect(seconds < 2)
        _ = try place.records("out.jsonl")
    }

    @Test("A source that never begins can be interrupted")
    func beforeTheFirstFrame() throws {
        let place = try Workplace()
        let (result, seconds) = try interrupt(place, with: [SIGINT], sending: Data()) { _ in true }
        #expect(result.status == 130)
        #expect(seconds < 5)
        #expect(try place.names == ["pipe"])
    }

    @Test(
        "A call that nothing interrupts doesn't hold it up: a FIFO that nobody writes to",
        arguments: [["probe", "fifo"], ["faces", "fifo"], ["analyze", "fifo", "--output", "out.jsonl"]],
        [SIGTERM, SIGINT])
    func withoutPartner(arguments: [String], signal: Int32) throws {
        let place = try Workplace()
        try #require(mkfifo(place.path("fifo"), 0o600) == 0)
        let command = try place.shell("exec \"$PROGRAM\" \"$@\"", arguments)
        usleep(1_500_000)
        #expect(command.isRunning)
        let start = ContinuousClock.now
        command.signal(signal)
        #expect(command.wait(seconds: 10).status == 130)
        #expect((ContinuousClock.now - start) / .seconds(1) < 5)
        #expect(try place.names == ["fifo"])
    }

    /// Analyses a pipe that stays open, and signals once the output is as wanted.
    ///
    /// - Returns: the result, and the seconds from the first signal to the end.
    private func interrupt(
        _ place: Workplace, with signals: [Int32], sending content: Data, when isReady: (String) -> Bool
    ) throws -> (CommandResult, Double) {
        let pipe = place.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        // Open for both, so that neither end waits for the other.
        let end = try FileHandle(forUpdating: URL(fileURLWithPath: pipe))
        let command = try place.start(["-", "--output", "out.jsonl"], input: pipe)
        try end.write(contentsOf: content)
        let output = { (try? String(contentsOfFile: place.path("out.jsonl"), encoding: .utf8)) ?? "" }
        let deadline = Date(timeIntervalSinceNow: 30)
        while !isReady(output()) && Date() < deadline { usleep(20_000) }
        usleep(300_000)
        let start = ContinuousClock.now
        for signal in signals {
            command.signal(signal)
            usleep(20_000)
        }
        let result = command.wait(seconds: 10)
        try end.close()
        return (result, (ContinuousClock.now - start) / .seconds(1))
    }
}
