import Foundation
import PathModel
import Recording
import SystemPackage
import TestSupport
import Testing

@Suite struct FileSinkTests {
    @Test(arguments: [SyncPolicy.never, .interval(.zero), .line])
    func aSessionWrittenToAFileKeepsTheContract(policy: SyncPolicy) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try writeSession(to: FileSink(path: path, sync: policy))
            try validateRecords(at: path)
            #expect(try content(of: path).split(separator: "\n").count == Sample.all.count)
        }
    }

    @Test func anExistingFileIsLeftAlone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("precious", to: path)
            #expect(throws: RecordingError.exists(path: path)) { try FileSink(path: path) }
            #expect(try content(of: path) == "precious")
        }
    }

    @Test func anExistingFileIsReplacedWhereThatWasAskedFor() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("old and longer than the new\n", to: path)
            let sink = try FileSink(path: path, mode: .overwrite)
            try sink.write(line: "new")
            try sink.finish()
            #expect(try content(of: path) == "new\n")
        }
    }

    @Test(arguments: ["", #"{"v":"1.0","event":"pa"#, "{"])
    func aContinuedFileLosesItsPartialLineAndCountsOn(partial: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try writeSession(to: FileSink(path: path))
            let whole = try content(of: path)
            try write(whole + partial, to: path)
            let sink = try FileSink(path: path, mode: .append)
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
            let sink = try FileSink(path: path, mode: .append)
            #expect(sink.nextSequence == 0)
            try writeSession(to: sink)
            try validateRecords(at: path)
        }
    }

    @Test(arguments: [
        "ftypisom", #"{"some":"json"}"# + "\n", #"{"v":"1.0","event":"path"}"# + "\n",
        #"{"v":"1.0","seq":99999999999999999999,"time":""}"# + "\n",
    ])
    func aFileOfSomethingElseIsNotTouched(content old: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/clip.mp4"
            try write(old, to: path)
            #expect(throws: RecordingError.notRecords(path: path)) { try FileSink(path: path, mode: .append) }
            #expect(try content(of: path) == old)
        }
    }

    @Test func theLastLineIsFoundBehindAnyLengthOfPartialLine() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let whole = #"{"v":"1.0","event":"gap","feed":"\"seq\":7,","seq":41,"time":""}"# + "\n"
            for length in [8191, 8192, 8193, 30_000] {
                try write(whole + String(repeating: "x", count: length), to: path)
                let sink = try FileSink(path: path, mode: .append)
                #expect(sink.nextSequence == 42)
                #expect(try content(of: path) == whole)
            }
        }
    }

    @Test func aFinishedSinkRefusesLines() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try FileSink(path: path)
            try sink.finish()
            let refusal = RecordingError.failed(path: path, operation: .write, errno: .badFileDescriptor)
            #expect(throws: refusal) { try sink.write(line: "late") }
            #expect(throws: refusal) { try sink.finish() }
        }
    }

    @Test func aFileThatCannotBeOpenedSaysWhereAndWhy() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/a.jsonl"
            let error = #expect(throws: RecordingError.self) { try FileSink(path: path) }
            #expect(error == .failed(path: path, operation: .open, errno: .noSuchFileOrDirectory))
            #expect(error?.description.hasPrefix("\(path): could not open: No such file or directory.") == true)
        }
    }

    @Test func aFullDeviceIsToldFromOtherFailures() throws {
        let sink = try FileSink(path: "/dev/full", mode: .overwrite)
        #expect(throws: RecordingError.noSpace(path: "/dev/full")) { try sink.write(line: "line") }
    }

    // Only root may mount the small disk that this fills; /dev/full above has no file to keep whole.
    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a tmpfs"))
    func aFullDiskKeepsWholeLinesAndWritingGoesOnWithSpace() throws {
        try withTemporaryFolder { folder in
            let disk = try SmallDisk(at: folder)
            defer { disk.unmount() }
            let (ballast, path) = (folder + "/ballast", folder + "/a.jsonl")
            try write(String(repeating: "x", count: 32 * 1024), to: ballast)
            let sink = try FileSink(path: path)
            let writer = RecordWriter(sink: sink, feed: "f", session: Sample.session, origin: 0)
            try writer.write(Sample.pathStart)
            var lines = 1
            #expect(throws: RecordingError.noSpace(path: path)) {
                while lines < 10_000 {
                    try writer.write(Sample.path)
                    lines += 1
                }
            }
            #expect(try content(of: path).split(separator: "\n").count == lines)
            try validateRecords(at: path)
            #expect(throws: RecordingError.noSpace(path: path)) { try writer.write(Sample.path) }

            try FileManager.default.removeItem(atPath: ballast)
            try writer.write(Sample.path)
            try sink.finish()
            #expect(try content(of: path).split(separator: "\n").count == lines + 1)
            try validateRecords(at: path)
        }
    }

    private func writeSession(to sink: FileSink, session: String = Sample.session) throws {
        let output = RecordOutput(sink: sink, nextSequence: sink.nextSequence)
        let writer = RecordWriter(output: output, feed: "clip.mp4", session: session, origin: Sample.origin)
        for record in Sample.all { try writer.write(record) }
        try sink.finish()
    }
}

/// A tmpfs of 64 KiB.
private struct SmallDisk {
    static let canBeMounted: Bool = {
        (try? withTemporaryFolder { try SmallDisk(at: $0).unmount() }) != nil
    }()

    private let folder: String

    init(at folder: String) throws {
        self.folder = folder
        guard try Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) == 0 else {
            throw Errno.notPermitted
        }
    }

    func unmount() {
        _ = try? Self.run("umount", folder)
    }

    private static func run(_ command: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
