/// A zone, line or mask, as it was set.
public struct Region: Hashable, Sendable {
    /// What it is for.
    public enum Kind: String, Sendable {
        case zone, line, mask
    }

    /// What it is for.
    public var kind: Kind
    /// What it is called; nil for masks.
    public var name: String?
    /// Corners of a zone or mask, points of a line, in ratios of the frame.
    public var points: [Point]
    /// Which point of a box counts; nil for masks.
    public var anchor: Anchor?

    /// A zone.
    public init(_ zone: Zone) {
        (kind, name, points, anchor) = (.zone, zone.name, zone.polygon.vertices, zone.anchor)
    }

    /// A line.
    public init(_ line: CountingLine) {
        (kind, name, points, anchor) = (.line, line.name, line.polyline.vertices, line.anchor)
    }

    /// A mask.
    public init(mask: Polygon) {
        (kind, name, points, anchor) = (.mask, nil, mask.vertices, nil)
    }
}

/// Somebody came into a zone, left it or stays there for long. The record's time is when they did.
public struct ZoneChange: Hashable, Sendable {
    /// Why somebody isn't in a zone any more.
    public enum Cause: String, Sendable {
        case walkedOut = "walked_out"
        /// The path ended.
        case leftFrame = "left_frame"
        case lost
        case streamEnd = "stream_end"
        /// The stream wasn't seen for a while.
        case gap
    }

    /// What somebody did. Dwells are in milliseconds since they came in.
    public enum Action: Hashable, Sendable {
        /// - Parameter appeared: whether the path began in the zone.
        case enter(appeared: Bool)
        case leave(Cause, dwell: Int64)
        case loiterBegin(dwell: Int64)
        case loiterEnd(dwell: Int64)
    }

    /// The confirmed track's id.
    public var track: Int
    /// The zone's name.
    public var name: String
    /// What they did.
    public var action: Action
    /// How many are in the zone after it.
    public var people: Int

    /// A change in a zone.
    public init(track: Int, name: String, action: Action, people: Int) {
        self.track = track
        self.name = name
        self.action = action
        self.people = people
    }
}

/// The two ways over a line.
public enum CrossingDirection: String, Sendable {
    /// From the left to the right of somebody who walks along the line, as seen in the picture.
    case inward = "in"
    case outward = "out"
}

/// Somebody crossed a line. The record's time is when they did.
public struct LineCrossing: Hashable, Sendable {
    /// The confirmed track's id.
    public var track: Int
    /// The line's name.
    public var name: String
    /// Which way.
    public var direction: CrossingDirection
    /// Where on the line, in ratios of the frame.
    public var place: Point
    /// Crossings of the session so far, with this one.
    public var inward: Int, outward: Int
    /// How many people have crossed it so far, each counted once.
    public var people: Int

    /// A crossing.
    public init(
        track: Int, name: String, direction: CrossingDirection, place: Point, inward: Int, outward: Int, people: Int
    ) {
        self.track = track
        self.name = name
        self.direction = direction
        self.place = place
        self.inward = inward
        self.outward = outward
        self.people = people
    }
}

/// Too many have been in a zone for too long, or aren't any more. The record's time is when that was so: for a beginning,
/// once they had been there for as long as the zone says.
public struct CrowdChange: Hashable, Sendable {
    /// Which of both.
    public enum State: Hashable, Sendable {
        case begin
        /// - Parameter duration: in milliseconds since the beginning.
        case end(duration: Int64)
    }

    /// The zone's name.
    public var name: String
    /// Which of both.
    public var state: State
    /// How many are in the zone after it.
    public var people: Int

    /// A change of a crowd.
    public init(name: String, state: State, people: Int) {
        self.name = name
        self.state = state
        self.people = people
    }
}

/// What a stretch of the stream came to. The record's time is its end.
public struct IntervalCounts: Hashable, Sendable {
    /// A zone in the stretch. People are nil where nothing was observed.
    public struct ZoneCounts: Hashable, Sendable {
        /// The zone's name.
        public var name: String
        /// How many were in it at the least and at most.
        public var least: Int?, most: Int?
        /// How many were in it on average over the observed time.
        public var mean: Double?
        /// How many came in, and how many left.
        public var entered: Int, left: Int
        /// Of those who left, in milliseconds; nil where nobody did.
        public var meanDwell: Int64?

        /// A zone's counts.
        public init(
            name: String, least: Int?, most: Int?, mean: Double?, entered: Int, left: Int, meanDwell: Int64?
        ) {
            self.name = name
            self.least = least
            self.most = most
            self.mean = mean
            self.entered = entered
            self.left = left
            self.meanDwell = meanDwell
        }
    }

    /// A line in the stretch.
    public struct LineCounts: Hashable, Sendable {
        /// The line's name.
        public var name: String
        /// Crossings.
        public var inward: Int, outward: Int
        /// Of how many people.
        public var people: Int

        /// A line's counts.
        public init(name: String, inward: Int, outward: Int, people: Int) {
            self.name = name
            self.inward = inward
            self.outward = outward
            self.people = people
        }
    }

    /// The stretch.
    public var from: Timestamp, to: Timestamp
    /// The share of it in which pictures were analysed, 0...1.
    public var observed: Double
    /// 2, 3, ... where the regions take more than one record; nil for the first.
    public var part: Int?
    /// In the order of the layout.
    public var zones: [ZoneCounts]
    /// In the order of the layout.
    public var lines: [LineCounts]

    /// What a stretch came to.
    public init(
        from: Timestamp, to: Timestamp, observed: Double, part: Int? = nil, zones: [ZoneCounts], lines: [LineCounts]
    ) {
        self.from = from
        self.to = to
        self.observed = observed
        self.part = part
        self.zones = zones
        self.lines = lines
    }
}

/// How long somebody was in a zone, in all.
public struct ZoneVisit: Hashable, Sendable {
    /// The zone's name.
    public var name: String
    /// In milliseconds.
    public var dwell: Int64
    /// How often they came in.
    public var entries: Int

    /// Somebody's stays in a zone.
    public init(name: String, dwell: Int64, entries: Int) {
        self.name = name
        self.dwell = dwell
        self.entries = entries
    }
}

/// How often somebody crossed a line.
public struct LinePassage: Hashable, Sendable {
    /// The line's name.
    public var name: String
    /// Crossings.
    public var inward: Int, outward: Int

    /// Somebody's crossings of a line.
    public init(name: String, inward: Int, outward: Int) {
        self.name = name
        self.inward = inward
        self.outward = outward
    }
}
