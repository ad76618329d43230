import Foundation
import Glibc
import PathModel
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// What a command writes.
@Suite struct DirectSinkTests {
    init() {
        // As the command line does: without this a closed pipe would end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test(arguments: [SyncPolicy.never, .interval(.zero), .line])
    func aSessionWrittenToAFileKeepsTheContract(policy: SyncPolicy) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try writeSession(to: sink(path, sync: policy))
            try validateRecords(at: path)
            #expect(try content(of: path).split(separator: "\n").count == Sample.all.count)
        }
    }

    @Test func anExistingFileIsLeftAlone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("precious", to: path)
            #expect(throws: RecordingError.exists(path: path)) { try sink(path) }
            #expect(try content(of: path) == "precious")
        }
    }

    @Test func anExistingFileIsReplacedWhereThatWasAskedFor() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            try write("old and longer than the new\n", to: path)
            let sink = try sink(path, mayReplace: true)
            try sink.write(line: "new")
            try sink.finish()
            #expect(try content(of: path) == "new\n")
        }
    }

    @Test func aFinishedSinkRefusesLines() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.jsonl"
            let sink = try sink(path)
            try sink.finish()
            let refusal = RecordingError.failed(path: path, operation: .write, errno: .badFileDescriptor)
            #expect(throws: refusal) { try sink.write(line: "late") }
            #expect(throws: refusal) { try sink.finish() }
        }
    }

    @Test func aFileThatCannotBeOpenedSaysWhereAndWhy() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/a.jsonl"
            let error = #expect(throws: RecordingError.self) { try sink(path) }
            #expect(error == .failed(path: path, operation: .open, errno: .noSuchFileOrDirectory))
            #expect(error?.description.hasPrefix("\(path): could not open: No such file or directory.") == true)
        }
    }

    @Test func aFullDeviceIsToldFromOtherFailures() throws {
        let sink = try sink("/dev/full", mayReplace: true)
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
            let sink = try sink(path)
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

    private func writeSession(to sink: DirectSink, session: String = Sample.session) throws {
        let writer = RecordWriter(sink: sink, feed: "clip.mp4", session: session, origin: Sample.origin)
        for record in Sample.all { try writer.write(record) }
        try sink.finish()
    }

    private func sink(
        _ path: String, mayReplace: Bool = false, sync: SyncPolicy = .standard
    ) throws -> DirectSink {
        try DirectSink(NewFile(path, naming: .early, mayReplace: mayReplace), sync: sync)
    }

    // MARK: - Standard output

    @Test func linesArriveInOrder() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = DirectSink(descriptor: writing)
        try sink.write(line: "one")
        try sink.write(line: "zwei…")
        try sink.finish()
        try writing.close()
        #expect(try text(from: reading) == "one\nzwei…\n")
        try reading.close()
    }

    @Test func aReaderThatIsGoneIsTold() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = DirectSink(descriptor: writing)
        try reading.close()
        // A process that another test is just starting has a copy of the reader's end until it runs its program.
        #expect(throws: RecordingError.closed(path: "standard output")) {
            for _ in 0..<1000 {
                try sink.write(line: "line")
                usleep(5000)
            }
        }
        try writing.close()
    }

    @Test func aFullNonBlockingPipeIsWaitedFor() async throws {
        let (reading, writing) = try FileDescriptor.pipe()
        #expect(fcntl(writing.rawValue, F_SETFL, O_NONBLOCK) == 0)
        // Longer than a pipe holds (64 KiB), so that writes are partial and then refused.
        let line = String(repeating: "0123456789abcdef", count: 50_000)
        let reader = Task.detached { try Self.text(from: reading) }
        let sink = DirectSink(descriptor: writing)
        try sink.write(line: line)
        try writing.close()
        #expect(try await reader.value == line + "\n")
        try reading.close()
    }

    @Test func aFinishedSinkRefusesLinesAndLeavesTheDescriptorOpen() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = DirectSink(descriptor: writing)
        try sink.finish()
        #expect(throws: RecordingError.failed(path: "standard output", operation: .write, errno: .badFileDescriptor)) {
            try sink.write(line: "late")
        }
        try writing.close()
        try reading.close()
    }

    private static func text(from descriptor: FileDescriptor) throws -> String {
        let handle = FileHandle(fileDescriptor: descriptor.rawValue, closeOnDealloc: false)
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }

    private func text(from descriptor: FileDescriptor) throws -> String {
        try Self.text(from: descriptor)
    }
}
