import Decoding
import Detecting
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Analyzing

@Suite struct MaskedCutterTests {
    private let picture: Picture
    private let whole: PixelBuffer
    private let frame = BoundingBox(left: 0, top: 0, width: 768, height: 432)

    init() throws {
        let video = try VideoSource(SourceName(Project.sample.path), threads: 1, interrupt: InterruptFlag())
        picture = try #require(try video.next()).picture
        var whole = PixelBuffer(size: picture.size, format: .rgb24)
        try PictureScaler().draw(picture, scaledTo: picture.size, into: &whole)
        self.whole = whole
    }

    private func cutter(_ masks: [Mask] = []) -> MaskedCutter {
        MaskedCutter(picture: picture, scaler: MaskedCutter.makeScaler(), masks: masks)
    }

    /// Squares of 20 to 400 pixels, also beyond the edges.
    private var squares: [BoundingBox] {
        var random = ScriptedRandom(seed: 5)
        return (0..<200).map { _ in
            let side = Double.random(in: 20...400, using: &random)
            return BoundingBox(
                left: .random(in: -side / 2...768 - side / 2, using: &random),
                top: .random(in: -side / 2...432 - side / 2, using: &random), width: side, height: side)
        }
    }

    @Test func aCutHoldsWhatWasAskedForAtLeastAsFine() throws {
        let cutter = cutter()
        var conversions: Set<[Int]> = []
        for square in squares {
            let pixels = min(128, Int(square.width.rounded(.up)))
            let cut = try #require(
                cutter.cut(square.scaled(x: 1 / 768, y: 1 / 432), size: PixelSize(width: pixels, height: pixels)))
            let region = cut.region.scaled(x: 768, y: 432)
            #expect(region.intersectionArea(square) > square.intersectionArea(frame) - 0.001)
            let scale = Double(cut.image.size.width) / region.width
            #expect(scale >= Double(pixels) / square.width - 1e-9 || scale > 0.999, "\(scale) for \(square)")
            conversions.insert([
                cut.image.size.width, cut.image.size.height, Int(region.width.rounded()), Int(region.height.rounded()),
            ])
        }
        #expect(conversions.count <= 24, "contexts for them are kept")
    }

    @Test func whatIsNotReducedHasThePicturesPixels() throws {
        let cutter = cutter()
        for square in squares where square.width < 128 {
            let cut = try #require(
                cutter.cut(square.scaled(x: 1 / 768, y: 1 / 432), size: PixelSize(width: 128, height: 128)))
            let (x, y) = (Int((cut.region.left * 768).rounded()), Int((cut.region.top * 432).rounded()))
            for corner in [0, min(cut.image.size.width, cut.image.size.height) - 1] {
                let (seen, there) = (cut.image.pixel(corner, corner), whole.pixel(x + corner, y + corner))
                #expect(zip(seen, there).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(square)")
            }
        }
    }

    @Test func masksAreBlackAndWhatIsOutsideIsNothing() throws {
        let mask = BoundingBox(left: 0.4, top: 0.4, width: 0.2, height: 0.2)
        let size = PixelSize(width: 64, height: 64)
        let cut = try #require(
            cutter([.rectangle(mask)]).cut(BoundingBox(left: 0.45, top: 0.45, width: 0.05, height: 0.09), size: size))
        #expect(cut.image.pixel(cut.image.size.width / 2, cut.image.size.height / 2) == [0, 0, 0])
        #expect(cutter().cut(BoundingBox(left: 1.01, top: 0, width: 0.2, height: 0.2), size: size) == nil)
        #expect(cutter().cut(BoundingBox(left: 0, top: -0.3, width: 0.2, height: 0.2), size: size) == nil)
    }
}
