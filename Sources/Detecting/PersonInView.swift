import PathModel

/// A person in a frame whose faces are looked for.
public struct PersonInView: Hashable, Sendable {
    /// A face that was found of the same person shortly before.
    public struct LastFace: Hashable, Sendable {
        /// The face, in ratios of the frame.
        public var face: BoundingBox
        /// How it was turned: clockwise, in degrees.
        public var roll: Double
        /// The person then, in ratios of the frame.
        public var person: BoundingBox

        /// A face and whose it was.
        public init(_ face: Face, person: BoundingBox) {
            self.face = face.box
            roll = face.pose?.roll ?? 0
            self.person = person
        }
    }

    /// Where the person is, in ratios of the frame.
    public var box: BoundingBox
    /// Whether the face is wanted; others are there so that nobody gets theirs.
    public var isWanted: Bool
    /// Where the face was; nil where it isn't known.
    public var lastFace: LastFace?

    /// A person in view.
    public init(box: BoundingBox, isWanted: Bool = true, lastFace: LastFace? = nil) {
        self.box = box
        self.isWanted = isWanted
        self.lastFace = lastFace
    }

    /// The square in which the head is, in pixels of the frame: over the middle of the box, from a little above its top.
    /// As wide as the box of someone seen to the waist, or half as high as that of someone standing.
    func headRegion(frame: PixelSize) -> Square {
        let box = box.scaled(x: Double(frame.width), y: Double(frame.height))
        let side = min(max(box.width, 0.4 * box.height), 1.2 * min(box.width, box.height)) * 1.1
        return Square(center: Point(x: box.center.x, y: box.top + 0.4 * side), side: side, angle: 0)
    }

    /// The square around where the last face should be now, having moved as the box did and turned as it was: the
    /// detectors know upright faces best. In pixels of the frame.
    func lastRegion(frame: PixelSize) -> Square? {
        guard let lastFace else { return nil }
        let (width, height) = (Double(frame.width), Double(frame.height))
        let face = lastFace.face.scaled(x: width, y: height)
        let moved = Point(
            x: (box.center.x - lastFace.person.center.x) * width, y: (box.top - lastFace.person.top) * height)
        return Square(
            center: Point(x: face.center.x + moved.x, y: face.center.y + moved.y),
            side: 2.2 * max(face.width, face.height), angle: lastFace.roll * .pi / 180)
    }

    /// How far a point is from where the head should be, in sides of the head region: 0 in its middle.
    func distance(of point: Point, frame: PixelSize) -> Double {
        let head = headRegion(frame: frame)
        let (x, y) = (point.x - head.center.x, point.y - head.center.y)
        return (x * x + y * y).squareRoot() / head.side
    }
}
