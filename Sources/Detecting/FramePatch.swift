import Glibc
import PathModel

/// A piece of a frame, scaled.
struct FramePatch {
    /// What it shows, in pixels of the frame.
    let region: BoundingBox
    private let size: PixelSize
    /// Row by row: red, green, blue and nothing, so that a pixel is weighed at once.
    private let pixels: [SIMD4<UInt16>]

    private init(region: BoundingBox, size: PixelSize, pixels: [SIMD4<UInt16>]) {
        self.region = region
        self.size = size
        self.pixels = pixels
    }

    /// A piece that was cut out.
    ///
    /// - Parameter region: what it shows, in pixels of the frame.
    init(_ image: PixelBuffer, region: BoundingBox) {
        let bytes = image.bytes
        var pixels = [SIMD4<UInt16>](repeating: .zero, count: image.size.width * image.size.height)
        precondition(bytes.count == pixels.count * PixelBuffer.channels)
        var at = 0
        for index in pixels.indices {
            pixels[index] = SIMD4(UInt16(bytes[at]), UInt16(bytes[at &+ 1]), UInt16(bytes[at &+ 2]), 0)
            at &+= PixelBuffer.channels
        }
        self.init(region: region, size: image.size, pixels: pixels)
    }

    /// How many of its pixels there are to one of the frame.
    var scale: Double { Double(size.width) / region.width }

    /// The same at half the scale: each pixel the mean of four; an odd last row or column counts twice.
    func halved() -> FramePatch {
        let half = PixelSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
        var halves: [SIMD4<UInt16>] = []
        halves.reserveCapacity(half.width * half.height)
        for y in 0..<half.height {
            let above = 2 * y * size.width
            let below = min(2 * y + 1, size.height - 1) * size.width
            for x in 0..<half.width {
                let (left, right) = (2 * x, min(2 * x + 1, size.width - 1))
                let sum =
                    (pixels[above + left] &+ pixels[above + right]) &+ (pixels[below + left] &+ pixels[below + right])
                halves.append((sum &+ 2) &>> 2)
            }
        }
        return FramePatch(region: region, size: half, pixels: halves)
    }

    /// A square of it as a picture of `pixels` by `pixels` by bilinear sampling, black half a pixel and more outside.
    func picture(of square: Square, pixels: Int) -> PixelBuffer {
        let (scaleX, scaleY) = (scale, Double(size.height) / region.height)
        let step = square.side / Double(pixels)
        let across = Point(x: step * cos(square.angle), y: step * sin(square.angle))
        let corner = square.point(u: 0.5 / Double(pixels), v: 0.5 / Double(pixels))
        return turned(
            from: Point(x: (corner.x - region.left) * scaleX - 0.5, y: (corner.y - region.top) * scaleY - 0.5),
            across: Point(x: across.x * scaleX, y: across.y * scaleY),
            down: Point(x: -across.y * scaleX, y: across.x * scaleY), side: pixels)
    }

    /// A picture sampled along two directions.
    ///
    /// - Parameters:
    ///   - start: the place of the result's first pixel, in units of this patch's pixel centres.
    ///   - across: from one column of the result to the next.
    ///   - down: from one row to the next.
    private func turned(from start: Point, across: Point, down: Point, side: Int) -> PixelBuffer {
        var result = PixelBuffer(size: PixelSize(width: side, height: side), format: .rgb24)
        let (stepX, stepY) = (Self.fixed(across.x), Self.fixed(across.y))
        let (width, lastX, lastY) = (size.width, size.width - 1, size.height - 1)
        let pixels = pixels.span
        var bytes = result.bytes.mutableSpan
        var target = 0
        for row in 0..<side {
            // Half of the last digit of a weight, so that weights are rounded.
            var x = Self.fixed(start.x + Double(row) * down.x) + 128
            var y = Self.fixed(start.y + Double(row) * down.y) + 128
            for _ in 0..<side {
                let (left, top) = (x >> 16, y >> 16)
                var color = SIMD4<UInt32>.zero
                if left >= 0, top >= 0, left < lastX, top < lastY {
                    let at = top &* width &+ left
                    color = Self.mix(
                        pixels[at], pixels[at &+ 1], pixels[at &+ width], pixels[at &+ width &+ 1], x, y)
                } else if x > Self.outside, y > Self.outside, left <= lastX, top <= lastY {
                    let (above, below) = (max(top, 0) * width, min(top + 1, lastY) * width)
                    let (inside, right) = (max(left, 0), min(left + 1, lastX))
                    color = Self.mix(
                        pixels[above + inside], pixels[above + right], pixels[below + inside], pixels[below + right],
                        x, y)
                }
                bytes[target] = UInt8(truncatingIfNeeded: color.x)
                bytes[target + 1] = UInt8(truncatingIfNeeded: color.y)
                bytes[target + 2] = UInt8(truncatingIfNeeded: color.z)
                target += PixelBuffer.channels
                x &+= stepX
                y &+= stepY
            }
        }
        return result
    }

    /// In 65536ths; what is no number or far away lies outside of any patch.
    private static func fixed(_ value: Double) -> Int {
        value.isFinite ? Int((min(max(value, -1e6), 1e6) * 65536).rounded()) : -1_000_000 * 65536
    }

    /// A pixel before the first one, in 65536ths as rounded for weights.
    private static let outside = 128 - 65536

    /// The colour between four pixels, at a place in 65536ths. Weights are 256ths: the pictures have 8 bits.
    @inline(__always)
    private static func mix(
        _ above: SIMD4<UInt16>, _ aboveRight: SIMD4<UInt16>, _ below: SIMD4<UInt16>, _ belowRight: SIMD4<UInt16>,
        _ x: Int, _ y: Int
    ) -> SIMD4<UInt32> {
        let right = UInt16(truncatingIfNeeded: x >> 8 & 255)
        let down = UInt32(truncatingIfNeeded: y >> 8 & 255)
        let upper = above &* (256 &- right) &+ aboveRight &* right
        let lower = below &* (256 &- right) &+ belowRight &* right
        let mixed =
            SIMD4<UInt32>(truncatingIfNeeded: upper) &* (256 &- down)
            &+ SIMD4<UInt32>(truncatingIfNeeded: lower) &* down
        return (mixed &+ 32768) &>> 16
    }
}
