import PathModel

/// A small grey picture of a frame, for seeing how the camera moves.
public struct GrayPicture: Sendable, Equatable {
    /// Pixels across and down.
    public let size: PixelSize
    /// The frame's height in pixels of this picture; the last part of one may be cut off.
    public let frameHeight: Double
    /// `size.height` rows of `size.width` values, 0...255.
    let pixels: [UInt8]

    /// The longer side of a reduced picture is at most this. More sees finer motions and costs by the square.
    private static let longestSide = 256

    /// A picture of values given row by row.
    public init(size: PixelSize, pixels: [UInt8], frameHeight: Double? = nil) {
        precondition(pixels.count == size.width * size.height, "a value for each pixel")
        self.size = size
        self.pixels = pixels
        self.frameHeight = frameHeight ?? Double(size.height)
    }

    /// The green of a picture, which is most of what the eye takes for its brightness, reduced by a whole number to at
    /// most 256 pixels on the longer side: each pixel is the mean of a square.
    ///
    /// - Parameter content: the part of the picture at its top left that is the frame.
    public init(reducing image: PixelBuffer, content: PixelSize) {
        let factor = max(1, (max(content.width, content.height) + Self.longestSide - 1) / Self.longestSide)
        let size = PixelSize(width: content.width / factor, height: content.height / factor)
        var pixels = [UInt8](repeating: 0, count: size.width * size.height)
        var target = pixels.mutableSpan
        let stride = image.size.width * PixelBuffer.channels
        let count = UInt32(factor * factor)
        for y in 0..<size.height {
            let start = y * factor * stride
            let rows = image.bytes.span.extracting(start..<start + factor * stride)
            guard factor != 2 else {
                Self.halve(rows, stride: stride, into: &target, at: y * size.width, count: size.width)
                continue
            }
            for x in 0..<size.width {
                var sum = count / 2
                var left = x * factor * PixelBuffer.channels + 1
                for _ in 0..<factor {
                    var at = left
                    for _ in 0..<factor {
                        sum &+= UInt32(rows[at])
                        at &+= PixelBuffer.channels
                    }
                    left &+= stride
                }
                target[y * size.width + x] = UInt8(truncatingIfNeeded: sum / count)
            }
        }
        self.init(size: size, pixels: pixels, frameHeight: Double(content.height) / Double(factor))
    }

    /// What `init(reducing:)` does to two rows for a factor of 2, which most pictures have, in a third of the time.
    private static func halve(
        _ rows: Span<UInt8>, stride: Int, into target: inout MutableSpan<UInt8>, at start: Int, count: Int
    ) {
        var at = 1
        for x in start..<start + count {
            let above = UInt16(rows[at]) &+ UInt16(rows[at &+ PixelBuffer.channels])
            let below = UInt16(rows[at &+ stride]) &+ UInt16(rows[at &+ stride &+ PixelBuffer.channels])
            target[x] = UInt8(truncatingIfNeeded: (above &+ below &+ 2) / 4)
            at &+= 2 &* PixelBuffer.channels
        }
    }

    /// This picture and smaller ones, each half the one before, down to about 30 pixels.
    func pyramid() -> [GrayPicture] {
        var levels = [self]
        while let last = levels.last, levels.count < 3, min(last.size.width, last.size.height) >= 48 {
            levels.append(last.half())
        }
        return levels
    }

    /// Each pixel the mean of four.
    private func half() -> GrayPicture {
        let half = PixelSize(width: size.width / 2, height: size.height / 2)
        var reduced = [UInt8](repeating: 0, count: half.width * half.height)
        for y in 0..<half.height {
            var at = 2 * y * size.width
            for x in 0..<half.width {
                let above = UInt16(pixels[at]) + UInt16(pixels[at + 1])
                let below = UInt16(pixels[at + size.width]) + UInt16(pixels[at + size.width + 1])
                reduced[y * half.width + x] = UInt8(truncatingIfNeeded: (above + below + 2) / 4)
                at += 2
            }
        }
        return GrayPicture(size: half, pixels: reduced, frameHeight: frameHeight / 2)
    }
}
