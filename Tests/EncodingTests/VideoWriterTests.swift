import CFFmpeg
import Decoding
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Encoding

@Suite struct VideoWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A picture of one colour, coded as a file of `size` with these options.
    private func picture(_ size: PixelSize, _ options: String..., color: String = "0xC80028") throws -> Picture {
        let path = folder.path("colour.mkv")
        try ffmpeg(["-f", "lavfi", "-i", "color=\(color):s=\(size):r=25:d=0.04", "-c:v", "ffv1"] + options + [path])
        return try #require(try Decoded(path).frames.first).picture
    }

    private func write(_ picture: Picture, at times: [Int64], to name: String) throws -> [DecodedFrame] {
        let path = folder.path(name)
        let planar = try PlanarPicture(like: picture)
        let writer = try VideoWriter(path: path, like: planar, frameRate: 25)
        for time in times {
            try planar.take(picture)
            try writer.add(planar, at: time)
        }
        try writer.finish()
        return try Decoded(path).frames
    }

    @Test(
        arguments: ["a.mp4", "a.mkv", "a.avi", "12:30.mov"],
        [
            (PixelSize(width: 65, height: 49), "yuv444p"), (PixelSize(width: 66, height: 50), "yuv420p"),
            (PixelSize(width: 65, height: 49), "yuv420p"), (PixelSize(width: 66, height: 50), "bgr0"),
            (PixelSize(width: 1280, height: 720), "yuv422p10le"),
        ])
    func picturesComeBackInTheirColoursAndAtTheirTimes(name: String, kind: (size: PixelSize, format: String)) throws {
        let picture = try picture(kind.size, "-pix_fmt", kind.format)
        let before = try picture.image().pixel(20, 20)
        let times: [Int64] = [0, 40_000, 120_000, 160_000]
        let frames = try write(picture, at: times, to: name)
        #expect(frames.count == 4)
        if !name.hasSuffix("avi") {
            #expect(zip(frames, times).allSatisfy { abs($0.info.time.microseconds - $1) < 1000 })
        }
        let written = try #require(frames.first).picture
        #expect(written.size == PixelSize(width: kind.size.width & ~1, height: kind.size.height & ~1))
        let centre = try written.image().pixel(kind.size.width / 2, kind.size.height / 2)
        #expect(zip(centre, before).allSatisfy { abs($0 - $1) <= 4 }, "\(centre) \(before)")
    }

    @Test("Full range and BT.709 stay as they are", arguments: ["yuvj420p", "yuv444p"])
    func range(format: String) throws {
        let picture = try picture(
            PixelSize(width: 64, height: 48), "-vf", "scale=out_range=full:out_color_matrix=bt709", "-pix_fmt", format,
            "-color_range", "pc", "-colorspace", "bt709")
        let before = try picture.image().pixel(20, 20)
        let written = try #require(write(picture, at: [0], to: "a.mp4").first).picture
        #expect(
            written.frame.pointee.color_range == AVCOL_RANGE_JPEG && written.frame.pointee.colorspace == AVCOL_SPC_BT709
        )
        #expect(zip(try written.image().pixel(20, 20), before).allSatisfy { abs($0 - $1) <= 4 })
    }

    @Test("A turned picture is written upright", arguments: ["90", "180", "270"])
    func turned(degrees: String) throws {
        let (coded, path) = (folder.path("coded.mp4"), folder.path("turned.mp4"))
        try ffmpeg("-f", "lavfi", "-i", Media.quadrants, "-pix_fmt", "yuv420p", "-crf", "5", coded)
        try ffmpeg("-i", coded, "-c", "copy", "-metadata:s:v", "rotate=\(degrees)", path)
        let picture = try #require(try Decoded(path).frames.first).picture
        let shown = try picture.image()
        let written = try #require(write(picture, at: [0], to: "a.mp4").first).picture
        #expect(written.size == picture.size && written.orientation == Orientation())
        let image = try written.image()
        for (x, y) in [(10, 10), (shown.size.width - 10, 10), (10, shown.size.height - 10)] {
            #expect(zip(image.pixel(x, y), shown.pixel(x, y)).allSatisfy { abs($0 - $1) <= 12 })
        }
    }

    @Test func whatHasNoDetailTakesFewerBytes() throws {
        let size = PixelSize(width: 320, height: 192)
        let path = folder.path("noise.mkv")
        let noise = "nullsrc=s=\(size):r=25:d=0.2,geq=128+60*(random(1)-0.5):128:128"
        try ffmpeg("-f", "lavfi", "-i", noise, "-pix_fmt", "yuv420p", "-c:v", "ffv1", path)
        let frames = try Decoded(path).frames
        func bytes(plain: [PixelRect] = [], drawn: [PixelRect] = []) throws -> Int {
            let path = folder.path("\(plain.count) \(drawn.count).mp4")
            let planar = try PlanarPicture(like: frames[0].picture)
            let writer = try VideoWriter(path: path, like: planar, frameRate: 25)
            for (index, frame) in frames.enumerated() {
                try planar.take(frame.picture)
                try writer.add(planar, at: Int64(index) * 40_000, plain: plain, drawn: drawn)
            }
            try writer.finish()
            return try Data(contentsOf: URL(fileURLWithPath: path)).count
        }
        let whole = [PixelRect(x: 0, y: 0, width: 320, height: 192)]
        let all = try bytes()
        #expect(try bytes(plain: whole) < all / 2 && bytes(drawn: whole) < all * 9 / 10)
    }

    @Test func picturesWhoseTimesRoundToTheSameAreAllKept() throws {
        let picture = try picture(PixelSize(width: 64, height: 48), "-pix_fmt", "yuv420p")
        let frames = try write(picture, at: [0, 40_000, 40_001, 80_000], to: "a.mp4")
        #expect(frames.count == 4)
    }

    @Test func aPlaceThatCannotBeWrittenIsToldByItsReason() throws {
        let planar = try PlanarPicture(like: picture(PixelSize(width: 64, height: 48), "-pix_fmt", "yuv420p"))
        for (path, reason) in [
            (folder.path("a.nonsense"), "FFmpeg knows no container of that ending; try .mp4"),
            (folder.path("none/a.mp4"), "No such file or directory"),
            (folder.path("a.webm"), "webm holds no H.264; give a name that ends in .mp4 or .mkv"),
        ] {
            #expect(throws: EncodingError.unwritable(path: path, reason: reason)) {
                try VideoWriter(path: path, like: planar, frameRate: 25)
            }
        }
    }

    @Test func anFFmpegWithoutH264IsToldByItsEncodersNames() {
        let reason = "this FFmpeg has no encoder for H.264, neither libnone nor libno; install one that has libx264"
        #expect(throws: EncodingError.unwritable(path: "a.mp4", reason: reason)) {
            try VideoWriter.check("a.mp4", encoders: ["libnone", "libno"])
        }
    }
}
