/// A width and height in pixels.
public struct PixelSize: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Pixels across.
    public var width: Int
    /// Pixels down.
    public var height: Int

    /// A size of `width` by `height` pixels.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// How many pixels there are.
    public var pixels: Int64 { Int64(width) * Int64(height) }

    /// `WIDTHxHEIGHT`, as FFmpeg writes sizes.
    public var description: String { "\(width)x\(height)" }
}

/// A rectangle of whole pixels inside a picture, origin top left.
public struct PixelRect: Hashable, Sendable {
    /// Pixels from the picture's left edge.
    public var x: Int
    /// Pixels from the picture's top edge.
    public var y: Int
    /// Pixels across and down.
    public var size: PixelSize

    /// A rectangle at (`x`, `y`).
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.size = PixelSize(width: width, height: height)
    }
}

/// A packed 8-bit picture: three bytes a pixel, rows without padding, top row first.
///
/// Full range (0...255). This is what networks and drawing see; decoded video never takes this shape at full size
/// except to be drawn on.
public struct PixelBuffer: Sendable, Equatable {
    /// The order of the three bytes.
    public enum Format: Sendable {
        /// Blue, green, red.
        case bgr24
        /// Red, green, blue.
        case rgb24
    }

    /// Bytes a pixel.
    public static let channels = 3

    /// Pixels across and down.
    public let size: PixelSize
    /// The order of the bytes.
    public let format: Format
    /// `size.height` rows of `size.width * channels` bytes.
    public var bytes: [UInt8]

    /// A picture of one grey value.
    public init(size: PixelSize, format: Format, filledWith value: UInt8 = 0) {
        self.size = size
        self.format = format
        self.bytes = [UInt8](repeating: value, count: size.width * size.height * Self.channels)
    }

    /// Sets every byte of `rect`, clipped to the picture, to `value`.
    public mutating func fill(_ rect: PixelRect, with value: UInt8) {
        func span(_ start: Int, _ length: Int, within limit: Int) -> Range<Int> {
            (start..<start + max(0, length)).clamped(to: 0..<limit)
        }
        let columns = span(rect.x, rect.size.width, within: size.width)
        let rows = span(rect.y, rect.size.height, within: size.height)
        for row in rows {
            let start = row * size.width
            let range = (start + columns.lowerBound) * Self.channels..<(start + columns.upperBound) * Self.channels
            bytes.replaceSubrange(range, with: repeatElement(value, count: range.count))
        }
    }
}
