import Foundation
import Glibc
import PathModel
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// The daemon's files.
@Suite struct FileWriterTests {
    @Test(arguments: ["", #"{"v":"1.0","event":"pa"#, "{"], [SyncPolicy.never, .standard, .line])
    func aContinuedFileLosesItsPartialLineAndCountsOn(partial: String, policy: SyncPolicy) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try writeSession(to: .open(path, sync: policy))
            let whole = try content(of: path)
            try write(whole + partial, to: path)
            let sink = try QueuedSink.open(path, sync: policy)
            #expect(sink.nextSequence == Sample.all.count)
            try writeSession(to: sink, session: "99999999-2222-3333-4444-555555555555")
            #expect(try content(of: path).hasPrefix(whole))
            try validateRecords(at: path)
        }
    }

    @Test(arguments: [nil, "", #"{"v":"1.0","event":"sess"#])
    func aFileWithoutAWholeLineIsContinuedFromItsBeginning(content old: String?) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            if let old { try write(old, to: path) }
            let sink = try QueuedSink.open(path)
            #expect(sink.nextSequence == 0)
            try writeSession(to: sink)
            try validateRecords(at: path)
        }
    }

    @Test(arguments: ["ftypisom", #"{"some":"json"}"# + "\n", "\n\nroot:x:0:0:\n"])
    func aFileOfSomethingElseIsNotTouched(content old: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/clip.mp4"
            try write(old, to: path)
            #expect(throws: RecordingError.notRecords(path: path)) { try QueuedSink.open(path) }
            #expect(try content(of: path) == old)
        }
    }

    @Test(arguments: [
        ("\0\0\0\0", 0), ("\n\n", 0), (#"{"v":"1.0","event":"path"}"# + "\n", 0),
        (#"{"v":"1.0","seq":99999999999999999999,"time":""}"# + "\n", 0), ("WHOLE\n", 1), ("WHOLE\0\0\0\n", 1),
        ("WHOLEnot a record\n", 1), ("not a record\nWHOLE", 1), ("\0\0\0\0\nWHOLE", 1), ("WHOLE{\"seq\":7,}\n", 1),
    ])
    func aDamagedFileIsPutAsideAndCountedOnFrom(damage: String, lines: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let whole = #"{"v":"1.0","event":"gap","feed":"a","seq":41,"time":""}"# + "\n"
            let old = damage.replacing("WHOLE", with: whole)
            try write(old, to: path)
            let events = Events()
            let sink = try QueuedSink.open(path, events: events)
            #expect(sink.nextSequence == (lines == 0 ? 0 : 42))
            try writeSession(to: sink)
            let next = sink.nextSequence
            #expect(try sequences(content(of: path)) == Array(next..<next + Sample.all.count))
            let aside = try #require(files(in: folder).first { $0.hasPrefix("a.jsonl.damaged-") })
            #expect(try content(of: folder + "/" + aside) == old)
            #expect(events.all == [.putAside(path: path, to: folder + "/" + aside)])
            #expect(events.all.first?.isTrouble == true)
        }
    }

    @Test func aDamagedFileBehindALinkIsPutAsideWhereItIs() throws {
        try withTemporaryFolder { folder in
            try write("\0", to: folder + "/a.jsonl")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a.jsonl")
            try writeSession(to: .open(folder + "/link"))
            try validateRecords(at: folder + "/a.jsonl")
            #expect(try files(in: folder).count == 3)
        }
    }

    @Test func aFileIsWrittenByOneOutputAlone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let first = try QueuedSink.open(path)
            try FileManager.default.linkItem(atPath: path, toPath: folder + "/hard")
            try FileManager.default.createSymbolicLink(atPath: folder + "/soft", withDestinationPath: "a.jsonl")
            for name in ["a.jsonl", "hard", "soft"] {
                let other = "\(folder)/\(name)"
                #expect(throws: RecordingError.isInUse(path: other)) { try QueuedSink.open(other) }
            }
            // Another program, too.
            let result = try run(Project.built("record-load").path, [path, "1", "1"])
            #expect(result.status != 0 && result.errors.contains("is being written to"), "\(result)")
            first.finish()
            try QueuedSink.open(folder + "/hard").finish()
        }
    }

    @Test func theLastLineIsFoundBehindAnyLengthOfPartialLine() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let whole = #"{"v":"1.0","event":"gap","feed":"\"seq\":7,","seq":41,"time":""}"# + "\n"
            for length in [8191, 8192, 8193, 30_000] {
                try write(whole + String(repeating: "x", count: length), to: path)
                let file = try AppendedFile(path: path, reporter: OutputReporter { _ in })
                #expect(file.nextSequence == 42)
                try file.close()
                #expect(try content(of: path) == whole)
            }
        }
    }

    @Test func whatIsNoFileIsRefusedAtOnce() throws {
        try withTemporaryFolder { folder in
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            for path in [folder, pipe, "/dev/full"] {
                #expect(throws: RecordingError.notFile(path: path)) { try QueuedSink.open(path) }
            }
            let missing = folder + "/missing/a.jsonl"
            let refusal = RecordingError.failed(path: missing, operation: .open, errno: .noSuchFileOrDirectory)
            #expect(throws: refusal) { try QueuedSink.open(missing) }
        }
    }

    @Test func aFinishedOutputRefusesLinesAndMayBeFinishedAgain() throws {
        try withTemporaryFolder { folder in
            let sink = try QueuedSink.open(folder + "/a.jsonl")
            sink.finish()
            sink.finish()
            #expect(throws: RecordingError.self) { try sink.write(line: "late") }
            #expect(sink.waitForReopen())
        }
    }

    @Test func linesAreToBeSyncedWithinTheIntervalThoughNoneFollows() throws {
        try withTemporaryFolder { folder in
            let interval = Duration.milliseconds(300)
            let line = Array("{\"v\":\"1.0\",\"seq\":0,}\n".utf8)
            // The first line is synced at once, and where the disk takes longer for that than the interval is, so is the second.
            for name in 0..<20 {
                let file = try FileWriter(
                    path: folder + "/\(name)", sync: .interval(interval), rotation: nil,
                    reporter: OutputReporter { _ in }, onRotation: {})
                usleep(300_000)
                let before = ContinuousClock.now
                #expect(try file.write(line[...]) == line.count)
                let start = ContinuousClock.now
                #expect(try file.write(line[...]) == line.count)
                guard .now - before < interval else { continue }
                let due = try #require(file.maintain(at: start))
                #expect(due <= start + interval)
                usleep(310_000)
                let synced = ContinuousClock.now
                #expect(try #require(file.maintain(at: synced)) > synced)
                return
            }
            Issue.record("this disk takes more than \(interval) for a line")
        }
    }

    @Test func aFileThatIsRenamedIsOpenedAnewOnRequestWhileThreadsWrite() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try QueuedSink.open(path)
            let recorder = Recorder(sink)
            let threads = DispatchGroup()
            for _ in 0..<4 {
                threads.enter()
                Thread.detachNewThread {
                    try? recorder.write(2000)
                    threads.leave()
                }
            }
            for index in 0..<20 {
                try FileManager.default.moveItem(atPath: path, toPath: "\(path).\(index + 10)")
                sink.requestReopen()
                #expect(sink.waitForReopen(seconds: 60))
                let size = try content(of: "\(path).\(index + 10)").utf8.count
                usleep(10_000)
                // Once it is opened anew, the old one may be compressed.
                #expect(try content(of: "\(path).\(index + 10)").utf8.count == size)
            }
            threads.wait()
            sink.drain()
            let old = try (10..<30).map { try content(of: "\(path).\($0)") }.joined()
            #expect(try sequences(old + content(of: path)) == Array(0..<8000))
            #expect(sink.status.writtenLines == 8000)
        }
    }

    @Test func aFileThatOthersRemoveOrRenameIsMadeAnewUnasked() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let events = Events()
            let sink = try QueuedSink.open(path, events: events)
            let recorder = Recorder(sink)
            try recorder.write(1)
            #expect(eventually { sink.status.writtenLines == 1 })
            try FileManager.default.removeItem(atPath: path)
            #expect(eventually { FileManager.default.fileExists(atPath: path) })
            try recorder.write(1)
            #expect(eventually { sink.status.writtenLines == 2 })
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            #expect(eventually { FileManager.default.fileExists(atPath: path) })
            try recorder.write(1)
            sink.drain()
            #expect(try sequences(content(of: path + ".1")) == [1])
            #expect(try sequences(content(of: path)) == [2])
            #expect(events.all == [.moved(path: path), .moved(path: path)])
        }
    }

    @Test func aFileOfSomethingElseInItsPlaceIsToldAndNotTouched() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let events = Events()
            let sink = try QueuedSink.open(path, events: events)
            let recorder = Recorder(sink)
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try write("precious", to: path)
            sink.requestReopen()
            #expect(sink.waitForReopen(seconds: 60))
            #expect(events.all == [.failed(.notRecords(path: path))])
            #expect(sink.status.trouble?.contains("not a file of Footpath records") == true)
            try recorder.write(3)
            #expect(eventually { sink.status.writtenLines == 3 })
            #expect(try sequences(content(of: path + ".1")) == [0, 1, 2])
            #expect(try content(of: path) == "precious")
            try FileManager.default.removeItem(atPath: path)
            #expect(eventually { sink.status.trouble == nil })
            try recorder.write(1)
            sink.drain()
            #expect(try sequences(content(of: path)) == [3])
        }
    }

    @Test func linesWaitWhileTheFolderIsGoneAndNoneIsLost() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/in/a.jsonl"
            try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: false)
            let events = Events()
            let sink = try QueuedSink.open(path, events: events)
            let recorder = Recorder(sink)
            try FileManager.default.removeItem(atPath: folder + "/in")
            #expect(eventually { sink.status.trouble != nil })
            try recorder.write(5)
            // That it can't be opened anew, and that lines can't be written.
            #expect(eventually { events.count { if case .failed = $0 { true } else { false } } >= 2 })
            #expect(sink.status.writtenLines == 0 && sink.status.queuedBytes > 0)
            try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: false)
            #expect(eventually { sink.status.writtenLines == 5 })
            sink.drain()
            #expect(try sequences(content(of: path)) == [0, 1, 2, 3, 4])
            #expect(events.count { $0 == .recovered(path: path, lost: 0) } == 1)
        }
    }

    @Test func aTruncatedFileIsNotFilledWithZeros() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try QueuedSink.open(path)
            let recorder = Recorder(sink)
            try recorder.write(100)
            #expect(eventually { sink.status.writtenLines == 100 })
            #expect(truncate(path, 0) == 0)
            try recorder.write(1)
            sink.drain()
            #expect(try sequences(content(of: path)) == [100])
        }
    }

    private func writeSession(to sink: QueuedSink, session: String = Sample.session) throws {
        let output = NumberedSink(sink: sink, nextSequence: sink.nextSequence)
        let writer = RecordWriter(output: output, feed: "clip.mp4", session: session, origin: Sample.origin)
        for record in Sample.all { try writer.write(record) }
        sink.drain()
    }
}
