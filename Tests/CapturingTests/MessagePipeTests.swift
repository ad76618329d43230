import Foundation
import PathModel
import TestSupport
import Testing

@testable import Capturing
@testable import Decoding

/// What a camera process may write, and what comes of it.
@Suite(.timeLimit(.minutes(1))) struct MessagePipeTests {
    private let pipe = Pipe()
    private let interrupt = InterruptFlag()
    private let memory: PictureMemory

    init() throws {
        memory = try #require(PictureMemory())
    }

    private var reader: MessageReader {
        MessageReader(descriptor: pipe.fileHandleForReading.fileDescriptor, memory: memory, interrupt: interrupt)
    }

    private var writer: MessageWriter {
        MessageWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor,
            memory: PictureMemory(sharedBy: dup(memory.descriptor)))
    }

    private func framed(_ message: Data) -> Data {
        withUnsafeBytes(of: UInt32(message.count)) { Data($0) } + message
    }

    private func planes(of picture: Picture) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: try #require(picture.byteCount))
        #expect(bytes.withUnsafeMutableBytes { picture.copyPlanes(to: $0) })
        return bytes
    }

    private func oddPicture() throws -> Picture {
        let folder = try TemporaryFolder()
        let clip = folder.path("odd.mkv")
        try ffmpeg("-f", "lavfi", "-i", "testsrc=s=35x21:r=5", "-t", "1", "-c:v", "ffv1", "-pix_fmt", "yuv420p", clip)
        return try #require(try VideoSource(SourceName(clip), threads: 1, interrupt: interrupt).next()).picture
    }

    private func head(width: Int32, height: Int32, format: String = "yuv420p") -> PictureHead {
        var facts = CaptureFacts(counts: SourceCounts())
        (facts.clock, facts.clockError, facts.dropped) = (.ntp, 3, 5)
        return PictureHead(
            info: FrameInfo(index: 1, time: Timestamp(microseconds: 2)), followsDamage: true, facts: facts,
            layout: PictureLayout(
                pixelFormat: format, width: width, height: height,
                size: PixelSize(width: Int(width), height: Int(height)),
                orientation: .upright, colorRange: 1, colorSpace: 1))
    }

    @Test func picturesAndErrorsArriveAsTheyWere() throws {
        let sent = try oddPicture()
        var head = head(width: 35, height: 21)
        head.layout = sent.layout
        let (reader, writer) = (reader, writer)
        for _ in 0..<5 {
            let slot = try #require(memory.takeSlot(within: 0))
            #expect(writer.write(head, sent, toSlot: slot) == true)
            let (message, picture) = try reader.read(within: 5, slot: slot)
            guard case .frame(let got) = message, let picture else {
                Issue.record("\(message)")
                return
            }
            #expect(got.layout == head.layout && got.facts.dropped == 5)
            #expect(try planes(of: picture) == planes(of: sent))
        }
        #expect(writer.write(.ended(.stalled(source: "a", reason: "b"), SourceCounts())))
        guard case .ended(.stalled(source: "a", reason: "b"), _) = try reader.read(within: 5).0 else {
            Issue.record("not what was sent")
            return
        }
    }

    @Test func aSlotIsTakenUntilItsPictureIsGone() throws {
        let sent = try oddPicture()
        var head = head(width: 35, height: 21)
        head.layout = sent.layout
        let (reader, writer) = (reader, writer)
        var pictures: [Picture?] = []
        for _ in 0..<PictureMemory.slotCount {
            let slot = try #require(memory.takeSlot(within: 0))
            #expect(writer.write(head, sent, toSlot: slot) == true)
            pictures.append(try reader.read(within: 5, slot: slot).1)
        }
        #expect(memory.takeSlot(within: 0) == nil)
        pictures[1] = nil
        #expect(memory.takeSlot(within: 0) == 1)
    }

    /// A process that shrinks the memory would make the daemon die of SIGBUS; one that grows it, the machine of hunger.
    @Test func theOtherSideCannotTakeTheMemoryAwayAndItsDeathDoesNot() throws {
        let sent = try oddPicture()
        var head = head(width: 35, height: 21)
        head.layout = sent.layout
        let slot = try #require(memory.takeSlot(within: 0))
        let others = dup(memory.descriptor)
        #expect(writer.write(head, sent, toSlot: slot) == true)
        let picture = try #require(try reader.read(within: 5, slot: slot).1)
        for size in [0, 4096, 1 << 40] { #expect(ftruncate(others, size) == -1 && errno == EPERM) }
        // What it writes afterwards is seen, and is nothing but other pixels.
        #expect(pwrite(others, "scribble", 8, slot * PictureMemory.slotSize) == 8)
        close(others)
        #expect(try planes(of: picture).prefix(8) == Array("scribble".utf8)[...])
    }

    @Test("A process that lost its way is told from one that is slow", arguments: 0..<10)
    func broken(kind: Int) throws {
        let json = try JSONEncoder().encode(CaptureMessage.frame(head(width: 64, height: 64)))
        func frame(_ width: Int32, _ height: Int32, format: String = "yuv420p") throws -> Data {
            framed(try JSONEncoder().encode(CaptureMessage.frame(head(width: width, height: height, format: format))))
        }
        let bytes: Data =
            switch kind {
            case 0: withUnsafeBytes(of: UInt32.max) { Data($0) }
            case 1: framed(Data("nope".utf8))
            case 2: try frame(1 << 30, 1 << 30)
            case 3: try frame(1 << 15, 1 << 15)
            case 4: try frame(64, 64, format: "no_such")
            case 5: try frame(-64, 64)
            case 6: try frame(0, 0)
            case 7: try frame(64, 64, format: "vaapi")
            case 8: framed(json).prefix(20)
            default: Data([1, 2, 3])
            }
        try pipe.fileHandleForWriting.write(contentsOf: bytes)
        try pipe.fileHandleForWriting.close()
        let slot = try #require(memory.takeSlot(within: 0))
        #expect(throws: MessageReader.Failure.closed) { try reader.read(within: 5, slot: slot) }
        #expect((0..<PictureMemory.slotCount).allSatisfy { _ in memory.takeSlot(within: 0) != nil }, "it is given back")
    }

    @Test func aPictureThatWasNotAskedForIsRefused() throws {
        try pipe.fileHandleForWriting.write(
            contentsOf: framed(try JSONEncoder().encode(CaptureMessage.frame(head(width: 64, height: 64)))))
        #expect(throws: MessageReader.Failure.closed) { try reader.read(within: 5) }
    }

    @Test func noiseNeverCrashesTheReader() throws {
        var random = ScriptedRandom(seed: 5)
        for _ in 0..<200 {
            let pipe = Pipe()
            let count = Int.random(in: 0...2000, using: &random)
            var bytes = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            // A plausible length lets it go further.
            if Bool.random(using: &random) { bytes = framed(bytes) }
            try pipe.fileHandleForWriting.write(contentsOf: bytes)
            try pipe.fileHandleForWriting.close()
            let reader = MessageReader(
                descriptor: pipe.fileHandleForReading.fileDescriptor, memory: memory, interrupt: interrupt)
            #expect(throws: MessageReader.Failure.closed) { try reader.read(within: 5) }
        }
    }

    /// Messages that are well formed but for their numbers and names. What passes can be looked at like any picture.
    @Test func messagesWithAnyNumbersAreRefusedOrHarmless() throws {
        let numbers = [
            "0", "1", "-1", "2", "7", "21", "35", "64", "255", "32767", "32768", "2147483647", "-2147483648",
            "4294967295",
            "9007199254740993", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308", "0.5",
        ]
        let names = ["yuv420p", "rgb24", "pal8", "yuv444p16le", "gray", "monow", "vaapi", "", "rgbaf32be"]
        let description = OpenedSource(
            stream: StreamDescription(
                codec: "h264", container: "mp4", frameSize: PixelSize(width: 64, height: 64),
                codedSize: PixelSize(width: 64, height: 64), frameRate: 25, duration: 7, pixelFormat: "yuv420p",
                colorRange: "tv", rotation: 0, start: Timestamp(microseconds: 0), isTimeEstimated: false,
                creationTime: nil),
            decoder: "software")
        let seeds = try [
            .frame(head(width: 64, height: 64)), .opened(description), CaptureMessage.ended(nil, SourceCounts()),
        ].map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        var random = ScriptedRandom(seed: 11)
        let (reader, scaler) = (reader, PictureScaler())
        var image = PixelBuffer(size: PixelSize(width: 32, height: 32), format: .bgr24)
        var (refused, seen) = (0, 0)
        for _ in 0..<20_000 {
            var text = seeds.randomElement(using: &random) ?? ""
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let values = text.ranges(of: /-?[0-9][0-9.e+]*/)
                if let range = values.randomElement(using: &random) {
                    text.replaceSubrange(range, with: numbers.randomElement(using: &random) ?? "0")
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    text = text.replacing("yuv420p", with: names.randomElement(using: &random) ?? "")
                }
            }
            try pipe.fileHandleForWriting.write(contentsOf: framed(Data(text.utf8)))
            let slot = try #require(memory.takeSlot(within: 0))
            do {
                guard let picture = try reader.read(within: 5, slot: slot).1 else { continue }
                seen += 1
                if picture.codedSize.width <= 64 && picture.codedSize.height <= 64 {
                    try? scaler.draw(picture, scaledTo: PixelSize(width: 32, height: 32), into: &image)
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 5000 && seen > 1000)
    }

    @Test func silenceEndsAtItsTimeAndAtAFlag() throws {
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        try pipe.fileHandleForWriting.write(contentsOf: withUnsafeBytes(of: UInt32(100)) { Data($0) })
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        interrupt.raise()
        #expect(throws: MessageReader.Failure.interrupted) { try reader.read(within: 5) }
    }
}
