/// Which point of a box counts.
public enum Anchor: String, Sendable, CaseIterable {
    /// The middle of the bottom: where somebody stands.
    case feet
    /// The middle: where the frame or furniture hides legs.
    case center
    /// The middle of the top: where only heads can be seen.
    case head

    /// The point of a box.
    public func point(of box: BoundingBox) -> Point {
        switch self {
        case .feet: Point(x: box.center.x, y: box.bottom)
        case .center: box.center
        case .head: Point(x: box.center.x, y: box.top)
        }
    }
}

/// A region in which people are counted.
public struct Zone: Hashable, Sendable {
    /// When many are too many.
    public struct Crowd: Hashable, Sendable {
        /// So many people or more.
        public var people: Int
        /// For so many seconds.
        public var seconds: Double

        /// So many people for so many seconds.
        public init(people: Int, seconds: Double) {
            self.people = people
            self.seconds = seconds
        }
    }

    /// What it is called, once in a layout.
    public var name: String
    /// Where it is.
    public var polygon: Polygon
    /// Which point of a box must be inside.
    public var anchor: Anchor
    /// After how many seconds inside somebody loiters; nil where it is of no interest.
    public var loiter: Double?
    /// When there is a crowd; nil where it is of no interest.
    public var crowd: Crowd?

    /// A zone.
    public init(
        name: String, polygon: Polygon, anchor: Anchor = .feet, loiter: Double? = nil, crowd: Crowd? = nil
    ) {
        self.name = name
        self.polygon = polygon
        self.anchor = anchor
        self.loiter = loiter
        self.crowd = crowd
    }
}

/// A line at which people are counted. For somebody who walks along it, going from their left to their right, as seen in
/// the picture, is in.
public struct CountingLine: Hashable, Sendable {
    /// What it is called, once in a layout.
    public var name: String
    /// Where it is.
    public var polyline: Polyline
    /// Which point of a box must cross it.
    public var anchor: Anchor

    /// A line.
    public init(name: String, polyline: Polyline, anchor: Anchor = .feet) {
        self.name = name
        self.polyline = polyline
        self.anchor = anchor
    }
}

/// What is counted in a stream, and how.
public struct CountingLayout: Hashable, Sendable {
    /// More zones and lines together would not fit on a line of the records.
    public static let mostRegions = 50

    /// In the order of the records.
    public var zones: [Zone]
    /// In the order of the records.
    public var lines: [CountingLine]
    /// For how many seconds somebody must have been on the other side to be counted.
    public var settle: Double
    /// The seconds from one `counts` record to the next, aligned to UTC.
    public var interval: Double

    /// What is counted.
    public init(zones: [Zone] = [], lines: [CountingLine] = [], settle: Double = 0.3, interval: Double = 60) {
        self.zones = zones
        self.lines = lines
        self.settle = settle
        self.interval = interval
    }

    /// Whether nothing is counted.
    public var isEmpty: Bool { zones.isEmpty && lines.isEmpty }
}
