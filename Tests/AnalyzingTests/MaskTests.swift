import Decoding
import Detecting
import Foundation
import Inference
import PathModel
import TestSupport
import Testing

@testable import Analyzing

/// What is masked is black, pixel by pixel, in all that networks see.
@Suite struct MaskTests {
    /// Keeps what it is shown.
    private final class Witness: Detector {
        let inputSize = PixelSize(width: 448, height: 256)
        var seen: PixelBuffer?

        func detect(_ image: PixelBuffer, content: PixelSize) throws(InferenceError) -> [Detection] {
            seen = image
            return []
        }
    }

    /// A polygon in pixels, looked at in another way than the program's.
    private struct Outline {
        let polygon: Polygon
        let sides: [(Point, Point)]

        init(_ polygon: Polygon, of region: BoundingBox, size: PixelSize) {
            let vertices = polygon.vertices.map {
                Point(
                    x: ($0.x - region.left) / region.width * Double(size.width),
                    y: ($0.y - region.top) / region.height * Double(size.height))
            }
            self.polygon = Polygon(vertices)
            sides = zip(vertices, vertices.dropFirst() + vertices.prefix(1)).map { ($0, $1) }
        }

        /// Whether it and a square have a point in common; of a square made smaller, if `slack` is negative.
        func meets(_ x: Int, _ y: Int, slack: Double) -> Bool {
            let (left, top) = (Double(x) - slack, Double(y) - slack)
            let (right, bottom) = (Double(x + 1) + slack, Double(y + 1) + slack)
            if polygon.contains(Point(x: (left + right) / 2, y: (top + bottom) / 2)) { return true }
            return sides.contains { a, b in
                // Liang and Barsky 1984.
                var (from, to) = (0.0, 1.0)
                for (step, room) in [
                    (a.x - b.x, a.x - left), (b.x - a.x, right - a.x), (a.y - b.y, a.y - top),
                    (b.y - a.y, bottom - a.y),
                ] {
                    if step == 0, room < 0 { return false }
                    if step < 0 { from = max(from, room / step) }
                    if step > 0 { to = min(to, room / step) }
                }
                return from <= to
            }
        }
    }

    private let picture: Picture
    private let polygons = [
        // A triangle, an arrow that is hollow, a sliver, one beyond two edges' corner.
        Polygon([Point(x: 0.1, y: 0.15), Point(x: 0.42, y: 0.3), Point(x: 0.2, y: 0.77)]),
        Polygon([
            Point(x: 0.5, y: 0.1), Point(x: 0.93, y: 0.5), Point(x: 0.5, y: 0.9), Point(x: 0.71, y: 0.5),
        ]),
        Polygon([Point(x: 0.03, y: 0.95), Point(x: 0.47, y: 0.951), Point(x: 0.03, y: 0.952)]),
        Polygon([Point(x: 0.9, y: 0.8), Point(x: 1, y: 0.9), Point(x: 1, y: 1), Point(x: 0.93, y: 1)]),
    ]

    init() throws {
        let video = try VideoSource(SourceName(Project.sample.path), threads: 1, interrupt: InterruptFlag())
        picture = try #require(try video.next()).picture
    }

    /// Every pixel that a polygon touches is black, every other one but its neighbours as it was.
    private func compare(_ masked: PixelBuffer, _ plain: PixelBuffer, of region: BoundingBox, size: PixelSize) {
        let outlines = polygons.map { Outline($0, of: region, size: size) }
        var (black, kept) = (0, 0)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let (seen, there) = (masked.pixel(x, y), plain.pixel(x, y))
                if outlines.contains(where: { $0.meets(x, y, slack: -1e-6) }) {
                    black += 1
                    if seen != [0, 0, 0] { Issue.record("\(x), \(y) shows \(seen)") }
                } else if !outlines.contains(where: { $0.meets(x, y, slack: 1 + 1e-6) }) {
                    kept += 1
                    if seen != there { Issue.record("\(x), \(y) is \(seen), not \(there)") }
                }
            }
        }
        #expect(black + kept > size.width * size.height / 2)
    }

    @Test func thePersonNetworkSeesNothingOfAPolygon() throws {
        let witness = Witness()
        let analyzer = FrameAnalyzer(detector: witness, faceFinder: nil)
        _ = try analyzer.detectPeople(in: picture, masks: [])
        let plain = try #require(witness.seen)
        // Twice, since what masks cover is kept.
        for _ in 0..<2 {
            _ = try analyzer.detectPeople(in: picture, masks: polygons.map { .polygon($0) })
            let content = Letterbox.content(of: picture.size, in: witness.inputSize)
            compare(try #require(witness.seen), plain, of: .frame, size: content)
        }
    }

    @Test func aFaceCutShowsNothingOfAPolygon() throws {
        let scaler = MaskedCutter.makeScaler()
        var random = ScriptedRandom(seed: 3)
        for _ in 0..<40 {
            let side = Double.random(in: 30...400, using: &random)
            let region = BoundingBox(
                left: .random(in: -0.1...0.9, using: &random), top: .random(in: -0.1...0.9, using: &random),
                width: side / 768, height: side / 432)
            let size = PixelSize(width: 96, height: 96)
            func cut(_ masks: [Mask]) throws -> PictureCut {
                try #require(MaskedCutter(picture: picture, scaler: scaler, masks: masks).cut(region, size: size))
            }
            let (masked, plain) = (try cut(polygons.map { .polygon($0) }), try cut([]))
            compare(masked.image, plain.image, of: masked.region, size: masked.image.size)
        }
    }

    @Test func aRectanglesCornersCoverWhatTheRectangleDoes() {
        var random = ScriptedRandom(seed: 11)
        let size = PixelSize(width: 97, height: 61)
        for _ in 0..<200 {
            let box = BoundingBox(
                left: .random(in: 0...0.8, using: &random), top: .random(in: 0...0.8, using: &random),
                width: .random(in: 0.001...0.2, using: &random), height: .random(in: 0.001...0.2, using: &random))
            let masks = [Mask.rectangle(box), .polygon(Polygon(box))]
            let images = masks.map { mask in
                var image = PixelBuffer(size: size, format: .bgr24, filledWith: 9)
                image.fill(PixelCover([mask], size: size), with: 0)
                return image
            }
            var before = PixelBuffer(size: size, format: .bgr24, filledWith: 9)
            before.fill(box.coveringPixels(of: size), with: 0)
            #expect(images[0] == before && images[1] == before, "\(box)")
        }
    }

    @Test func theBoxesForTheCamerasMotionCoverAPolygonAndLittleElse() {
        for polygon in polygons {
            let boxes = Mask.polygon(polygon).coveringBoxes
            var (inside, covered) = (0, 0)
            for y in 0..<200 {
                for x in 0..<200 {
                    let point = Point(x: (Double(x) + 0.5) / 200, y: (Double(y) + 0.5) / 200)
                    let isCovered = boxes.contains {
                        $0.left <= point.x && point.x <= $0.right && $0.top <= point.y && point.y <= $0.bottom
                    }
                    covered += isCovered ? 1 : 0
                    guard polygon.contains(point) else { continue }
                    inside += 1
                    #expect(isCovered)
                }
            }
            #expect(covered <= 2 * inside + 200)
        }
    }
}
