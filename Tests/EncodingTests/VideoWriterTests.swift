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

    private func write(_ images: [PixelBuffer], at times: [Int64], to name: String) throws -> [DecodedFrame] {
        let path = folder.path(name)
        let writer = try VideoWriter(path: path, frameSize: images[0].size, frameRate: 25)
        for (image, time) in zip(images, times) { try writer.add(image, at: time) }
        try writer.finish()
        return try Decoded(path).frames
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.avi", "12:30.mov"], [(65, 49), (1280, 720)])
    func picturesComeBackInTheirColoursAndAtTheirTimes(name: String, size: (Int, Int)) throws {
        let size = PixelSize(width: size.0, height: size.1)
        var image = PixelBuffer(size: size, format: .rgb24)
        for index in stride(from: 0, to: image.bytes.count, by: 3) {
            image.bytes[index] = 200
            image.bytes[index + 2] = 40
        }
        let times: [Int64] = [0, 40_000, 120_000, 160_000]
        let frames = try write([PixelBuffer](repeating: image, count: 4), at: times, to: name)
        #expect(frames.count == 4)
        if !name.hasSuffix("avi") {
            #expect(zip(frames, times).allSatisfy { abs($0.info.time.microseconds - $1) < 1000 })
        }
        let picture = try #require(frames.first).picture
        #expect(picture.size == PixelSize(width: size.width & ~1, height: size.height & ~1))
        let centre = try picture.image().pixel(size.width / 2, size.height / 2)
        #expect(zip(centre, [200, 0, 40]).allSatisfy { abs($0 - $1) <= 4 }, "\(centre)")
    }

    @Test func picturesWhoseTimesRoundToTheSameAreAllKept() throws {
        let image = PixelBuffer(size: PixelSize(width: 64, height: 48), format: .rgb24)
        let frames = try write([PixelBuffer](repeating: image, count: 4), at: [0, 40_000, 40_001, 80_000], to: "a.mp4")
        #expect(frames.count == 4)
    }

    /// Its scaler stayed behind where its frame couldn't be made.
    @Test func aWriterThatIsNotMadeLeavesNothingBehind() async {
        await #expect(processExitsWith: .success) {
            // Less than a frame of the video takes, and more than all else.
            av_max_alloc(1_500_000)
            func resident() -> Int {
                let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
                return Int(pages ?? "").map { $0 * 4096 } ?? 0
            }
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("footpath-\(getpid()).mp4").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let size = PixelSize(width: 1920, height: 1080)
            var first = 0
            for round in 0..<150 {
                #expect(throws: EncodingError.unwritable(path: path, reason: "Cannot allocate memory")) {
                    try VideoWriter(path: path, frameSize: size, frameRate: 25)
                }
                if round == 20 { first = resident() }
            }
            #expect(resident() - first < 10 << 20)
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsToldByItsReason() throws {
        for (path, width, reason) in [
            (folder.path("a.nonsense"), 64, "FFmpeg knows no container of that ending; try .mp4"),
            (folder.path("none/a.mp4"), 64, "No such file or directory"),
            (folder.path("a.mp4"), 1, "pictures of 1x48 are too small for a video"),
        ] {
            #expect(throws: EncodingError.unwritable(path: path, reason: reason)) {
                try VideoWriter(path: path, frameSize: PixelSize(width: width, height: 48), frameRate: 25)
            }
        }
    }
}
