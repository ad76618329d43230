/// One person's track as it stands at one frame.
public struct Track: Hashable, Sendable {
    /// Where a track's box comes from.
    public enum Source: String, Sendable {
        /// A detection in this frame.
        case measured
        /// The motion model alone.
        case predicted
    }

    /// Unique from birth within one tracker. For matching a track to itself across frames; never written to a record,
    /// because tentative tracks have one.
    public var serial: Int
    /// 1, 2, 3, ... in the order of confirmation; nil while the track is tentative. Counting distinct ids counts people.
    public var id: Int?
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// How sure it is that the person is there, 0...1: the score of the detection behind the box, or where that is
    /// lower, the mean of the track's recent scores.
    public var confidence: Double
    /// Whether `box` was measured or predicted.
    public var source: Source
    /// Whether it hasn't stirred since it was first seen: it may be a poster.
    public var isStill: Bool

    /// A track at one frame.
    public init(
        serial: Int, id: Int?, box: BoundingBox, confidence: Double, source: Source, isStill: Bool = false
    ) {
        self.serial = serial
        self.id = id
        self.box = box
        self.confidence = confidence
        self.source = source
        self.isStill = isStill
    }
}

/// The end of a track's life, tentative or confirmed.
public struct TrackRemoval: Hashable, Sendable {
    /// Why a track ended.
    public enum Cause: String, Sendable {
        /// Last seen at the frame's edge.
        case leftFrame = "left_frame"
        /// Not found again in time.
        case lost
        /// The stream ended while the track was alive.
        case streamEnd = "stream_end"
    }

    /// The track's `serial`.
    public var serial: Int
    /// Why it ended.
    public var cause: Cause

    /// The end of track `serial`.
    public init(serial: Int, cause: Cause) {
        self.serial = serial
        self.cause = cause
    }
}

/// What one tracker step changed.
public struct TrackerUpdate: Hashable, Sendable {
    /// The tracks in this frame, in order of `serial`.
    public var tracks: [Track]
    /// The tracks that ended with this step, in order of `serial`; they are not in `tracks`.
    public var removals: [TrackRemoval]

    /// The result of one step.
    public init(tracks: [Track] = [], removals: [TrackRemoval] = []) {
        self.tracks = tracks
        self.removals = removals
    }
}
