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
        let writer = RecordWriter(sink: sink, feed: "clip.mp4", session: session, origin: Sample.origin)
        for record in Sample.all { try writer.write(record) }
        try sink.finish()
    }
}
