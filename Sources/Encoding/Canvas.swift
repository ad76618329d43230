import PathModel

/// A colour of a drawing, 0...255.
struct Color: Hashable {
    let red, green, blue: UInt8

    /// Colours that differ clearly on most pictures, one after another.
    static func forTrack(_ id: Int) -> Color {
        let palette = [
            Color(red: 230, green: 60, blue: 60), Color(red: 60, green: 190, blue: 75),
            Color(red: 70, green: 130, blue: 255), Color(red: 255, green: 200, blue: 30),
            Color(red: 225, green: 80, blue: 230), Color(red: 50, green: 215, blue: 225),
            Color(red: 250, green: 130, blue: 40), Color(red: 170, green: 255, blue: 120),
        ]
        return palette[((id - 1) % palette.count + palette.count) % palette.count]
    }
}

/// Draws on an RGB picture; what lies outside it is left out.
struct Canvas {
    private(set) var image: PixelBuffer

    init(_ image: PixelBuffer) {
        precondition(image.format == .rgb24)
        self.image = image
    }

    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        let columns = max(0, x)..<max(0, x, min(image.size.width, x + width))
        let rows = max(0, y)..<max(0, y, min(image.size.height, y + height))
        for row in rows {
            for column in columns {
                let offset = (row * image.size.width + column) * PixelBuffer.channels
                image.bytes[offset] = color.red
                image.bytes[offset + 1] = color.green
                image.bytes[offset + 2] = color.blue
            }
        }
    }

    /// The outline of a rectangle, `thickness` pixels inwards.
    mutating func outline(_ box: BoundingBox, thickness: Int, _ color: Color) {
        let (x, y) = (Int(box.left), Int(box.top))
        let (width, height) = (Int(box.width), Int(box.height))
        fill(x: x, y: y, width: width, height: thickness, color)
        fill(x: x, y: y + height - thickness, width: width, height: thickness, color)
        fill(x: x, y: y, width: thickness, height: height, color)
        fill(x: x + width - thickness, y: y, width: thickness, height: height, color)
    }

    /// A square dot around a point.
    mutating func dot(_ point: Point, side: Int, _ color: Color) {
        fill(x: Int(point.x) - side / 2, y: Int(point.y) - side / 2, width: side, height: side, color)
    }

    mutating func line(from start: Point, to end: Point, thickness: Int, _ color: Color) {
        let steps = Int(max(abs(end.x - start.x), abs(end.y - start.y)).rounded(.up))
        for step in 0...max(1, min(steps, image.size.width + image.size.height)) {
            let share = Double(step) / Double(max(1, steps))
            dot(
                Point(x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share),
                side: thickness, color)
        }
    }

    /// A number in a filled box whose top left corner is at (`x`, `y`).
    ///
    /// - Parameter scale: pixels of the picture to a pixel of the 3x5 digits.
    mutating func label(_ number: Int, x: Int, y: Int, scale: Int, _ color: Color) {
        let digits = String(number).compactMap(\.wholeNumberValue)
        let ink = Color(red: 0, green: 0, blue: 0)
        fill(x: x, y: y, width: (digits.count * 4 + 1) * scale, height: 7 * scale, color)
        for (position, digit) in digits.enumerated() {
            for (row, pattern) in Self.digitRows[digit].enumerated() {
                for column in 0..<3 where pattern & (4 >> column) != 0 {
                    fill(
                        x: x + (1 + position * 4 + column) * scale, y: y + (1 + row) * scale, width: scale,
                        height: scale, ink)
                }
            }
        }
    }

    /// The digits 0 to 9, five rows of three pixels each, the leftmost in the highest bit.
    private static let digitRows: [[Int]] = [
        [7, 5, 5, 5, 7], [2, 6, 2, 2, 7], [7, 1, 7, 4, 7], [7, 1, 7, 1, 7], [5, 5, 7, 1, 1],
        [7, 4, 7, 1, 7], [7, 4, 7, 5, 7], [7, 1, 2, 2, 2], [7, 5, 7, 5, 7], [7, 5, 7, 1, 7],
    ]
}
