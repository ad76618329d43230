/// Where a path begins or ends: at an edge of the frame, or inside it.
public enum PathPlace: String, Sendable {
    case left, right, top, bottom, inside
}

/// A person's first point.
public struct PathStart: Hashable, Sendable {
    /// The confirmed track's id.
    public var track: Int
    /// The frame of the first point.
    public var frame: FrameInfo
    /// The first box.
    public var box: BoundingBox
    /// Where the person came in.
    public var entry: PathPlace

    /// The start of a path.
    public init(track: Int, frame: FrameInfo, box: BoundingBox, entry: PathPlace) {
        self.track = track
        self.frame = frame
        self.box = box
        self.entry = entry
    }
}

/// Where a person was in one frame.
public struct PathPoint: Hashable, Sendable {
    /// The confirmed track's id.
    public var track: Int
    /// Which frame.
    public var frame: FrameInfo
    /// Where.
    public var box: BoundingBox
    /// 0...1; percent in the JSON.
    public var confidence: Double
    /// Measured or predicted.
    public var source: Track.Source
    /// The person's face where it was looked for in this frame and found.
    public var face: Face?
    /// When the person's face was last found, in this frame or before; nil where it never was.
    public var faceTime: Timestamp?
    /// Whether nothing of it has stirred since it was first seen.
    public var isStill: Bool

    /// One point of a path.
    public init(
        track: Int, frame: FrameInfo, box: BoundingBox, confidence: Double, source: Track.Source, face: Face? = nil,
        faceTime: Timestamp? = nil, isStill: Bool = false
    ) {
        self.track = track
        self.frame = frame
        self.box = box
        self.confidence = confidence
        self.source = source
        self.face = face
        self.faceTime = faceTime
        self.isStill = isStill
    }
}

/// A whole path in short. Its record's time is the frame at which the end was known.
public struct PathEnd: Hashable, Sendable {
    /// The confirmed track's id.
    public var track: Int
    /// Why it ended.
    public var cause: TrackRemoval.Cause
    /// Time of the first point.
    public var start: Timestamp
    /// Time of the last point.
    public var end: Timestamp
    /// How many points were recorded.
    public var points: Int
    /// Length of the way of the box's centre, in frame widths.
    public var distance: Double
    /// Where the person came in.
    public var entry: PathPlace
    /// Where the person went out.
    public var exit: PathPlace
    /// Highest confidence of a face on the path, 0...1; nil where none was found.
    public var bestFaceConfidence: Double?
    /// The zones that the person was in, in the order of the layout.
    public var zones: [ZoneVisit]
    /// The lines that the person crossed, in the order of the layout.
    public var lines: [LinePassage]

    /// The end of a path.
    public init(
        track: Int, cause: TrackRemoval.Cause, start: Timestamp, end: Timestamp, points: Int, distance: Double,
        entry: PathPlace, exit: PathPlace, bestFaceConfidence: Double?, zones: [ZoneVisit] = [],
        lines: [LinePassage] = []
    ) {
        self.track = track
        self.cause = cause
        self.start = start
        self.end = end
        self.points = points
        self.distance = distance
        self.entry = entry
        self.exit = exit
        self.bestFaceConfidence = bestFaceConfidence
        self.zones = zones
        self.lines = lines
    }
}
