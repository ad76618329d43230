import PathModel
import TestSupport
import Testing

@testable import Decoding

/// Pictures take memory, and a stream says how large they are.
@Suite struct LargestPictureTests {
    private static let large = "testsrc2=size=320x240:rate=25:duration=0.4"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ path: String, most: PixelSize) throws -> VideoSource {
        var options = SourceOptions()
        options.largestPicture = most
        return try VideoSource(SourceName(path), options: options, threads: 1, interrupt: InterruptFlag())
    }

    @Test(
        "A stream of larger pictures is refused by its size",
        arguments: [
            Media("its container says it", "a.mp4", source: large, "-c:v libx264"),
            Media("AVI", "a.avi", source: large, "-c:v mjpeg"),
        ])
    func refused(media: Media) throws {
        let path = try media.make(in: folder)
        let error = #expect(throws: DecodingError.self) { try open(path, most: PixelSize(width: 319, height: 240)) }
        #expect(
            error?.description.contains("320x240 have more pixels than 319x240") == true, "\(String(describing: error))"
        )
        #expect(Decoded(try open(path, most: PixelSize(width: 240, height: 320))).frames.count > 0)
    }

    @Test(
        "So is one whose packets alone say it",
        arguments: [
            Media("", "a.ts", source: large, "-c:v libx264"), Media("", "a.png", source: large, "-frames:v 1"),
        ])
    func refusedByTheDecoder(media: Media) throws {
        let path = try media.make(in: folder)
        let error = #expect(throws: DecodingError.self) { try open(path, most: PixelSize(width: 319, height: 240)) }
        #expect(error?.description.contains("--max-picture") == true, "\(String(describing: error))")
    }

    @Test func picturesThatGrowAreDamage() throws {
        try ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.4", "-c:v", "libx264", folder.path("a.ts"))
        try ffmpeg("-f", "lavfi", "-i", Self.large, "-c:v", "libx264", folder.path("b.ts"))
        try #require(
            try run("sh", ["-c", "cat \(folder.path("a.ts")) \(folder.path("b.ts")) > \(folder.path("c.ts"))"]).status
                == 0)
        let decoded = Decoded(try open(folder.path("c.ts"), most: PixelSize(width: 100, height: 100)))
        #expect(decoded.frames.allSatisfy { $0.picture.codedSize == PixelSize(width: 64, height: 48) })
        #expect(decoded.frames.count == 10 && decoded.counts.damaged >= 10)
    }

    @Test func pixelsAreNotEndlesslyOblong() throws {
        let path = try Media("", "a.mkv", "-c:v ffv1 -vf setsar=30000/1").make(in: folder)
        #expect(
            try open(path, most: PixelSize(width: 100, height: 100)).description.frameSize
                == PixelSize(width: 64, height: 48))
    }
}
