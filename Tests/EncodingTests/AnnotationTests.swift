import Decoding
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

@testable import Encoding

@Suite struct AnnotationTests {
    private let size = PixelSize(width: 320, height: 192)
    private let box = BoundingBox(left: 0.25, top: 0.25, width: 0.25, height: 0.5)

    private func point(_ frame: Int, face: Face? = nil) -> PathPoint {
        PathPoint(
            track: 1, frame: FrameInfo(index: frame, time: time(frame)), box: box, confidence: 0.9, source: .measured,
            face: face)
    }

    private func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(frame) * 40_000) }

    /// The smallest rectangle around the pixels that differ by more than a video encoder makes them.
    private func changes(_ one: PixelBuffer, _ other: PixelBuffer) -> PixelRect? {
        let places = (0..<one.size.width * one.size.height).filter { pixel in
            (0..<3).contains { abs(Int(one.bytes[pixel * 3 + $0]) - Int(other.bytes[pixel * 3 + $0])) > 60 }
        }
        guard let top = places.first, let bottom = places.last else { return nil }
        let columns = places.map { $0 % one.size.width }
        let (x, y) = (columns.min() ?? 0, top / one.size.width)
        return PixelRect(
            x: x, y: y, width: (columns.max() ?? 0) - x + 1, height: bottom / one.size.width - y + 1)
    }

    @Test func aBoxIsDrawnWhereTheRecordSaysAndNowhereElse() {
        let black = PixelBuffer(size: size, format: .rgb24)
        var painter = PathPainter()
        let painted = painter.paint([point(0)], at: time(0), on: black)
        #expect(changes(painted, black) == PixelRect(x: 80, y: 48, width: 80, height: 96))
        let middle = (110 * size.width + 120) * 3
        #expect(Array(painted.bytes[middle..<middle + 3]) == [0, 0, 0], "only the outline is drawn")
    }

    @Test func landmarksAreDrawnAsDots() {
        let black = PixelBuffer(size: size, format: .rgb24)
        let face = Face(
            box: BoundingBox(left: 0.3, top: 0.3, width: 0.1, height: 0.1), confidence: 0.9,
            landmarks: [Landmark(kind: .nose, position: Point(x: 0.8, y: 0.75))])
        var painter = PathPainter()
        let painted = painter.paint([point(0, face: face)], at: time(0), on: black)
        let nose = (144 * size.width + 256) * 3
        #expect(Array(painted.bytes[nose..<nose + 3]) == [255, 255, 255])
    }

    @Test func aTrailStaysForThreeSeconds() {
        let black = PixelBuffer(size: size, format: .rgb24)
        var painter = PathPainter()
        _ = painter.paint([point(0)], at: time(0), on: black)
        var moved = point(25)
        moved.box.left += 0.25
        _ = painter.paint([moved], at: time(25), on: black)
        // The line between the middles of the boxes' lower edges.
        let trail = painter.paint([], at: time(50), on: black)
        let drawn = changes(trail, black)
        #expect(drawn.map { $0.x...$0.x + $0.size.width } == 120...201)
        #expect(painter.paint([], at: time(120), on: black) == black)
    }

    @Test func aBoxReachingOutOfTheFrameIsDrawnAsFarAsItIsInside() {
        let black = PixelBuffer(size: size, format: .rgb24)
        var outside = point(0)
        outside.box = BoundingBox(left: -0.1, top: -0.1, width: 1.2, height: 0.6)
        var painter = PathPainter()
        let painted = painter.paint([outside], at: time(0), on: black)
        #expect(changes(painted, black)?.size.width == size.width)
    }

    @Test func theVideoShowsEachRecordOnItsFrame() throws {
        let folder = try TemporaryFolder()
        let (input, output) = (folder.path("grey.mp4"), folder.path("annotated.mp4"))
        try ffmpeg("-f", "lavfi", "-i", "color=gray:s=\(size):r=25:d=0.4", "-pix_fmt", "yuv420p", input)
        let video = try AnnotatedVideo(
            SourceName(input), path: output, file: NewFile(output, naming: .late, mayReplace: false),
            masks: [.rectangle(BoundingBox(left: 0.75, top: 0.5, width: 0.25, height: 0.5))], fps: nil, threads: 1,
            interrupt: InterruptFlag())
        video.add(PathRecord(time: time(6), event: .path(point(6))))
        #expect(!FileManager.default.fileExists(atPath: output), "a video has its name when it is whole")
        try video.finish()
        let (before, after) = (try images(input), try images(output))
        #expect(after.count == 10)
        let masked = PixelRect(x: 239, y: 95, width: 81, height: 97)
        #expect(changes(before[5], after[5]) == masked)
        let drawn = try #require(changes(before[6], after[6]))
        #expect(drawn.x == 80 && drawn.y == 48 && drawn.x + drawn.size.width == 320)
    }

    private func images(_ path: String) throws -> [PixelBuffer] {
        let source = try VideoSource(SourceName(path), threads: 1, interrupt: InterruptFlag())
        let scaler = PictureScaler()
        var images: [PixelBuffer] = []
        while let frame = try source.next() {
            var image = PixelBuffer(size: size, format: .rgb24)
            try scaler.draw(frame.picture, scaledTo: size, into: &image)
            images.append(image)
        }
        return images
    }
}
