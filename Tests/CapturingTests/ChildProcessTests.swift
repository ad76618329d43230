import Glibc
import Decoding
import TestSupport
import Testing

@testable import Capturing

@Suite(.timeLimit(.minutes(30))) struct ChildProcessTests {
    private func shell(_ script: String) throws -> ChildProcess {
        try #require(ChildProcess("/bin/sh", arguments: ["sh", "-c", script]))
    }

    @Test func aProcessThatEndsByItselfIsWaitedFor() throws {
        let child = try shell("read line; exit 3")
        child.send(Array("go\n".utf8))
        child.stop(within: 60)
        #expect(!child.isRunning && child.ending == "exit code 3")
    }

    @Test func aProcessThatDoesNotListenIsKilled() throws {
        let child = try shell("trap '' TERM HUP INT; while :; do sleep 0.1; done")
        child.stop(within: 0.2)
        #expect(!child.isRunning && child.ending?.hasPrefix("signal 9") == true)
    }

    @Test(.enabled(if: HangingFolder.isPossible)) func aProcessThatTheKernelHoldsIsNotWaitedForAndReapedLater() throws {
        let share = try HangingFolder()
        let reaper = ProcessReaper()
        for number in 1...2 {
            let child = try #require(ChildProcess("/bin/ls", arguments: ["ls", share.path + "/\(number)"]))
            share.waitUntilAsked(number)
            child.stop(within: 0.2)
            #expect(child.isRunning, "it can't be killed")
            reaper.adopt(child.processID, of: "door")
        }
        #expect(throws: DecodingError.self) { try reaper.checkRoom(for: "door") }
        share.end()
        for _ in 0..<1200 where (try? reaper.checkRoom(for: "door")) == nil { usleep(50_000) }
        try reaper.checkRoom(for: "door")
    }

    @Test func processesThatCanNotBeKilledAreLeftBehindUntilThereAreTooMany() throws {
        let reaper = ProcessReaper(isGone: { $0 == 3 })
        try reaper.checkRoom(for: "door")
        reaper.adopt(1, of: "door")
        try reaper.checkRoom(for: "door")
        reaper.adopt(2, of: "door")
        #expect(throws: DecodingError.self) { try reaper.checkRoom(for: "door") }
        try reaper.checkRoom(for: "hall")
        let other = ProcessReaper(isGone: { $0 == 3 })
        for process: pid_t in [3, 4] { other.adopt(process, of: "door") }
        // The reaper's thread comes by every half second.
        for _ in 0..<1200 where (try? other.checkRoom(for: "door")) == nil { usleep(50_000) }
        try other.checkRoom(for: "door")
    }
}
