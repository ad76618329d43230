import PathModel
import TestSupport
import Testing

@testable import Detecting

@Suite struct SquareTests {
    private let frame = randomPicture(PixelSize(width: 40, height: 30), seed: 7)

    private func picture(_ x: Double, _ y: Double, side: Double, angle: Double = 0, pixels: Int) -> PixelBuffer? {
        Square(center: Point(x: x, y: y), side: side, angle: angle)
            .picture(from: PictureInMemory(image: frame), pixels: pixels)
    }

    @Test func anUprightSquareOfTheSameScaleHasThePixelsThemselves() throws {
        let image = try #require(picture(17, 12, side: 10, pixels: 10))
        for y in 0..<10 {
            for x in 0..<10 { #expect(image.pixel(x, y) == frame.pixel(12 + x, 7 + y)) }
        }
    }

    @Test func aQuarterTurnMakesTheSquaresXAxisPointDown() throws {
        let image = try #require(picture(17, 12, side: 10, angle: .pi / 2, pixels: 10))
        for y in 0..<10 {
            for x in 0..<10 { #expect(image.pixel(x, y) == frame.pixel(12 + 9 - y, 7 + x)) }
        }
    }

    @Test func whatLiesOutsideTheFrameIsBlack() throws {
        let image = try #require(picture(0, 0, side: 10, pixels: 10))
        for y in 0..<10 {
            for x in 0..<10 {
                #expect(image.pixel(x, y) == (x >= 5 && y >= 5 ? frame.pixel(x - 5, y - 5) : [0, 0, 0]))
            }
        }
        #expect(picture(-100, 0, side: 10, pixels: 10) == nil)
        #expect(picture(20, 15, side: 0.5, pixels: 10) == nil, "less than a pixel")
    }

    @Test func aPictureShowsEachPointWhereTheSquareSaysItIs() throws {
        // A ramp in both directions, so that a colour tells the place to a fraction of a pixel.
        let size = PixelSize(width: 100, height: 100)
        var ramp = PixelBuffer(size: size, format: .rgb24)
        for y in 0..<100 {
            for x in 0..<100 {
                let at = (y * 100 + x) * PixelBuffer.channels
                (ramp.bytes[at], ramp.bytes[at + 1]) = (UInt8(2 * x), UInt8(2 * y))
            }
        }
        var random = ScriptedRandom(seed: 8)
        for _ in 0..<20 {
            let square = Square(
                center: Point(x: .random(in: 40...60, using: &random), y: .random(in: 40...60, using: &random)),
                side: .random(in: 20...40, using: &random), angle: .random(in: -4...4, using: &random))
            let image = try #require(square.picture(from: PictureInMemory(image: ramp), pixels: 24))
            for (x, y) in [(0, 0), (23, 0), (0, 23), (23, 23), (12, 5)] {
                let place = square.point(u: (Double(x) + 0.5) / 24, v: (Double(y) + 0.5) / 24)
                let (red, green) = (Double(image.pixel(x, y)[0]), Double(image.pixel(x, y)[1]))
                #expect(abs(red / 2 + 0.5 - place.x) < 1 && abs(green / 2 + 0.5 - place.y) < 1)
            }
        }
    }
}
