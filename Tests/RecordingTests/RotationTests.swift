import Foundation
import Glibc
import PathModel
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite struct RotationTests {
    private func bySize(_ bytes: Int64, keep: Int = 1000, compresses: Bool = false) -> Rotation {
        Rotation(maximumBytes: bytes, maximumAge: nil, keep: keep, compresses: compresses)
    }

    @Test(arguments: [10_000, 33_333, 200_000] as [Int64])
    func noLineIsLostOrDoubledAndNoFileIsTooLarge(bytes: Int64) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try QueuedSink.open(path, rotation: bySize(bytes))
            try Recorder(sink).write(1000)
            sink.drain()
            let names = try files(in: folder)
            #expect(names.first == "a.jsonl" && names.count == sink.status.rotations + 1)
            #expect(names.count > 1)
            // Old files sort by name; the newest has the plain one.
            let texts = try (names.dropFirst() + names.prefix(1)).map { try content(of: folder + "/" + $0) }
            #expect(try sequences(texts.joined()) == Array(0..<1000))
            #expect(texts.allSatisfy { $0.utf8.count <= bytes })
            // A full file hasn't room for another line.
            #expect(texts.dropLast().allSatisfy { $0.utf8.count > bytes - 1000 })
            // Vector tells files by the checksum of the first line, Filebeat by the first 1024 bytes.
            let beginnings = texts.map { $0.prefix(256) }
            #expect(Set(beginnings).count == texts.count)
            #expect(beginnings.allSatisfy { $0.contains(#""seq":"#) && $0.contains(#""session":"#) })
        }
    }

    @Test func aFeedsLongestNameLeavesTheSequenceNumberInWhatFingerprintsSee() throws {
        let sink = MemorySink()
        let output = NumberedSink(sink: sink, nextSequence: 999_999_999_999)
        let writer = RecordWriter(
            output: output, feed: String(repeating: "\u{1}", count: 1000), session: Sample.session, origin: 0)
        try writer.write(Sample.path)
        // OpenTelemetry's file receiver sees 1000 bytes.
        #expect(sink.lines[0].utf8.prefix(1000).contains("seq\":999999999999".utf8))
    }

    @Test func onlySoManyOldFilesAreKeptAndOthersFilesAreLeftAlone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let others = ["a.jsonl.1", "a.jsonl.20240101T000000Z", "a.jsonl.20240101T000000.000Z.bak", "b.jsonl"]
            for name in others { try write("", to: folder + "/" + name) }
            let sink = try QueuedSink.open(path, rotation: bySize(20_000, keep: 3))
            try Recorder(sink).write(1000)
            sink.drain()
            #expect(sink.status.rotations > 5)
            #expect(try eventuallyTidy { try files(in: folder).count == 4 + others.count })
            #expect(try Set(files(in: folder)).isSuperset(of: others))
            let kept = try files(in: folder).filter { !others.contains($0) }
            let last = try sequences(
                (kept.dropFirst() + kept.prefix(1)).map { try content(of: folder + "/" + $0) }.joined())
            #expect(last == Array(last[0]..<1000))
        }
    }

    @Test func oldFilesAreCompressedWhileLinesGoOn() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try QueuedSink.open(path, rotation: bySize(50_000, compresses: true))
            try Recorder(sink).write(2000)
            sink.drain()
            #expect(try eventuallyTidy { try files(in: folder).dropFirst().allSatisfy { $0.hasSuffix("Z.gz") } })
            let names = try files(in: folder).dropFirst().map { folder + "/" + $0 }
            #expect(names.count == sink.status.rotations)
            let old = try run("gzip", ["-dc"] + names)
            #expect(old.status == 0)
            #expect(try sequences(old.output + content(of: path)) == Array(0..<2000))
            let permissions = try Set(([path] + names).map { try Stat(FilePath($0)).permissions })
            #expect(permissions.count == 1)
        }
    }

    @Test func whatACrashBrokeOffIsFinishedAtTheStart() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let stamps = (1...4).map { "\(path).2024010\($0)T000000.000Z" }
            for (index, stamp) in stamps.enumerated() { try write(line(index), to: stamp) }
            // The first was compressed and not yet removed, the second was being compressed, the third not yet; of the
            // fourth only a beginning is left, which no order of steps leaves, and which is no whole copy.
            try write(line(0), to: stamps[0] + ".copy")
            #expect(try run("gzip", ["-k", stamps[0]]).status == 0)
            try write("half", to: stamps[1] + ".gz.tmp")
            try FileManager.default.moveItem(atPath: stamps[3], toPath: stamps[3] + ".gz.tmp")
            let sink = try QueuedSink.open(path, rotation: bySize(50_000, keep: 3, compresses: true))
            let wanted = ["a.jsonl"] + (1...3).map { "a.jsonl.2024010\($0)T000000.000Z.gz" }
            #expect(try eventuallyTidy { try files(in: folder).filter { !$0.hasSuffix(".copy") } == wanted })
            sink.drain()
            #expect(
                try run("gzip", ["-dc"] + stamps.prefix(3).map { $0 + ".gz" }).output == line(0) + line(1) + line(2))
        }
    }

    @Test func aNewFileAfterACrashBetweenTwoFilesCountsOn() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write(line(41), to: path + ".20240101T000000.000Z")
            let sink = try QueuedSink.open(path, rotation: bySize(50_000))
            sink.drain()
            #expect(sink.nextSequence == 42)
        }
    }

    @Test func namesGoOnUpwardsThoughTheClockWasSetBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write(line(41), to: path + ".20990101T000000.000Z")
            let sink = try QueuedSink.open(path, rotation: bySize(10_000))
            try Recorder(sink).write(100)
            sink.drain()
            let names = try files(in: folder).dropFirst()
            #expect(names.dropFirst().first == "a.jsonl.20990101T000000.001Z")
            let texts = try (names + ["a.jsonl"]).map { try content(of: folder + "/" + $0) }
            #expect(try sequences(texts.joined()) == Array(41..<142))
        }
    }

    @Test func aFileIsBegunAnewByAgeThoughTheProgramWasRestarted() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let hour = UTCTime(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) - 3_600_000)
            try write(line(0, observed: "\(hour)"), to: path)
            for (minutes, files) in [(61, 1), (59, 2)] {
                let rotation = Rotation(
                    maximumBytes: nil, maximumAge: .seconds(minutes * 60), keep: 9, compresses: false)
                let sink = try QueuedSink.open(path, rotation: rotation)
                try Recorder(sink).write(1)
                sink.drain()
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == files)
            }
            #expect(try sequences(content(of: path)) == [2])
        }
    }

    /// The folder of a file that is mounted by itself allows writing to it, but not renaming it.
    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount"))
    func aFileThatCannotBeRenamedIsToldOnceAndNoLineIsLost() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("", to: path)
            #expect(try run("mount", ["--bind", path, path]).status == 0)
            defer { _ = try? run("umount", [path]) }
            let events = Events()
            let sink = try QueuedSink.open(path, rotation: bySize(10_000), events: events)
            try Recorder(sink).write(100)
            sink.drain()
            #expect(try sequences(content(of: path)) == Array(0..<100))
            #expect(events.all == [.failed(.failed(path: path, operation: .rename, errno: .resourceBusy))])
        }
    }

    /// Waits until old files are as they should be: who sees to that yields to all others, which are other tests here.
    private func eventuallyTidy(_ isSo: () throws -> Bool) rethrows -> Bool { try eventually(seconds: 300, isSo) }

    private func line(_ sequence: Int, observed: String = "2024-05-01T12:00:00.000Z") -> String {
        #"{"v":"1.0","event":"gap","feed":"f","session":"s","seq":\#(sequence),"time":"1999-01-01T00:00:00.000Z","#
            + #""observed":"\#(observed)","frames_lost":1}"# + "\n"
    }
}
