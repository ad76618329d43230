import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

@Suite struct SamplingTests {
    /// Two seconds with a counter and moving parts.
    private static let motion = "testsrc2=size=64x48:rate=25:duration=2"
    private static let closed = "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=0:scenecut=0"

    private static func media(_ description: String, _ file: String, _ options: String, cut: String? = nil) -> Media {
        Media(description, file, source: motion, options, cut: cut)
    }

    /// Streams in which frames can be chosen before they are decoded.
    static let ordered = [
        media("H.264, closed GOP", "a.mp4", closed),
        media(
            "H.264, open GOP", "a.mp4", "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=1:scenecut=0:b-pyramid=strict"),
        media("H.264 in a transport stream", "a.ts", closed),
        media("H.264, one GOP", "a.mp4", "-c:v libx264 -g 250 -bf 2"),
        media("HEVC", "a.mp4", "-c:v libx265 -preset fast -x265-params log-level=none:keyint=12:bframes=4:open-gop=0"),
        media("HEVC, open GOP", "a.mkv", "-c:v libx265 -preset fast -x265-params log-level=none:keyint=12:bframes=4"),
        media("MPEG-2", "a.ts", "-c:v mpeg2video -g 12 -bf 2"),
        media("MPEG-4", "a.mkv", "-c:v mpeg4 -g 12 -bf 2"),
        media("VP9", "a.webm", "-c:v libvpx-vp9 -g 12 -auto-alt-ref 1 -lag-in-frames 10 -deadline good -cpu-used 8"),
        media("AV1", "a.mp4", "-c:v libaom-av1 -g 12 -usage realtime -cpu-used 8"),
        media("Motion JPEG", "a.avi", "-c:v mjpeg"), media("intra only", "a.mkv", "-c:v libx264 -g 1"),
        media("an edit list", "a.mp4", closed, cut: "-ss 0.5"),
        Media(
            "variable frame rate", "a.mkv", source: motion + ",setpts=PTS+mod(N\\,3)*0.011/TB",
            closed + " -vsync passthrough -enc_time_base 1:1000"),
    ]
    /// Streams in which they can't, wholly or from some point on.
    static let unordered = [
        media("a bare stream without PTS", "a.h264", closed), media("B-frames without PTS", "a.avi", closed),
        media("a program stream with few PTS", "a.mpg", "-c:v mpeg2video -g 12 -bf 2 -b:v 100k"),
        media("interlaced H.264", "a.ts", closed + " -flags +ildct+ilme"),
        Media(
            "VP8 with hidden frames", "a.webm", source: motion,
            "-c:v libvpx -auto-alt-ref 1 -lag-in-frames 25 -b:v 100k", passes: 2),
        media("GIF", "a.gif", ""), media("an image sequence", "a%02d.jpg", ""),
    ]

    /// Requires that sampling gives just the frames that the rule picks from all, and returns how many it decoded.
    private func check(_ path: String, threads: Int = 2, isWhole: Bool = true) throws -> [(
        rate: Double, decoded: Int, all: Int
    )] {
        let all = try Decoded(path, threads: threads)
        #expect(all.failure == nil && all.frames.count > 30 && (all.counts.damaged == 0 || !isWhole))
        return try [1.1, 6.3, 12.5, 24, 1000].map { rate in
            var rule = FrameSampling(rate: rate)
            let expected = all.frames.filter { rule.wants($0.info.time.microseconds) }
            let sampled = try Decoded(path, rate: rate, threads: threads)
            #expect(sampled.infos == expected.map(\.info), "\(rate) frames a second")
            #expect(sampled.failure == nil && (sampled.counts.damaged == 0 || !isWhole))
            for (one, other) in zip(sampled.frames, expected) {
                #expect(try one.picture.image() == other.picture.image(), "\(rate) frames a second, \(one.info)")
            }
            return (rate, sampled.counts.decoded, all.counts.decoded)
        }
    }

    @Test(arguments: ordered, [1, 8])
    func framesAreTheSameAsAfterDecodingAll(media: Media, threads: Int) throws {
        let folder = try TemporaryFolder()
        let work = try check(try media.make(in: folder), threads: threads)
        #expect(work[0].decoded < work[0].all, "nothing was spared: \(work)")
    }

    @Test(arguments: unordered)
    func framesAreTheSameWherePacketsDoNotTellTheOrder(media: Media) throws {
        let folder = try TemporaryFolder()
        _ = try check(try media.make(in: folder))
    }

    @Test func onlyWantedFramesOfAnIntraCodecAreDecoded() throws {
        let folder = try TemporaryFolder()
        let path = try Self.media("", "a.mkv", "-c:v mjpeg").make(in: folder)
        #expect(try Decoded(path, rate: 5).counts.decoded == 10)
    }

    @Test func theEndsOfGOPsAfterTheLastWantedFrameAreDropped() throws {
        let folder = try TemporaryFolder()
        // Keyframes at 0, 12, 24, 36 and 48; frames 0, 13, 25 and 38 are wanted.
        let path = try Self.media("", "a.mp4", "-c:v libx264 -g 12 -bf 0 -x264-params scenecut=0").make(in: folder)
        #expect(try Decoded(path, rate: 2).counts.decoded == 1 + 2 + 2 + 3)
    }

    /// Two recordings of the same clock, so that every PTS comes twice.
    @Test func joinedRecordingsAreSampledInTheirOrder() throws {
        let folder = try TemporaryFolder()
        let part = try transportStream(in: folder)
        let path = folder.path("joined.ts")
        try (part + part).write(to: URL(fileURLWithPath: path))
        // The packet counter's step at the joint is counted as damage.
        #expect(try check(path, isWhole: false).allSatisfy { $0.all == 100 && $0.decoded <= 100 })
    }

    @Test(arguments: ["", " -bf 0"])
    func aStreamThatBeginsBetweenKeyframesIsSampledFromItsFirstDecodedFrame(options: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("cut.ts")
        let whole = try transportStream(options, in: folder)
        // Without the first eighth, in packets of 188 bytes; the tables come again later.
        try whole.suffix(from: whole.count / 8 / 188 * 188).write(to: URL(fileURLWithPath: path))
        _ = try check(path, isWhole: false)
    }

    private func transportStream(_ options: String = "", in folder: TemporaryFolder) throws -> Data {
        let path = try Self.media("", "a.ts", Self.closed + " -pat_period 0.1" + options).make(in: folder)
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }
}
