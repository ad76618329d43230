import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// Parts of files, which must be what the whole file's reading gives there.
@Suite struct WindowTests {
    /// Four seconds with a counter and moving parts.
    static let motion = "testsrc2=size=64x48:rate=25:duration=4"
    private static let closed = "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=0:scenecut=0"
    private static let openGOP =
        "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=1:scenecut=0:b-pyramid=strict"
    private static let hevc =
        "-c:v libx265 -preset fast -x265-params log-level=none:keyint=12:bframes=4"

    private static func media(
        _ description: String, _ file: String, _ options: String, cut: String? = nil,
        filter: String = ""
    ) -> Media {
        Media(description, file, source: motion + filter, options, cut: cut)
    }

    static let cuttable = [
        media("H.264, closed GOP", "a.mp4", closed), media("H.264, closed GOP", "a.mov", closed),
        media("H.264, open GOP", "a.mp4", openGOP), media("H.264, open GOP", "a.mkv", openGOP),
        media("H.264, open GOP", "a.ts", openGOP),
        media("H.264 in fragments", "a.mp4", closed + " -movflags frag_keyframe"),
        media("H.264 without B-frames", "a.avi", "-c:v libx264 -g 12 -bf 0"),
        media("H.264", "a.flv", closed),
        media("HEVC", "a.mp4", hevc + ":open-gop=0"), media("HEVC, open GOP", "a.mkv", hevc),
        media("HEVC, open GOP", "a.ts", hevc), media("MPEG-4", "a.mkv", "-c:v mpeg4 -g 12 -bf 2"),
        media("MPEG-4 without B-frames", "a.avi", "-c:v mpeg4 -g 12 -bf 0"),
        media("MPEG-2", "a.ts", "-c:v mpeg2video -g 12 -bf 2"),
        media(
            "VP9", "a.webm",
            "-c:v libvpx-vp9 -g 12 -auto-alt-ref 1 -lag-in-frames 10 -deadline good -cpu-used 8"),
        media("AV1", "a.mp4", "-c:v libaom-av1 -g 12 -usage realtime -cpu-used 8"),
        media("Motion JPEG", "a.avi", "-c:v mjpeg"),
        media("an edit list", "a.mp4", closed, cut: "-ss 0.5"),
        media("an edit list, open GOP", "a.mp4", openGOP, cut: "-ss 0.5"),
        media("a start far from zero", "a.ts", closed + " -output_ts_offset 5000"),
        media(
            "a negative start", "a.mp4", closed + " -output_ts_offset -0.3 -avoid_negative_ts disabled"),
        media("PTS that begin anew at 2^33", "a.ts", closed + " -output_ts_offset 95442 -muxdelay 0"),
        media(
            "variable frame rate", "a.mkv", closed + " -vsync passthrough -enc_time_base 1:1000",
            filter: ",setpts=PTS+mod(N\\,3)*0.011/TB"),
        media("a long pause", "a.mp4", closed + " -vsync vfr", filter: ",setpts=PTS+gte(N\\,50)*70/TB"),
        media("with sound", "a.mkv", closed, filter: "[out0];sine=duration=4[out1]"),
        media("an index for no frame", "a.mkv", closed + " -live 1"),
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func scan(_ path: String) throws -> PacketScan {
        try PacketScan(SourceName(path), interrupt: InterruptFlag())
    }

    /// Requires that windows from each keyframe on are parts of the whole file's reading.
    private func check(_ path: String, _ scan: PacketScan) throws {
        let all = try open(path).description
        for rate in [nil, 6.3, 12.5] {
            let whole = try Decoded(path, rate: rate)
            for (index, keyframe) in scan.keyframes.enumerated() {
                let end = scan.keyframes.dropFirst(index + 2).first?.time
                let window = keyframe.window(of: scan, end: end)
                let expected = try Stretch(whole.frames.filter(window.holds))
                for threads in [1, 4] {
                    let part = try Part(path, rate: rate, threads: threads, window: window)
                    #expect(
                        part.source.description == all && part.decoded.failure == whole.failure(of: window))
                    let given = try Stretch(part.decoded.frames)
                    #expect(given == expected, "\(window), \(rate ?? 0) frames a second, \(threads) threads")
                }
            }
        }
    }

    @Test(arguments: cuttable)
    func aWindowGivesWhatTheWholeFileGivesThere(media: Media) throws {
        let path = try media.make(in: folder)
        let scan = try scan(path)
        let all = try Decoded(path)
        #expect(
            scan.obstacle == nil && scan.breakage == nil && scan.frameCount == all.frames.count, "\(scan)"
        )
        #expect(all.failure == nil && all.counts.damaged == 0)
        #expect(scan.keyframes.count >= 6, "of eight or so")
        try check(path, scan)
    }

    @Test(arguments: cuttable.prefix(8))
    func piecesCoverTheFile(media: Media) throws {
        let path = try media.make(in: folder)
        let windows = try scan(path).windows(pieceSeconds: 1, overlapSeconds: 0.3)
        #expect(windows.count == 4)
        var joined: [DecodedFrame] = []
        var cut = try #require(windows.first).origin
        for (index, window) in windows.enumerated() {
            let piece = try Part(path, window: window).decoded
            #expect(piece.frames.first?.info.time.microseconds == window.start)
            #expect(
                index == 0
                    || window.start <= cut - 300_000 && cut >= window.origin + Int64(index) * 1_000_000)
            joined += piece.frames.filter { $0.info.time.microseconds >= cut }
            cut = window.end ?? cut
        }
        #expect(windows.last?.end == nil)
        #expect(try Stretch(joined) == Stretch(Decoded(path).frames))
    }

    /// GOPs that are longer than a piece, and keyframes at moments.
    @Test(arguments: [("-g 45", 3), ("-g 250 -force_key_frames 0,1.52,1.92,2.04,3.48", 3)])
    func piecesAreNoShorterThanTheirOverlaps(keyframes: String, count: Int) throws {
        let path = try Self.media(
            "", "a.mp4", "-c:v libx264 -bf 2 -x264-params scenecut=0 " + keyframes
        ).make(
            in: folder)
        let windows = try scan(path).windows(pieceSeconds: 1, overlapSeconds: 0.3)
        #expect(windows.count == count, "\(windows)")
        let cuts = [0] + windows.dropLast().compactMap(\.end)
        #expect(zip(cuts, cuts.dropFirst()).allSatisfy { $1 - $0 >= 600_000 })
        for (window, cut) in zip(windows, cuts).dropFirst() { #expect(window.start <= cut - 300_000) }
        for (window, handover) in zip(windows.dropFirst(2), cuts.dropFirst()) {
            #expect(window.start >= handover - 150_000, "over the piece before")
        }
    }

    /// What isn't decodable from its keyframes on, or isn't marked right, stays whole.
    @Test(arguments: ["a.ts", "a.mkv"])
    func aPictureThatIsRefreshedByAndByStaysWhole(name: String) throws {
        let refresh = "-c:v libx264 -bf 0 -g 12 -x264-params intra-refresh=1"
        #expect(
            try scan(Self.media("", name, refresh).make(in: folder)).windows(
                pieceSeconds: 1, overlapSeconds: 0.3
            )
            .isEmpty)
    }

    @Test func aWindowHasTheSizeOfItsPictures() throws {
        let small = try Self.media("", "a.ts", Self.closed).make(in: folder)
        let large = try Media(
            "", "b.ts", source: "testsrc2=size=96x64:rate=25:duration=4",
            Self.closed + " -output_ts_offset 4.1"
        ).make(in: folder)
        let joined = folder.path("joined.ts")
        try Data([small, large].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }.joined())
            .write(to: URL(fileURLWithPath: joined))
        let windows = try scan(joined).windows(pieceSeconds: 2, overlapSeconds: 0.3)
        let whole = try Decoded(joined)
        #expect(whole.frames.count == 200 && windows.count == 4)
        for window in windows {
            let part = try Part(joined, window: window)
            let expected = whole.frames.filter(window.holds)
            #expect(part.source.description.frameSize == expected.first?.picture.size)
            #expect(try Stretch(part.decoded.frames) == Stretch(expected))
        }
    }

    /// As a recording that was cut out of a stream begins: with frames of which some can't be decoded.
    @Test(arguments: [closed, openGOP, hevc, "-c:v mpeg2video -g 12 -bf 2"], [8, 30])
    func aFileThatBeginsBetweenKeyframesIsCutBehindThem(options: String, share: Int) throws {
        let path = try Self.media("", "a.ts", options + " -pat_period 0.1").make(in: folder)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = folder.path("cut.ts")
        try whole.suffix(from: whole.count / share / 188 * 188).write(to: URL(fileURLWithPath: cut))
        let scan = try scan(cut)
        #expect(scan.obstacle == nil && scan.keyframes.count >= 4)
        #expect(try Decoded(cut).frames.count == scan.frameCount)
        try check(cut, scan)
    }

    @Test func aTurnedPictureIsTurnedInEachPiece() throws {
        let path = try Self.media("", "a.mp4", Self.closed).make(in: folder)
        let turned = folder.path("turned.mp4")
        try ffmpeg(["-i", path, "-c", "copy", "-metadata:s:v", "rotate=90", turned])
        #expect(try open(turned).description.rotation != 0)
        try check(turned, scan(turned))
    }

    static let uncuttable = [
        (media("a bare stream", "a.h264", closed), "no times"),
        (media("B-frames without PTS", "a.avi", closed), "no times"),
        (media("few PTS", "a.mpg", "-c:v mpeg2video -g 12 -bf 2 -b:v 100k"), "no times"),
        (media("interlaced", "a.ts", closed + " -flags +ildct+ilme"), "only when they are decoded"),
        (media("hidden frames", "a.webm", "-c:v libvpx -g 12 -b:v 100k"), "only when they are decoded"),
        (media("one GOP", "a.mp4", "-c:v libx264 -g 250"), "no second keyframe"),
        (media("pictures", "a%02d.jpg", ""), "sequence of pictures"),
        (media("a playlist", "a.m3u8", closed), "playlist"),
        (media("a moment", "a.mp4", closed + " -frames:v 5"), "no second keyframe"),
    ]

    @Test(arguments: uncuttable)
    func aFileWhoseNumbersOrTimesAreNotSureStaysWhole(media: Media, why: String) throws {
        let scan = try scan(media.make(in: folder))
        #expect(scan.obstacle?.contains(why) == true, "\(scan.obstacle ?? "none")")
        #expect(try scan.windows(pieceSeconds: 1, overlapSeconds: 0.3).isEmpty)
    }

    @Test func aClockThatStepsBackIsNotCut() throws {
        let part = try Data(
            contentsOf: URL(fileURLWithPath: Self.media("", "a.ts", Self.closed).make(in: folder)))
        let joined = folder.path("joined.ts")
        try (part + part).write(to: URL(fileURLWithPath: joined))
        #expect(try scan(joined).obstacle?.contains("step back") == true)
    }

    /// The file isn't cut where a stray time is near, and is cut elsewhere.
    @Test(arguments: ["3000", "90000"])
    func aStrayTimeIsKeptAwayFrom(by milliseconds: String) throws {
        let path = try Media(
            "", "a.mkv", source: "testsrc2=size=64x48:rate=25:duration=8",
            Self.closed + " -bsf:v setts=pts=PTS+eq(N\\,102)*\(milliseconds)"
        ).make(in: folder)
        let scan = try scan(path)
        let numbers = scan.keyframes.map(\.frame)
        #expect(scan.obstacle == nil && numbers.contains(48) && numbers.contains(156))
        #expect(!numbers.contains(96) && !numbers.contains(108))
        try check(path, scan)
    }

    @Test(arguments: ["a.mkv", "a.mp4", "a.ts"])
    func aFileCutShortIsCutAsFarAsItGoes(name: String) throws {
        let options = Self.closed + (name == "a.mp4" ? " -movflags +faststart" : "")
        let whole = try Data(
            contentsOf: URL(fileURLWithPath: Self.media("", name, options).make(in: folder)))
        let path = folder.path("short-" + name)
        try whole.prefix(whole.count * 7 / 10).write(to: URL(fileURLWithPath: path))
        let scan = try scan(path)
        #expect((scan.breakage == nil) == (name == "a.ts") && scan.keyframes.count >= 3)
        let windows = try scan.windows(pieceSeconds: 1, overlapSeconds: 0.3)
        #expect(windows.count > 1)
        for window in windows {
            let part = try Part(path, window: window).decoded
            #expect(part.failure == (try Decoded(path)).failure(of: window))
        }
    }

    @Test func aWindowOfAnotherFileIsToldSo() throws {
        let path = try Self.media("", "a.mkv", Self.closed).make(in: folder)
        let window = try #require(try scan(path).windows(pieceSeconds: 1, overlapSeconds: 0.3).last)
        let others = [
            ("moved.mkv", " -output_ts_offset 0.5", "its first frame is at 500000 µs instead of 0 µs"),
            ("keyless.mkv", " -g 500", "it has no keyframe at "),
        ]
        for (name, options, reason) in others {
            let other = try Self.media("", name, Self.closed + options).make(in: folder)
            let error = #expect(throws: DecodingError.self) { try Part(other, window: window) }
            #expect(
                error?.reason?.hasPrefix(reason) == true && error?.reason?.contains("changed") == true)
        }
        let pipe = #expect(throws: DecodingError.self) { try Part("-", window: window) }
        #expect(pipe?.reason == "only a file can be read from its middle on")
    }

    /// Damage within a window makes it be read again from its beginning.
    @Test(arguments: ["libx264", "libx265 -x265-params log-level=none", "mpeg4"])
    func damageInAWindowIsRepeatable(encoder: String) throws {
        let path = try Self.media("", "a.mkv", "-g 12 -c:v \(encoder)").make(in: folder)
        let damaged = folder.path("damaged.mkv")
        try ffmpeg(["-i", path, "-c", "copy", "-bsf:v", "noise=amount=60", damaged])
        let scan = try scan(damaged)
        let window = try #require(scan.keyframes.dropFirst().first).window(of: scan, end: nil)
        for rate in [nil, 12.5] {
            let expected = try Part(damaged, rate: rate, threads: 1, window: window).decoded
            #expect(expected.counts.damaged > 0 && expected.frames.count > 20)
            for threads in [2, 8] {
                let part = try Part(damaged, rate: rate, threads: threads, window: window).decoded
                #expect(part.counts == expected.counts)
                #expect(try Stretch(part.frames) == Stretch(expected.frames))
            }
        }
    }

    /// A window between two wanted frames, and one of which no frame can be decoded.
    @Test func aWindowMayHaveNoFrame() throws {
        let path = try Self.media("", "a.mkv", Self.closed).make(in: folder)
        let scan = try scan(path)
        let window = scan.keyframes[1].window(of: scan, end: scan.keyframes[2].time)
        let part = try Part(path, rate: 0.1, window: window)
        #expect(part.decoded.frames.isEmpty && part.decoded.failure == nil)
        #expect(part.source.description == (try open(path)).description)
    }

    @Test func veryManyKeyframesAreThinnedOut() throws {
        let path = try Self.media("", "a.avi", "-c:v mjpeg").make(in: folder)
        let all = try scan(path)
        #expect(all.keyframes.count == 99)
        let few = try PacketScan(SourceName(path), mostKeyframes: 10, interrupt: InterruptFlag())
        #expect(
            (4...10).contains(few.keyframes.count) && Set(few.keyframes).isSubset(of: all.keyframes))
        let times = few.keyframes.map(\.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 < 1_000_000 })
    }
}

/// What a window gives.
private struct Part {
    let source: VideoSource
    let decoded: Decoded

    init(_ path: String, rate: Double? = nil, threads: Int = 2, window: SourceWindow) throws {
        source = try VideoSource(
            SourceName(path), fps: rate, threads: threads, interrupt: InterruptFlag(), window: window)
        decoded = Decoded(source)
    }
}

/// Frames as they are compared.
private struct Stretch: Equatable, CustomStringConvertible {
    let infos: [FrameInfo]
    let images: [PixelBuffer]
    var description: String {
        infos.map { "\($0.index) at \($0.time.microseconds)\($0.isTimeEstimated ? "?" : "")" }.joined(
            separator: ", ")
    }

    init(_ frames: [DecodedFrame]) throws {
        infos = frames.map(\.info)
        images = try frames.map { try $0.picture.image() }
    }
}

extension PacketScan.Keyframe {
    fileprivate func window(of scan: PacketScan, end: Int64?) -> SourceWindow {
        SourceWindow(
            seek: pts, firstFrame: frame, start: time, end: end, origin: scan.firstTime ?? 0,
            previous: previous,
            reached: end == nil ? scan.reached : nil)
    }
}

extension SourceWindow {
    fileprivate func holds(_ frame: DecodedFrame) -> Bool {
        start <= frame.info.time.microseconds && frame.info.time.microseconds < end ?? .max
    }
}

extension Decoded {
    /// How reading a window of it is to end.
    fileprivate func failure(of window: SourceWindow) -> DecodingError? {
        window.end == nil ? failure : nil
    }
}
