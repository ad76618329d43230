import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

@Suite struct TimeTests {
    static let media = [
        Media("B-frames", "a.mp4", "-c:v libx264 -bf 3"),
        Media("a start far from zero", "a.ts", "-c:v libx264 -bf 2 -output_ts_offset 5000"),
        Media("a negative start", "a.mkv", "-c:v mpeg4 -bf 2 -output_ts_offset -0.3 -avoid_negative_ts disabled"),
        Media("an edit list that begins between keyframes", "a.mp4", "-c:v libx264 -bf 2 -g 8", cut: "-ss 0.35"),
        Media(
            "variable frame rate", "a.mkv", source: Media.motion + ",setpts=PTS+mod(N\\,3)*0.011/TB",
            "-c:v libx264 -bf 2 -vsync passthrough -enc_time_base 1:1000"),
        Media("a long pause", "a.mp4", source: Media.motion + ",setpts=PTS+gte(N\\,8)*7/TB", "-vsync vfr -c:v libx264"),
        Media("MPEG-2 in a program stream", "a.mpg", "-c:v mpeg2video -bf 2 -b:v 100k"),
        Media("HEVC", "a.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3"),
        Media("VP9", "a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
        Media("VP8 with hidden frames", "a.webm", "-c:v libvpx -auto-alt-ref 1 -lag-in-frames 25 -b:v 100k", passes: 2),
        Media("interlaced", "a.ts", "-c:v libx264 -flags +ildct+ilme -x264-params tff=1"),
        Media("B-frames without PTS", "a.avi", "-c:v libx264 -bf 2"),
        Media("a bare stream without PTS", "a.h264", "-c:v libx264 -bf 2"),
        Media("GIF", "a.gif"),
        Media("an image sequence", "a%02d.png"),
        Media("uncompressed", "a.y4m"),
    ]

    @Test(arguments: media)
    func timesAreThosePTSThatFfprobeShows(media: Media) throws {
        let folder = try TemporaryFolder()
        let path = try media.make(in: folder)
        let truth = try trueTimes(path)
        let decoded = try Decoded(path)
        #expect(decoded.failure == nil)
        #expect(decoded.infos.map(\.index) == Array(truth.indices))
        #expect(!truth.isEmpty && decoded.counts.damaged == 0)
        for (info, time) in zip(decoded.infos, truth) {
            #expect(info.isTimeEstimated == (time == nil))
            if let time { #expect(abs(info.time.microseconds - time) <= 1) }
        }
    }

    @Test func framesWithoutPTSFollowEachOtherAtTheFrameRate() throws {
        let folder = try TemporaryFolder()
        let decoded = try Decoded(Media("", "a.h264", "-c:v libx264 -bf 2").make(in: folder))
        #expect(decoded.microseconds == (0..<20).map { $0 * 40_000 })
        #expect(decoded.infos.allSatisfy { $0.isTimeEstimated })
    }

    @Test func joinedRecordingsGoOnInTimeAndSayThatItIsEstimated() throws {
        let folder = try TemporaryFolder()
        let first = try Media("", "a.ts", "-c:v libx264 -bf 2").make(in: folder)
        let joined = folder.path("joined.ts")
        let part = try Data(contentsOf: URL(fileURLWithPath: first))
        try (part + part).write(to: URL(fileURLWithPath: joined))
        let decoded = try Decoded(joined)
        let start = try #require(decoded.microseconds.first)
        #expect(decoded.microseconds == (0..<40).map { start + $0 * 40_000 })
        #expect(decoded.infos.map(\.isTimeEstimated) == (0..<40).map { $0 >= 20 })
    }
}
