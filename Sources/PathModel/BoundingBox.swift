/// An axis-parallel rectangle, origin top left.
///
/// Unless a function says otherwise the unit is a ratio of the frame as a viewer shows it: 0...1 across and down,
/// slightly outside at the edges.
public struct BoundingBox: Hashable, Sendable {
    /// Left edge.
    public var left: Double
    /// Top edge.
    public var top: Double
    /// Extent to the right, not negative.
    public var width: Double
    /// Extent downwards, not negative.
    public var height: Double

    /// A rectangle from its top-left corner and extent.
    public init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// Right edge.
    public var right: Double { left + width }
    /// Bottom edge.
    public var bottom: Double { top + height }
    /// The middle.
    public var center: Point { Point(x: left + width / 2, y: top + height / 2) }
    /// Width times height.
    public var area: Double { width * height }

    /// The whole frame, in ratios of it.
    public static let frame = BoundingBox(left: 0, top: 0, width: 1, height: 1)

    /// The part inside the frame; nil where there is none, or the box is not a number or endless.
    public var clippedToFrame: BoundingBox? {
        // `min` and `max` would take the frame's edges for what is no number.
        guard right.isFinite, bottom.isFinite else { return nil }
        let (x, y) = (max(0, left), max(0, top))
        let clipped = BoundingBox(left: x, top: y, width: min(1, right) - x, height: min(1, bottom) - y)
        return clipped.width > 0 && clipped.height > 0 ? clipped : nil
    }

    /// The area that both rectangles cover.
    public func intersectionArea(_ other: BoundingBox) -> Double {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        return across > 0 && down > 0 ? across * down : 0
    }

    /// Intersection over union, 0...1; 0 where both are empty.
    public func iou(_ other: BoundingBox) -> Double {
        let shared = intersectionArea(other)
        let union = area + other.area - shared
        return union > 0 ? shared / union : 0
    }

    /// The rectangle with both axes multiplied: ratios to pixels and back.
    public func scaled(x: Double, y: Double) -> BoundingBox {
        BoundingBox(left: left * x, top: top * y, width: width * x, height: height * y)
    }

    /// The whole pixels that this part of a picture of `size` touches, and one more on each side: scaling mixes
    /// neighbours.
    public func coveringPixels(of size: PixelSize) -> PixelRect {
        func bound(_ value: Double, _ length: Int) -> Int { Int(min(max(value, -1), 2) * Double(length)) }
        let x = bound(left, size.width) - 1
        let y = bound(top, size.height) - 1
        return PixelRect(
            x: x, y: y, width: bound(right, size.width) + 2 - x, height: bound(bottom, size.height) + 2 - y)
    }
}

/// A point, origin top left, in ratios of the frame unless a function says otherwise.
public struct Point: Hashable, Sendable {
    /// To the right.
    public var x: Double
    /// Downwards.
    public var y: Double

    /// The point (`x`, `y`).
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}
