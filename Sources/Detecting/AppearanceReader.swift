import Glibc
import PathModel

/// Reads what people wear from a picture: a hundred pixels of each part of a body.
///
/// Brightness is logarithmic and colours are relative to it, so that the same clothes in light and shade differ by little.
/// Depends on the picture and the boxes alone, whatever their order. For one thread at a time.
public final class AppearanceReader {
    /// Heights of the parts, from the top of a person who stands.
    private static let upper = 0.18..<0.5
    private static let lower = 0.52..<0.92
    /// The share of the box's width that is looked at; at the sides there is more of what is behind.
    private static let breadth = 0.7
    /// Places in a part, across and down.
    private static let side = 10
    /// Of boxes below, few are people.
    private static let leastConfidence = 0.15
    /// A part of which less can be seen says nothing.
    private static let leastVisibility: Float = 0.25
    /// Others hide somebody who are surely there, and nearer: their boxes end lower by this share of the height.
    private static let (hiderConfidence, nearness) = (0.35, 0.02)
    /// Added to brightnesses of 0...255: what is darker is noise.
    private static let darkest: Float = 20

    /// By the brightness of a pixel: its logarithm, and what a difference of colour counts.
    private let tones = (0..<256).map { luma in
        let bright = Float(luma) + AppearanceReader.darkest
        return SIMD2(60 * log(bright / AppearanceReader.darkest), 80 / bright)
    }
    /// Of those who hide the person at hand: which columns, and from where to where.
    private var hiders: [(columns: UInt32, top: Double, bottom: Double)] = []

    /// A reader.
    public init() {}

    /// Adds to detections what the people wear.
    ///
    /// - Parameters:
    ///   - image: with masks blacked out, BGR.
    ///   - content: the part of it at its top left that is the frame.
    public func describe(_ detections: inout [Detection], in image: PixelBuffer, content: PixelSize) {
        precondition(image.format == .bgr24 && content.width > 0 && content.height > 0)
        for index in detections.indices where detections[index].confidence >= Self.leastConfidence {
            let box = detections[index].box
            findHiders(of: box, among: detections)
            detections[index].appearance = Appearance(
                upper: part(Self.upper, of: box, image, content), lower: part(Self.lower, of: box, image, content))
        }
    }

    /// A column's place, as a ratio of the frame.
    private static func place(_ column: Int, in box: BoundingBox) -> Double {
        box.left + box.width * (0.5 + breadth * ((Double(column) + 0.5) / Double(side) - 0.5))
    }

    private func findHiders(of box: BoundingBox, among detections: [Detection]) {
        hiders.removeAll(keepingCapacity: true)
        for other in detections where other.confidence >= Self.hiderConfidence {
            let nearer = other.box
            guard nearer.bottom > box.bottom + Self.nearness * box.height, nearer.intersectionArea(box) > 0 else {
                continue
            }
            var columns: UInt32 = 0
            for column in 0..<Self.side {
                let x = Self.place(column, in: box)
                if x >= nearer.left, x < nearer.right { columns |= 1 << UInt32(column) }
            }
            if columns != 0 { hiders.append((columns, nearer.top, nearer.bottom)) }
        }
    }

    private func part(
        _ heights: Range<Double>, of box: BoundingBox, _ image: PixelBuffer, _ content: PixelSize
    ) -> Appearance.Part {
        let bytes = image.bytes.span
        let tones = tones
        var (sum, squares, count) = (SIMD4<Float>.zero, Float(0), Float(0))
        for row in 0..<Self.side {
            let share = (Double(row) + 0.5) / Double(Self.side)
            let y = box.top + box.height * (heights.lowerBound + (heights.upperBound - heights.lowerBound) * share)
            guard y >= 0, y < 1 else { continue }
            var hidden: UInt32 = 0
            for hider in hiders where y >= hider.top && y < hider.bottom { hidden |= hider.columns }
            let start = Int(y * Double(content.height)) * image.size.width
            for column in 0..<Self.side where hidden & 1 << UInt32(column) == 0 {
                let x = Self.place(column, in: box)
                guard x >= 0, x < 1 else { continue }
                let at = (start + Int(x * Double(content.width))) * PixelBuffer.channels
                let (blue, green, red) = (Int32(bytes[at]), Int32(bytes[at + 1]), Int32(bytes[at + 2]))
                let luma = (77 * red + 150 * green + 29 * blue) >> 8
                let tone = tones[Int(luma)]
                sum += SIMD4(tone.x, Float(blue - luma) * tone.y, Float(red - luma) * tone.y, 0)
                squares += tone.x * tone.x
                count += 1
            }
        }
        let visibility = count / Float(Self.side * Self.side)
        guard visibility >= Self.leastVisibility else { return Appearance.Part() }
        var means = sum / count
        means.w = max(0, squares / count - means.x * means.x).squareRoot()
        return Appearance.Part(values: means, visibility: visibility)
    }
}
