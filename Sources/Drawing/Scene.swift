import PathModel

/// What is drawn on one picture. Places are ratios of the frame.
public struct Scene: Hashable, Sendable {
    /// A person in the frame.
    public struct Figure: Hashable, Sendable {
        /// The track's id.
        public var track: Int
        /// Where.
        public var box: BoundingBox
        /// Out of sight: drawn dashed.
        public var isPredicted: Bool
        /// The face, where it was found in this frame.
        public var face: BoundingBox?
        /// Points of the face.
        public var landmarks: [Point]

        /// A person in the frame.
        public init(
            track: Int, box: BoundingBox, isPredicted: Bool = false, face: BoundingBox? = nil, landmarks: [Point] = []
        ) {
            self.track = track
            self.box = box
            self.isPredicted = isPredicted
            self.face = face
            self.landmarks = landmarks
        }
    }

    /// The way that somebody came, oldest point first.
    public struct Trail: Hashable, Sendable {
        /// The track's id.
        public var track: Int
        /// Where the feet were, and how far that is gone.
        public var points: [TrailPoint]

        /// A way.
        public init(track: Int, points: [TrailPoint]) {
            self.track = track
            self.points = points
        }
    }

    /// A point of a trail.
    public struct TrailPoint: Hashable, Sendable {
        /// Where the feet were.
        public var place: Point
        /// 0 now, 1 when it isn't drawn any more.
        public var age: Double

        /// A point of a trail.
        public init(place: Point, age: Double) {
            self.place = place
            self.age = age
        }
    }

    /// A zone with who is in it.
    public struct Zone: Hashable, Sendable {
        /// As the user named it.
        public var name: String
        /// Its corners.
        public var outline: [Point]
        /// Nil where nobody counted yet.
        public var people: Int?

        /// A zone.
        public init(name: String, outline: [Point], people: Int? = nil) {
            self.name = name
            self.outline = outline
            self.people = people
        }
    }

    /// A line with who crossed it.
    public struct Line: Hashable, Sendable {
        /// As the user named it.
        public var name: String
        /// From the first to the last one; `in` is from its left to its right, as seen.
        public var points: [Point]
        /// Crossings so far.
        public var inward = 0, outward = 0

        /// A line that nobody crossed.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// A part of the picture that is made unrecognisable.
    public struct BlurredPart: Hashable, Sendable {
        /// Which part.
        public var box: BoundingBox
        /// Details smaller than this share of its shorter side, as pixels have it, are gone.
        public var coarseness: Double

        /// A part to be blurred.
        public init(box: BoundingBox, coarseness: Double) {
            self.box = box
            self.coarseness = coarseness
        }
    }

    /// People, in the order in which they are drawn.
    public var figures: [Figure] = []
    /// Where they came from.
    public var trails: [Trail] = []
    /// Drawn below the people.
    public var zones: [Zone] = []
    /// Drawn below the people.
    public var lines: [Line] = []
    /// Black: nothing is drawn there either.
    public var masks: [Mask] = []
    /// Blurred before anything is drawn.
    public var blurred: [BlurredPart] = []
    /// Text at the top left; nil for none.
    public var clock: String?

    /// Nothing.
    public init() {}
}
