import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// What is no video, or only in part.
@Suite struct BrokenInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func error(opening path: String) -> DecodingError? {
        do {
            _ = try open(path)
            return nil
        } catch {
            return error as? DecodingError
        }
    }

    private func write(_ bytes: Data, to name: String) throws -> String {
        let path = folder.path(name)
        try bytes.write(to: URL(fileURLWithPath: path))
        return path
    }

    private func bytes(of media: Media) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: media.make(in: folder)))
    }

    @Test func whatCannotBeReadIsToldByItsReason() throws {
        for (path, reason) in [
            (folder.path("none.mp4"), "No such file or directory"),
            (folder.url.path, "is a directory; name the video files in it"),
            (try write(Data(), to: "empty.mp4"), "the file is empty"),
            (folder.path("none%02d.png"), "No such file or directory"), ("nonsense://host/video", "Protocol not found"),
            ("http://127.0.0.1:1/video.mp4", "Connection refused"),
            ("http://nowhere.invalid/video.mp4", "its host has no address (is there a network?)"),
            ("rtsp://nowhere.invalid/door", "its host has no address (is there a network?)"),
        ] {
            #expect(error(opening: path) == .unreadable(source: path, reason: reason))
        }
    }

    @Test func whatIsNoMediaFileIsToldSo() throws {
        let text = try write(Data(String(repeating: "I am no video. ", count: 1000).utf8), to: "text.mp4")
        let video = try bytes(of: Media("", "a.mp4", "-c:v libx264"))
        let headless = try write(video.prefix(video.count / 2), to: "headless.mp4")
        for path in [text, headless] {
            guard case .unreadable(path, let reason) = error(opening: path) else {
                Issue.record("\(path): \(String(describing: error(opening: path)))")
                continue
            }
            #expect(reason.contains("not a media file, or cut off or damaged"))
        }
    }

    @Test(arguments: [
        ("a.wav", "-f lavfi -i sine=duration=0.2"),
        (
            "a.mp3",
            "-f lavfi -i sine=duration=0.2 -f lavfi -i color=red:size=64x48 -frames:v 1 -disposition:v attached_pic"
        ),
    ])
    func soundAloneIsNoVideo(name: String, arguments: String) throws {
        let path = folder.path(name)
        try ffmpeg(arguments.split(separator: " ").map(String.init) + [path])
        #expect(error(opening: path) == .noVideo(source: path, reason: "there is no video stream in it"))
    }

    @Test func aDecoderThatDoesNotStartIsToldSo() throws {
        var video = try bytes(of: Media("", "a.avi", "-c:v ffv1 -level 3"))
        // The codec's private data follow the 40 bytes of BITMAPINFOHEADER.
        let format = try #require(video.range(of: Data("strf".utf8)))
        video[format.upperBound + 4 + 40 + 8] ^= 0xff
        guard case .noVideo(_, let reason) = error(opening: try write(video, to: "bad.avi")) else {
            Issue.record("opened")
            return
        }
        #expect(reason.hasPrefix("its decoder does not start: "))
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.avi"], [nil, 2, 12.5] as [Double?])
    func aFileCutShortBreaksOffAfterItsFrames(name: String, rate: Double?) throws {
        let options = "-c:v libx264 -bf 0 -qp 5" + (name == "a.mp4" ? " -movflags +faststart" : "")
        let media = Media("", name, source: "testsrc2=size=64x48:rate=25:duration=4", options)
        let whole = try bytes(of: media)
        let all = try Decoded(folder.path(name), rate: rate)
        #expect(all.failure == nil)
        let cut = try Decoded(try write(whole.prefix(whole.count * 6 / 10), to: "cut-" + name), rate: rate)
        #expect(cut.frames.count >= all.frames.count / 4)
        #expect(cut.infos == Array(all.infos.prefix(cut.infos.count)))
        guard case .broken(folder.path("cut-" + name), let reason, let breakage) = cut.failure else {
            Issue.record("\(String(describing: cut.failure))")
            return
        }
        #expect(reason.hasPrefix("it breaks off at ") && reason.hasSuffix(" s: the file is cut short"))
        #expect(breakage.time == cut.infos.last?.time && (breakage.frame ?? 0) >= (cut.infos.last?.index ?? -1))
    }

    @Test(
        arguments: [
            Media(
                "B-frames at a low rate", "a.mp4", source: "testsrc2=size=64x48:rate=2:duration=20",
                "-c:v libx264 -bf 3"),
            Media("a start far from zero", "a.mkv", "-c:v libx264 -output_ts_offset 5000"),
            Media("one frame", "a.mp4", source: "testsrc2=size=64x48:rate=25:duration=0.04", "-c:v libx264"),
            Media(
                "an edit list", "a.mp4", source: "testsrc2=size=64x48:rate=25:duration=3", "-c:v libx264 -g 50",
                cut: "-ss 1.5"),
            Media(
                "a long last frame", "a.mp4", source: Media.motion + ",setpts=PTS+gte(N\\,19)*9/TB",
                "-vsync vfr -c:v libx264"),
            Media("fragments", "a.mp4", "-c:v libx264 -movflags frag_keyframe+empty_moov -g 5"),
            Media("longer sound", "a.mkv", source: Media.motion + "[out0];sine=duration=3[out1]", "-c:v libx264"),
            Media("longer sound", "a.mp4", source: Media.motion + "[out0];sine=duration=3[out1]", "-c:v libx264"),
        ], [nil, 0.5] as [Double?])
    func aWholeFileDoesNotBreakOff(media: Media, rate: Double?) throws {
        let decoded = try Decoded(media.make(in: folder), rate: rate, threads: 8)
        #expect(decoded.failure == nil && !decoded.frames.isEmpty)
    }

    @Test(
        arguments: ["libx264", "libx265 -x265-params log-level=none", "mpeg2video", "mjpeg"], [nil, 10] as [Double?])
    func damagedStreamsAreDecodedAsFarAsTheyGo(encoder: String, rate: Double?) throws {
        let media = Media("", "a.mkv", "-g 5 -c:v \(encoder)")
        let damaged = folder.path("damaged.mkv")
        try ffmpeg(["-i", media.make(in: folder), "-c", "copy", "-bsf:v", "noise=amount=40", damaged])
        let decoded = try Decoded(damaged, rate: rate)
        #expect(decoded.counts.damaged > 0)
        #expect(!decoded.frames.isEmpty)
        #expect(zip(decoded.microseconds, decoded.microseconds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(zip(decoded.infos, decoded.infos.dropFirst()).allSatisfy { $0.index < $1.index })
        #expect(decoded.frames.contains { $0.followsDamage })
        for frame in decoded.frames { _ = try frame.picture.image(size: PixelSize(width: 32, height: 24)) }
    }

    @Test(
        "Damage looks and counts the same, however many threads decode it",
        arguments: ["libx264", "libx265 -x265-params log-level=none", "mpeg4"])
    func damageIsRepeatable(encoder: String) throws {
        let media = Media("", "a.mkv", source: "testsrc2=size=640x360:rate=25:duration=2", "-g 25 -c:v \(encoder)")
        let damaged = folder.path("damaged.mkv")
        try ffmpeg(["-i", media.make(in: folder), "-c", "copy", "-bsf:v", "noise=amount=2000", damaged])
        let expected = try Decoded(damaged, threads: 1)
        #expect(expected.counts.damaged > 0)
        let pictures = try expected.frames.map { try $0.picture.image().bytes }
        for threads in [2, 4, 8, 8] {
            let decoded = try Decoded(damaged, threads: threads)
            #expect(decoded.counts == expected.counts)
            #expect(decoded.infos == expected.infos)
            #expect(decoded.frames.map(\.followsDamage) == expected.frames.map(\.followsDamage))
            #expect(try decoded.frames.map { try $0.picture.image().bytes } == pictures)
        }
    }

    @Test func aFileIsNotTakenForAProtocol() throws {
        let media = Media("", "a.gif")
        let path = try write(try bytes(of: media), to: "12:30:05 #1?.gif")
        #expect(try Decoded(path).frames.count == 20)
    }
}
