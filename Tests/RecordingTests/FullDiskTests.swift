import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite struct FullDiskTests {
    // Only root may mount the small disk; the test below needs no right and is never skipped.
    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a tmpfs"))
    func aFullDiskIsToldOnceAndWritingGoesOnWithRoom() throws {
        try withTemporaryFolder { folder in
            let disk = try SmallDisk(at: folder)
            defer { disk.unmount() }
            let (ballast, path) = (folder + "/ballast", folder + "/a.jsonl")
            try write(String(repeating: "x", count: 32 * 1024), to: ballast)
            let events = Events()
            let sink = try QueuedSink.open(path, queueBytes: 20_000, events: events)
            let recorder = Recorder(sink)
            // What a full disk doesn't take waits, and then is lost; the cameras go on in any case.
            var lines = 1000
            #expect(
                try eventually {
                    try recorder.write(1)
                    lines += 1
                    return sink.status.trouble != nil
                })
            try recorder.write(1000)
            let full = sink.status
            #expect(full.droppedLines > 0 && full.queuedBytes > 10_000 && full.queuedBytes <= 20_000)
            // Several tries later there are whole lines still, and one message of each kind.
            sleep(3)
            let whole = try content(of: path)
            #expect(try sequences(whole) == Array(0..<sink.status.writtenLines))
            let kinds = [OutputEvent.failed(.noSpace(path: path)), .losing(path: path, queueBytes: 20_000)]
            #expect(events.all.count == 2 && kinds.allSatisfy(events.all.contains))

            try FileManager.default.removeItem(atPath: ballast)
            #expect(eventually { sink.status.trouble == nil && sink.status.queuedBytes == 0 })
            try recorder.write(1)
            sink.drain()
            #expect(try content(of: path).hasPrefix(whole))
            let written = try sequences(content(of: path))
            // Loss shows: every number was used, and those that are missing are those that are counted.
            #expect(written.last == lines && written == written.sorted() && Set(written).count == written.count)
            #expect(lines + 1 - written.count == sink.status.droppedLines)
            #expect(events.all.last == .recovered(path: path, lost: sink.status.droppedLines))
            #expect(events.all.count == 3)
        }
    }

    @Test func aFileThatMayNotGrowIsToldAndWritingGoesOnWhenItMay() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let program = Project.built("record-load").path
            let command = try Command(
                "prlimit", ["--fsize=30000:unlimited", program, path, "3", "0", "queue=20000", "pause=1000"])
            #expect(eventually { command.errors.contains("lines are lost") })
            let size = try Stat(FilePath(path)).size
            #expect(size <= 30_000 && size > 29_000)
            _ = try sequences(content(of: path))
            #expect(try run("prlimit", ["--pid", "\(command.processID)", "--fsize=unlimited"]).status == 0)
            #expect(eventually { command.errors.contains("written again") })
            // More than the file and the queue held: so a line stands behind those that are lost.
            #expect(try eventually { try Stat(FilePath(path)).size > 60_000 })
            command.signal(SIGTERM)
            let result = command.wait()
            #expect(result.status == 0)
            let written = try sequences(content(of: path))
            let counts = try #require(result.errors.firstMatch(of: /written=([0-9]+) dropped=([0-9]+)/)).output
            #expect(Int(counts.1) == written.count)
            // Lines at the end may be among the lost, too.
            let missing = try #require(written.last) + 1 - written.count
            #expect(missing > 0 && missing <= Int(counts.2) ?? 0)
        }
    }

    @Test func aKilledProgramLeavesFilesThatAreContinued() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let program = Project.built("record-load").path
            let rotation = ["rotate=200000", "compress=yes"]
            for _ in 0..<5 {
                let before = try files(in: folder).count
                let command = try Command(program, [path, "4", "0", "queue=100000000"] + rotation)
                #expect(try eventually { try files(in: folder).count > before + 3 })
                usleep(UInt32.random(in: 0...20_000))
                command.signal(SIGKILL)
                #expect(command.wait().status == -SIGKILL)
            }
            // What was cut off is whole again, what was being compressed is compressed or not, and the count goes on.
            #expect(try Command(program, [path, "1", "10"] + rotation).wait().status == 0)
            var text = ""
            for name in try files(in: folder).dropFirst() + ["a.jsonl"] where !name.hasSuffix(".tmp") {
                let file = folder + "/" + name
                if FileManager.default.fileExists(atPath: file + ".gz") { continue }
                let old = name.hasSuffix(".gz") ? try run("gzip", ["-dc", file]) : nil
                #expect(old?.status ?? 0 == 0)
                text += try old?.output ?? content(of: file)
            }
            let written = try sequences(text)
            #expect(written.count > 10_000 / 2 && written == Array(0..<written.count))
        }
    }
}
