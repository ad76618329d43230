import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Recording

@Suite struct StandardOutputSinkTests {
    init() {
        // As the command line does: without this a closed pipe would end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test func linesArriveInOrder() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = StandardOutputSink(descriptor: writing)
        try sink.write(line: "one")
        try sink.write(line: "zwei…")
        try sink.finish()
        try writing.close()
        #expect(try text(from: reading) == "one\nzwei…\n")
        try reading.close()
    }

    @Test func aReaderThatIsGoneIsTold() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = StandardOutputSink(descriptor: writing)
        try reading.close()
        #expect(throws: RecordingError.closed(path: "standard output")) { try sink.write(line: "line") }
        try writing.close()
    }

    @Test func aFullNonBlockingPipeIsWaitedFor() async throws {
        let (reading, writing) = try FileDescriptor.pipe()
        #expect(fcntl(writing.rawValue, F_SETFL, O_NONBLOCK) == 0)
        // Longer than a pipe holds (64 KiB), so that writes are partial and then refused.
        let line = String(repeating: "0123456789abcdef", count: 50_000)
        let reader = Task.detached { try Self.text(from: reading) }
        let sink = StandardOutputSink(descriptor: writing)
        try sink.write(line: line)
        try writing.close()
        #expect(try await reader.value == line + "\n")
        try reading.close()
    }

    @Test func aFinishedSinkRefusesLinesAndLeavesTheDescriptorOpen() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let sink = StandardOutputSink(descriptor: writing)
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
