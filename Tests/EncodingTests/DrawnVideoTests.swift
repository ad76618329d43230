import Decoding
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

@testable import Drawing
@testable import Encoding

@Suite struct DrawnVideoTests {
    private let size = PixelSize(width: 320, height: 192)
    private let folder: TemporaryFolder
    private let (input, output): (String, String)

    init() throws {
        folder = try TemporaryFolder()
        (input, output) = (folder.path("grey.mp4"), folder.path("drawn.mp4"))
        try ffmpeg("-f", "lavfi", "-i", "color=gray:s=\(size):r=25:d=0.4", "-pix_fmt", "yuv420p", input)
    }

    private func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(frame) * 40_000) }

    private func point(_ frame: Int, at time: Timestamp? = nil) -> PathRecord {
        let time = time ?? self.time(frame)
        let box = BoundingBox(left: 0.25, top: 0.25, width: 0.25, height: 0.5)
        return PathRecord(
            time: time,
            event: .path(
                PathPoint(
                    track: 1, frame: FrameInfo(index: frame, time: time), box: box, confidence: 0.9, source: .measured))
        )
    }

    private func drawn(_ records: [PathRecord], _ change: (inout DrawnVideo.Options) -> Void = { _ in }) throws {
        var options = DrawnVideo.Options()
        change(&options)
        let video = try DrawnVideo(
            SourceName(input), path: output, file: NewFile(output, naming: .late, mayReplace: false), options: options,
            interrupt: InterruptFlag())
        do {
            for (index, record) in records.enumerated() { try video.add(record, line: index + 1) }
            try video.drawRest()
            #expect(!FileManager.default.fileExists(atPath: output), "a video has its name when it is whole")
            try video.finish()
        } catch {
            video.discard()
            throw error
        }
    }

    private func images(_ path: String) throws -> [PixelBuffer] {
        try Decoded(path).frames.map { try $0.picture.image() }
    }

    /// The smallest rectangle around the pixels that differ by more than a video encoder makes them.
    private func changes(_ one: PixelBuffer, _ other: PixelBuffer) -> PixelRect? {
        let places = (0..<size.width * size.height).filter { pixel in
            (0..<3).contains { abs(Int(one.bytes[pixel * 3 + $0]) - Int(other.bytes[pixel * 3 + $0])) > 60 }
        }
        guard let top = places.first, let bottom = places.last else { return nil }
        let columns = places.map { $0 % size.width }
        let x = columns.min() ?? 0
        let y = top / size.width
        return PixelRect(x: x, y: y, width: (columns.max() ?? 0) - x + 1, height: bottom / size.width - y + 1)
    }

    @Test func eachRecordIsOnItsFrameAndMasksAreBlack() throws {
        let mask = BoundingBox(left: 0.75, top: 0.5, width: 0.25, height: 0.5)
        try drawn([point(6)]) {
            $0.masks = [.rectangle(mask)]
            $0.drawsPaths = true
        }
        let (before, after) = (try images(input), try images(output))
        #expect(after.count == 10)
        let box = try #require(changes(after[5], after[6]))
        #expect(box.x == 80 && (20...48).contains(box.y) && abs(box.x + box.size.width - 160) <= 1)
        // Pixel by pixel; encoding smears across the edge.
        for (x, y) in (97..<192).flatMap({ y in (241..<320).map { ($0, y) } }) {
            #expect(after[3].pixel(x, y).allSatisfy { $0 < 12 })
        }
        #expect(changes(before[3], after[3]).map { $0.y < 90 && $0.size.width <= 320 } == true)
    }

    @Test func withoutPathsTheVideoStaysAsItIsButForItsBlur() throws {
        try drawn([point(6)]) {
            $0.drawsPaths = false
            $0.blur = .people
        }
        #expect(try zip(images(input), images(output)).allSatisfy { changes($0, $1) == nil })
    }

    @Test("Records of another video are told by what doesn't fit")
    func misfit() throws {
        let between = Timestamp(microseconds: 100_000)
        for (record, what) in [
            (point(6, at: between), "a point at 100 ms, where the video has no frame (the next one is at 120 ms)"),
            (point(20), "a point at 800 ms, where the video has ended (its last frame is at 360 ms)"),
        ] {
            let error = #expect(throws: MisfitError.self) { try drawn([record]) }
            #expect(error?.description == "line 1: the records are of another video than \(input): \(what)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == ["grey.mp4"])
        }
    }
}
