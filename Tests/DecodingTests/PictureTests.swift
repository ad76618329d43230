import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

@Suite struct PictureTests {
    /// What FFmpeg's swscale reads and a decoder gives, by kind.
    static let pixelFormats = [
        "yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "yuva420p", "nv12", "nv21", "yuyv422",
        "uyvy422",
        "yuv420p10le", "yuv422p10le", "yuv444p12le", "gray", "gray10le", "gray16le", "ya8", "monob", "monow", "pal8",
        "rgb24", "bgr0", "rgba", "rgb565le", "rgb48le", "gbrp", "gbrp10le", "yuvj420p", "yuvj422p", "yuvj444p",
    ]

    @Test(arguments: pixelFormats)
    func everyPixelFormatShowsWhatFFmpegShows(format: String) throws {
        let folder = try TemporaryFolder()
        let codec = format.hasPrefix("yuvj") ? "mjpeg" : "rawvideo"
        let media = Media("", "a.nut", source: Media.quadrants, "-frames:v 1 -pix_fmt \(format) -c:v \(codec)")
        let path = try media.make(in: folder)
        let source = try open(path)
        #expect(source.description.pixelFormat == format)
        let image = try #require(try source.next()).picture.image()
        let truth = try truePixels(path, in: folder)
        #expect(truth.count == image.bytes.count)
        let difference = image.difference(from: truth)
        #expect(difference.largest <= 2, "\(difference)")
    }

    struct Range: CustomTestStringConvertible {
        let testDescription: String
        let options: [String]
        init(_ description: String, _ options: String) {
            testDescription = description
            self.options = options.split(separator: " ").map(String.init)
        }
    }

    /// White, black and red as they were drawn, whatever range and matrix the file has.
    @Test(arguments: [
        Range("limited", "-vf scale=out_range=tv,format=yuv420p -color_range tv -c:v libx264 -qp 0"),
        Range("unmarked", "-vf scale=out_range=tv,format=yuv420p -c:v ffv1"),
        Range("full", "-vf scale=out_range=pc,format=yuv420p -color_range pc -c:v libx264 -qp 0"),
        Range("JPEG's", "-pix_fmt yuvj444p -c:v mjpeg -q:v 1"),
        Range("10 bits, full", "-vf scale=out_range=pc,format=yuv444p10 -color_range pc -c:v ffv1"),
        Range(
            "BT.709",
            "-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -colorspace bt709 -c:v libx264 -qp 0"),
        Range(
            "BT.2020", "-vf scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10 -colorspace bt2020nc -c:v ffv1"),
        Range("RGB", "-pix_fmt rgb24 -c:v png"),
    ])
    func coloursComeOutAsTheyWereDrawn(range: Range) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mkv")
        let drawing =
            "color=black:size=64x48:duration=0.1,format=gbrp,drawbox=x=0:y=0:w=32:h=24:color=white:t=fill,"
            + "drawbox=x=32:y=0:w=32:h=24:color=red:t=fill"
        try ffmpeg(["-f", "lavfi", "-i", drawing] + range.options + [path])
        let image = try #require(try open(path).next()).picture.image()
        for (place, colour) in [((10, 10), [255, 255, 255]), ((50, 10), [255, 0, 0]), ((10, 40), [0, 0, 0])] {
            let seen = image.pixel(place.0, place.1)
            #expect(zip(seen, colour).allSatisfy { abs($0 - $1) <= 2 }, "\(seen), not \(colour)")
        }
    }

    @Test(arguments: [(65, 49), (1, 1), (3, 2), (17, 1), (16384, 16), (16, 16384)])
    func picturesOfAnySizeComeOutWhole(width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mkv")
        let size = PixelSize(width: width, height: height)
        try ffmpeg([
            "-f", "lavfi", "-i",
            "color=yellow:size=32x32:duration=0.1,format=yuv420p,scale=\(width):\(height),setsar=1",
            "-c:v", "ffv1", "-colorspace", "smpte170m", "-pix_fmt", "yuv420p", path,
        ])
        let picture = try #require(try open(path).next()).picture
        #expect(picture.size == size)
        let longest = max(width, height)
        let fitted = PixelSize(width: max(1, width * 320 / longest), height: max(1, height * 320 / longest))
        for target in [size, fitted] {
            let image = try picture.image(size: target)
            let yellow = [UInt8]([255, 255, 0])
            let expected = (0..<target.width * target.height).flatMap { _ in yellow }
            #expect(image.difference(from: expected).largest <= 2)
        }
    }

    @Test(arguments: [("2/1", 128, 48), ("1/2", 32, 48), ("12/11", 70, 48), ("0/1", 64, 48)])
    func pixelsThatAreNotSquareWidenThePicture(ratio: String, width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mp4")
        try ffmpeg(["-f", "lavfi", "-i", Media.quadrants + ",setsar=\(ratio)", "-c:v", "libx264", path])
        let description = try open(path).description
        #expect(description.frameSize == PixelSize(width: width, height: height))
        #expect(description.codedSize == PixelSize(width: 64, height: 48))
    }

    @Test func aChangeOfResolutionGivesFramesOfBothSizes() throws {
        let folder = try TemporaryFolder()
        let joined = folder.path("joined.ts")
        var bytes = Data()
        for (size, offset) in [("64x48", "0"), ("96x64", "0.8")] {
            let part = Media(
                "", size + ".ts", source: "testsrc2=size=\(size):rate=25:duration=0.8",
                "-c:v libx264 -bf 2 -output_ts_offset \(offset)")
            bytes += try Data(contentsOf: URL(fileURLWithPath: part.make(in: folder)))
        }
        try bytes.write(to: URL(fileURLWithPath: joined))
        let frames = try Decoded(joined).frames
        let (small, large) = (PixelSize(width: 64, height: 48), PixelSize(width: 96, height: 64))
        #expect(frames.map(\.picture.size) == (0..<40).map { $0 < 20 ? small : large })
        let scaler = PictureScaler()
        var image = PixelBuffer(size: small, format: .bgr24)
        for frame in frames { try scaler.draw(frame.picture, scaledTo: small, into: &image) }
    }
}
