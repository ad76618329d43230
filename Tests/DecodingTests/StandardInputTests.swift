import Foundation
import Glibc
import PathModel
import Synchronization
import TestSupport
import Testing

@testable import Decoding

/// One at a time: a process has one standard input.
@Suite(.serialized) struct StandardInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs `body` with `descriptor` as standard input, and closes it.
    private func withStandardInput<Result>(_ descriptor: Int32, _ body: () throws -> Result) rethrows -> Result {
        let saved = dup(STDIN_FILENO)
        dup2(descriptor, STDIN_FILENO)
        close(descriptor)
        defer {
            dup2(saved, STDIN_FILENO)
            close(saved)
        }
        return try body()
    }

    /// A pipe that carries `bytes` and ends.
    private func pipe(carrying bytes: Data) -> Int32 {
        let pipe = Pipe()
        Thread.detachNewThread {
            // A reader that has seen enough closes the pipe; Swift Testing's process ignores no SIGPIPE.
            signal(SIGPIPE, SIG_IGN)
            try? pipe.fileHandleForWriting.write(contentsOf: bytes)
            try? pipe.fileHandleForWriting.close()
        }
        return dup(pipe.fileHandleForReading.fileDescriptor)
    }

    /// A connection that carries `bytes`, small enough for its buffer.
    private func connection(carrying bytes: Data) -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        let count = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        #expect(count == bytes.count)
        return (ends[0], ends[1])
    }

    private func bytes(of media: Media) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: media.make(in: folder)))
    }

    private static let stream = Media("", "a.ts", "-c:v libx264 -bf 2 -g 5")

    @Test(arguments: [
        stream, Media("", "a.mkv", "-c:v libx264"), Media("", "a.mp4", "-c:v libx264 -movflags +faststart"),
        Media("", "a.gif"), Media("", "a.y4m"),
    ])
    func aPipedVideoGivesTheFramesOfTheFile(media: Media) throws {
        let piped = try withStandardInput(pipe(carrying: try bytes(of: media))) { try Decoded("-") }
        let file = try Decoded(folder.path(media.file))
        #expect(piped.failure == nil && !piped.frames.isEmpty)
        #expect(piped.infos == file.infos)
    }

    @Test func aFileAsStandardInputMayHaveItsIndexAtTheEnd() throws {
        let path = try Media("", "a.mp4", "-c:v libx264").make(in: folder)
        let decoded = try withStandardInput(Glibc.open(path, O_RDONLY)) { try Decoded("-") }
        #expect(decoded.failure == nil && decoded.frames.count == 20)
    }

    @Test func aPipedMP4WithItsIndexAtTheEndIsToldSo() throws {
        let media = Media("", "a.mp4", source: "testsrc2=size=320x240:rate=25:duration=0.4", "-c:v libx264 -qp 0 -g 1")
        let reader = pipe(carrying: try bytes(of: media))
        let error = #expect(throws: DecodingError.self) { try withStandardInput(reader) { try Decoded("-") } }
        #expect(error?.description.contains("an MP4 can be piped only with its index at the front") == true)
    }

    /// The flag is raised while reading waits for bytes that don't come: at once, within the header, after some frames.
    @Test(arguments: [0, 100, 4000])
    func aRaisedFlagEndsTheWait(count: Int) throws {
        let bytes = try bytes(of: Self.stream).prefix(count)
        let isInTime = isDone(within: 0.4) {
            let (reader, writer) = connection(carrying: bytes)
            defer { close(writer) }
            let flag = InterruptFlag()
            let raised = Mutex(ContinuousClock.now)
            Thread.detachNewThread {
                usleep(200_000)
                raised.withLock { $0 = .now }
                flag.raise()
            }
            let error = #expect(throws: DecodingError.self) {
                try withStandardInput(reader) {
                    let source = try VideoSource(SourceName("-"), threads: 2, interrupt: flag)
                    while try source.next() != nil {}
                }
            }
            #expect(error == .interrupted)
            return (ContinuousClock.now - raised.withLock { $0 }) / .seconds(1)
        }
        #expect(isInTime)
    }

    @Test(arguments: ["a.ts", "a.mkv", "a.avi"])
    func aConnectionThatBreaksIsNoEndOfTheStream(name: String) throws {
        let (reader, writer) = connection(carrying: try bytes(of: Media("", name)))
        // Closing with a byte unread resets the connection.
        _ = write(reader, "x", 1)
        close(writer)
        let decoded = try withStandardInput(reader) { try Decoded("-") }
        guard case .broken("-", "Connection reset by peer", let breakage) = decoded.failure else {
            Issue.record("\(String(describing: decoded.failure))")
            return
        }
        #expect(breakage.code == -ECONNRESET)
        #expect(breakage.time == decoded.infos.last?.time && breakage.frame == decoded.infos.last?.index)
        #expect(breakage.description.hasPrefix(" (FFmpeg's error -104 after frame "))
        #expect(decoded.frames.count == 20)
    }

    @Test func nothingIsNoVideo() throws {
        let reader = Glibc.open("/dev/null", O_RDONLY)
        let error = #expect(throws: DecodingError.self) { try withStandardInput(reader) { try Decoded("-") } }
        #expect(error?.description.hasPrefix("-: invalid data: not a media file") == true)
    }
}
