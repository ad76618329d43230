import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// What a camera process may write, and what comes of it.
@Suite(.timeLimit(.minutes(1))) struct MessagePipeTests {
    private let pipe = Pipe()
    private let interrupt = InterruptFlag()

    private var reader: MessageReader {
        MessageReader(descriptor: pipe.fileHandleForReading.fileDescriptor, interrupt: interrupt)
    }

    private var writer: MessageWriter {
        MessageWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    }

    private func header(_ head: UInt32, _ body: UInt32) -> Data {
        withUnsafeBytes(of: head) { Data($0) } + withUnsafeBytes(of: body) { Data($0) }
    }

    private func head(width: Int32, height: Int32, format: String = "yuv420p") -> PictureHead {
        PictureHead(
            index: 1, time: 2, isTimeEstimated: false, followsDamage: true, clock: .ntp, clockError: 3,
            isClockStep: false, arrival: 4, dropped: 5, counts: SourceCounts(),
            layout: PictureLayout(
                pixelFormat: format, width: width, height: height,
                size: PixelSize(width: Int(width), height: Int(height)),
                orientation: .upright, colorRange: 1, colorSpace: 1))
    }

    @Test func picturesAndErrorsArriveAsTheyWere() throws {
        let folder = try TemporaryFolder()
        let clip = folder.path("odd.mkv")
        try ffmpeg("-f", "lavfi", "-i", "testsrc=s=35x21:r=5", "-t", "1", "-c:v", "ffv1", "-pix_fmt", "yuv420p", clip)
        let source = try VideoSource(SourceName(clip), threads: 1, interrupt: interrupt)
        let frame = try #require(try source.next())
        var sent = head(width: 35, height: 21)
        sent.layout = frame.picture.layout
        let writer = writer
        #expect(writer.write(.frame(sent), picture: frame.picture))
        #expect(writer.write(.ended(.stalled(source: "a", reason: "b"), SourceCounts())))

        let (message, picture) = try reader.read(within: 5)
        guard case .frame(let got) = message else {
            Issue.record("\(message)")
            return
        }
        #expect(got.layout == sent.layout)
        #expect(got.dropped == 5)
        var (one, other): ([UInt8], [UInt8]) = ([], [])
        #expect(frame.picture.copyPlanes(to: &one) == picture?.copyPlanes(to: &other))
        #expect(one == other)
        guard case .ended(.stalled(source: "a", reason: "b"), _) = try reader.read(within: 5).0 else {
            Issue.record("not what was sent")
            return
        }
    }

    @Test("A process that lost its way is told from one that is slow", arguments: 0..<8)
    func broken(kind: Int) throws {
        let json = try JSONEncoder().encode(CameraMessage.frame(head(width: 64, height: 64)))
        let wide = try JSONEncoder().encode(CameraMessage.frame(head(width: 1 << 30, height: 1 << 30)))
        let unknown = try JSONEncoder().encode(CameraMessage.frame(head(width: 64, height: 64, format: "no_such")))
        let negative = try JSONEncoder().encode(CameraMessage.frame(head(width: -64, height: 64)))
        let bytes: Data =
            switch kind {
            case 0: header(.max, .max)
            case 1: header(4, 0) + Data("nope".utf8)
            case 2: header(UInt32(json.count), 7) + json + Data(count: 7)
            case 3: header(UInt32(wide.count), .max) + wide
            case 4: header(UInt32(unknown.count), 100) + unknown + Data(count: 100)
            case 5: header(UInt32(negative.count), 100) + negative + Data(count: 100)
            case 6: header(UInt32(json.count), 0) + json.prefix(20)
            default: Data([1, 2, 3])
            }
        try pipe.fileHandleForWriting.write(contentsOf: bytes)
        try pipe.fileHandleForWriting.close()
        #expect(throws: MessageReader.Failure.closed) { try reader.read(within: 5) }
    }

    @Test func noiseNeverCrashesTheReader() throws {
        var random = ScriptedRandom(seed: 5)
        for _ in 0..<200 {
            let pipe = Pipe()
            let count = Int.random(in: 0...2000, using: &random)
            var bytes = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            // Plausible lengths let it go further.
            if count > 8 && Bool.random(using: &random) { bytes = header(UInt32(count / 2), 8) + bytes }
            try pipe.fileHandleForWriting.write(contentsOf: bytes)
            try pipe.fileHandleForWriting.close()
            let reader = MessageReader(descriptor: pipe.fileHandleForReading.fileDescriptor, interrupt: interrupt)
            #expect(throws: MessageReader.Failure.closed) { try reader.read(within: 5) }
        }
    }

    @Test func silenceEndsAtItsTimeAndAtAFlag() throws {
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        try pipe.fileHandleForWriting.write(contentsOf: header(100, 0))
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        interrupt.raise()
        #expect(throws: MessageReader.Failure.interrupted) { try reader.read(within: 5) }
    }
}
