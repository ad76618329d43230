import Foundation
import Glibc
import PathModel
import SystemPackage
import TestSupport
import Testing

@testable import Recording

/// What an output reported.
final class Events: @unchecked Sendable {
    // `lock` protects the events.
    private let lock = NSLock()
    private var events: [OutputEvent] = []

    var all: [OutputEvent] { lock.withLock { events } }

    func add(_ event: OutputEvent) { lock.withLock { events.append(event) } }

    /// Those of a kind.
    func count(_ isOfKind: (OutputEvent) -> Bool) -> Int { all.count { isOfKind($0) } }
}

extension QueuedSink {
    /// A file whose reports go to `events`.
    static func open(
        _ path: String, sync: SyncPolicy = .standard, rotation: Rotation? = nil, queueBytes: Int = 4_000_000,
        events: Events = Events()
    ) throws -> QueuedSink {
        try QueuedSink(
            OutputTarget(path), sync: sync, rotation: rotation, queueBytes: queueBytes, report: { events.add($0) })
    }

    /// Waits until everything is written, which a slow disk may need longer for than `finish` waits, and ends.
    func drain(location: SourceLocation = #_sourceLocation) {
        #expect(eventually { status.queuedBytes == 0 }, sourceLocation: location)
        finish()
    }

    /// A sink on a descriptor in place of the standard output.
    static func stream(_ descriptor: FileDescriptor, queueBytes: Int, events: Events = Events()) throws -> QueuedSink {
        let reporter = OutputReporter { events.add($0) }
        return try QueuedSink(
            StandardOutputWriter(descriptor: descriptor), nextSequence: 0, queue: LineQueue(capacity: queueBytes),
            queueBytes: queueBytes, reporter: reporter)
    }
}

/// Numbers lines as the daemon does, from any thread.
struct Recorder: Sendable {
    private let output: NumberedSink

    init(_ sink: QueuedSink) {
        output = NumberedSink(sink: sink, nextSequence: sink.nextSequence)
    }

    func write(_ count: Int) throws {
        let writer = RecordWriter(output: output, feed: "camera", session: Sample.session, origin: Sample.origin)
        for _ in 0..<count { try writer.write(Sample.path) }
    }
}

/// Waits until something is so, for a minute at most, so that no test hangs.
func eventually(seconds: Double = 60, _ isSo: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try isSo() { return true }
        usleep(5000)
    }
    return try isSo()
}

/// How long something takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
}

/// The `seq` of each line; an issue where anything isn't a whole line of JSON.
func sequences(_ text: String, location: SourceLocation = #_sourceLocation) throws -> [Int] {
    #expect(text.isEmpty || text.hasSuffix("\n"), "no newline at the end", sourceLocation: location)
    return try text.split(separator: "\n").map { line in
        let number = line.firstMatch(of: /^\{"v":"1\.[01]","event":.*?"seq":([0-9]+),.*\}$/).flatMap {
            Int($0.output.1)
        }
        #expect(!line.contains("}{\"v\""), "two lines in one", sourceLocation: location)
        return try #require(number, "not a record: \(line)", sourceLocation: location)
    }
}

/// The files in a folder, by name.
func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

/// What a reader gets, on a thread of its own that can be told to go on later.
final class Reader: @unchecked Sendable {
    // `lock` protects the bytes.
    private let lock = NSLock()
    private var bytes: [UInt8] = []
    private let descriptor: FileDescriptor

    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = Glibc.read(descriptor.rawValue, &buffer, buffer.count), count > 0 {
                lock.withLock { bytes += buffer[..<count] }
            }
        }
    }

    var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }
}

/// A stream socket that a reader listens at.
struct Listener {
    private let descriptor: Int32

    init(_ path: String) throws {
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(descriptor, 8) == 0 else { throw Errno(rawValue: errno) }
    }

    func accept() -> FileDescriptor { FileDescriptor(rawValue: Glibc.accept(descriptor, nil, nil)) }

    func close() { Glibc.close(descriptor) }
}
