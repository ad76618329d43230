/// How the picture moved because the camera did: the scene's points of an earlier frame, moved, turned about the origin
/// and scaled to where they are in a later one.
///
/// A similarity: x' = a x - b y + offset.x, y' = b x + a y + offset.y. The unit is the frame's height on both axes,
/// origin top left.
public struct CameraMotion: Hashable, Sendable {
    /// The scale times the cosine of the angle.
    public var a: Double
    /// The scale times the sine of the angle, clockwise as seen.
    public var b: Double
    /// Where the frame's top left corner went, in frame heights.
    public var offset: Point

    /// A motion; without arguments none.
    public init(a: Double = 1, b: Double = 0, offset: Point = Point(x: 0, y: 0)) {
        self.a = a
        self.b = b
        self.offset = offset
    }

    /// How much larger things became.
    public var scale: Double { (a * a + b * b).squareRoot() }

    /// Where a point of the earlier frame is in the later one, in frame heights.
    public func moved(_ point: Point) -> Point {
        let direction = turned(point)
        return Point(x: direction.x + offset.x, y: direction.y + offset.y)
    }

    /// What a difference of two points becomes.
    public func turned(_ vector: Point) -> Point {
        Point(x: a * vector.x - b * vector.y, y: b * vector.x + a * vector.y)
    }
}
