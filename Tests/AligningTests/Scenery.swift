import Foundation
import PathModel
import TestSupport

@testable import Aligning

/// A flat world with structure of every size that a camera can see, known at every point.
struct Scenery {
    static let size = PixelSize(width: 224, height: 126)
    private let waves: [(x: Double, y: Double, phase: Double)]

    init(seed: UInt64 = 5) {
        var random = ScriptedRandom(seed: seed)
        waves = (0..<20).map { _ in
            let (length, angle) = (
                Double.random(in: 6...60, using: &random), Double.random(in: 0...(2 * .pi), using: &random)
            )
            return (
                2 * .pi / length * cos(angle), 2 * .pi / length * sin(angle), .random(in: 0...(2 * .pi), using: &random)
            )
        }
    }

    private func brightness(_ point: SIMD2<Double>) -> Double {
        128 + 17 * waves.reduce(0) { $0 + sin($1.x * point.x + $1.y * point.y + $1.phase) }
    }

    /// The picture in which each point of the world was moved.
    ///
    /// - Parameter change: what is done to the brightness at a pixel.
    func picture(
        moved: Similarity = Similarity(), size: PixelSize = Self.size,
        change: (_ x: Int, _ y: Int, _ value: Double) -> Double = { _, _, value in value }
    ) -> GrayPicture {
        let square = moved.a * moved.a + moved.b * moved.b
        var pixels: [UInt8] = []
        for y in 0..<size.height {
            for x in 0..<size.width {
                let from = SIMD2(Double(x), Double(y)) - moved.offset
                let back = SIMD2(moved.a * from.x + moved.b * from.y, moved.a * from.y - moved.b * from.x) / square
                pixels.append(UInt8(min(255, max(0, change(x, y, brightness(back)).rounded()))))
            }
        }
        return GrayPicture(size: size, pixels: pixels)
    }
}

extension Similarity {
    /// Turned by degrees and scaled about the picture's middle, then moved by pixels.
    init(x: Double = 0, y: Double = 0, degrees: Double = 0, scale: Double = 1) {
        let angle = degrees * .pi / 180
        let middle = SIMD2(Double(Scenery.size.width), Double(Scenery.size.height)) / 2
        self.init(a: scale * cos(angle), b: scale * sin(angle))
        offset = SIMD2(x, y) + middle - moved(middle)
    }
}
