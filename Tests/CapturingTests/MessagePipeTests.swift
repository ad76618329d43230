import CFFmpeg
import Foundation
import PathModel
import Synchronization
import TestSupport
import Testing

@testable import Capturing
@testable import Decoding

/// What a camera process may write, and what comes of it.
@Suite(.timeLimit(.minutes(30))) struct MessagePipeTests {
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
        #expect(pwrite(others, "scribble", 8, slot * memory.slotSize) == 8)
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

    /// What can't be shared ends a camera by an error; it was passed over without a word.
    @Test func aPictureThatHasNoPlanesOrNoRoomIsNoPictureThatWasWritten() throws {
        var frame = av_frame_alloc()
        defer { av_frame_free(&frame) }
        let onDevice = try #require(frame)
        (onDevice.pointee.format, onDevice.pointee.width, onDevice.pointee.height) = (AV_PIX_FMT_VAAPI.rawValue, 64, 64)
        let none = try #require(
            Picture(taking: onDevice, size: PixelSize(width: 64, height: 64), orientation: .upright))
        #expect(none.byteCount == nil)
        #expect(writer.write(head(width: 64, height: 64), none, toSlot: 0) == nil)
        let sent = try oddPicture()
        #expect(writer.write(head(width: 35, height: 21), sent, toSlot: PictureMemory.slotCount) == nil)
    }

    @Test(arguments: [8192, 16384]) func theLargestPictureThatIsAllowedHasRoomInAnyFormat(side: Int) throws {
        let memory = try #require(PictureMemory(largestPicture: PixelSize(width: side, height: side)))
        for format in ["yuv420p", "yuv420p10le", "rgb48le", "rgba64le", "gbrapf32le", "rgbaf32le"] {
            for (width, height) in [(Int32(side), Int32(side)), (1, 32768), (32768, 1)] {
                let layout = head(width: width, height: height, format: format).layout
                guard let count = Picture.byteCount(of: layout) else { continue }
                #expect(memory.bytes(count, ofSlot: PictureMemory.slotCount - 1) != nil, "\(format) \(width)x\(height)")
            }
        }
    }

    /// A damaged file may be decoded again from its start before its next picture comes.
    @Test func aProcessThatReadsOnIsWaitedForAndOneThatFallsSilentIsNot() throws {
        let (reader, writer) = (reader, writer)
        // A thread of its own: those of queues are all other tests' at times.
        Thread.detachNewThread {
            for _ in 0..<16 {
                usleep(200_000)
                _ = writer.write(.reading)
            }
            _ = writer.write(.ended(nil, SourceCounts()))
        }
        guard case .ended = try reader.read(within: 2.5).0 else {
            Issue.record("it has not ended")
            return
        }
        #expect(writer.write(.reading))
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.2) }
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

    /// A million messages (a tenth for `Scripts/test --quick`) that are well formed but for their numbers, their names and a
    /// few bytes. What passes can be looked at like any picture.
    @Test func aMillionMessagesAreRefusedOrHarmless() throws {
        let count = Project.isQuick ? 100_000 : 1_000_000
        let description = OpenedSource(
            stream: StreamDescription(
                codec: "h264", container: "mp4", frameSize: PixelSize(width: 64, height: 64),
                codedSize: PixelSize(width: 64, height: 64), frameRate: 25, duration: 7, pixelFormat: "yuv420p",
                colorRange: "tv", rotation: 0, start: Timestamp(microseconds: 0), isTimeEstimated: false,
                creationTime: nil),
            decoder: "software")
        let seeds = try [
            .frame(head(width: 64, height: 64)), .opened(description), CaptureMessage.ended(nil, SourceCounts()),
        ].map { MessageMutator.Parts(try JSONEncoder().encode($0)) }
        let lanes = max(2, ProcessInfo.processInfo.activeProcessorCount)
        let totals = Mutex((refused: 0, seen: 0))
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            guard let (refused, seen) = try? Self.fuzz(seeds, count: count / lanes, seed: UInt64(lane)) else {
                return
            }
            totals.withLock { $0 = ($0.refused + refused, $0.seen + seen) }
        }
        let (refused, seen) = totals.withLock { $0 }
        #expect(refused > count * 3 / 10 && seen > count / 20, "\(refused) refused, \(seen) pictures")
    }

    /// - Returns: how many messages were refused, and how many pictures were seen.
    private static func fuzz(_ seeds: [MessageMutator.Parts], count: Int, seed: UInt64) throws -> (Int, Int) {
        let (pipe, memory) = (Pipe(), try #require(PictureMemory()))
        let (input, output) = (pipe.fileHandleForWriting, pipe.fileHandleForReading.fileDescriptor)
        let reader = MessageReader(descriptor: output, memory: memory, interrupt: InterruptFlag())
        var mutator = MessageMutator(seeds: seeds, seed: seed)
        let (scaler, target) = (PictureScaler(), PixelSize(width: 32, height: 32))
        var image = PixelBuffer(size: target, format: .bgr24)
        var (left, refused, seen) = (count, 0, 0)
        while left > 0 {
            // As many as the pipe holds.
            var bytes = Data()
            var batch = 0
            while batch < left && bytes.count < 60_000 {
                bytes.append(mutator.next())
                batch += 1
            }
            try input.write(contentsOf: bytes)
            left -= batch
            for _ in 0..<batch {
                let slot = try #require(memory.takeSlot(within: 0), "a slot is lost")
                do {
                    guard let picture = try reader.read(within: 5, slot: slot).1 else { continue }
                    seen += 1
                    if seen % 64 == 0, picture.codedSize.width <= 64 && picture.codedSize.height <= 64 {
                        try? scaler.draw(picture, scaledTo: target, into: &image)
                    }
                } catch MessageReader.Failure.closed {
                    refused += 1
                }
            }
        }
        return (refused, seen)
    }

    @Test func silenceEndsAtItsTimeAndAtAFlag() throws {
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        try pipe.fileHandleForWriting.write(contentsOf: withUnsafeBytes(of: UInt32(100)) { Data($0) })
        #expect(throws: MessageReader.Failure.timeout) { try reader.read(within: 0.3) }
        interrupt.raise()
        #expect(throws: MessageReader.Failure.interrupted) { try reader.read(within: 5) }
    }
}

/// Makes messages of others, whole in their length.
private struct MessageMutator {
    /// A message's text, its numbers apart.
    struct Parts {
        var pieces: [(bytes: [UInt8], isNumber: Bool)] = []

        init(_ message: Data) {
            for byte in message {
                let isNumber = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "-")
                if pieces.last?.isNumber != isNumber { pieces.append(([], isNumber)) }
                pieces[pieces.count - 1].bytes.append(byte)
            }
        }
    }

    private static let numbers = [
        "0", "1", "-1", "2", "7", "21", "35", "64", "255", "32767", "32768", "2147483647", "-2147483648", "4294967295",
        "9007199254740993", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308", "0.5",
        "null",
    ].map { Array($0.utf8) }
    private static let names = ["yuv420p", "rgb24", "pal8", "yuv444p16le", "gray", "monow", "vaapi", "", "rgbaf32be"]
        .map {
            Array("\"\($0)\"".utf8)
        }
    private let seeds: [(parts: Parts, numbers: [Int])]
    private var random: ScriptedRandom

    init(seeds: [Parts], seed: UInt64) {
        self.seeds = seeds.map { parts in (parts, parts.pieces.indices.filter { parts.pieces[$0].isNumber }) }
        random = ScriptedRandom(seed: seed)
    }

    /// The next message, its length before it.
    mutating func next() -> Data {
        // Pictures are what there is most of.
        let (parts, numbers) = seeds[max(0, Int.random(in: -3..<seeds.count, using: &random))]
        let replaced = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
            numbers.randomElement(using: &random)
        }
        var text: [UInt8] = []
        text.reserveCapacity(700)
        for (index, piece) in parts.pieces.enumerated() {
            text += replaced.contains(index) ? Self.numbers.randomElement(using: &random) ?? [] : piece.bytes
        }
        switch Int.random(in: 0..<16, using: &random) {
        case 0: text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        case 1: text.removeLast(Int.random(in: 0...text.count, using: &random))
        case 2...4:
            if let range = text.firstRange(of: Self.names[0]) {
                text.replaceSubrange(range, with: Self.names.randomElement(using: &random) ?? [])
            }
        default: break
        }
        return withUnsafeBytes(of: UInt32(text.count)) { Data($0) } + text
    }
}
