import PathModel

/// What was counted at a feed's zones and lines since its start, as its records say.
public struct RegionTally: Hashable, Sendable {
    /// A zone.
    public struct ZoneTally: Hashable, Sendable, Encodable {
        /// The zone's name.
        public let name: String
        /// How many are in it now.
        public var people = 0
        /// How many came in.
        public var entered = 0
    }

    /// A line.
    public struct LineTally: Hashable, Sendable, Encodable {
        /// The line's name.
        public let name: String
        /// Crossings.
        public var inward = 0, outward = 0

        private enum CodingKeys: String, CodingKey {
            case name
            case inward = "in"
            case outward = "out"
        }
    }

    /// In the order of the layout.
    public private(set) var zones: [ZoneTally]
    /// In the order of the layout.
    public private(set) var lines: [LineTally]
    /// The share of the last interval of `counts` in which pictures were analysed, 0...1; nil before the first has ended.
    public private(set) var observed: Double?

    /// Nothing so far.
    public init(_ layout: CountingLayout = CountingLayout()) {
        zones = layout.zones.map { ZoneTally(name: $0.name) }
        lines = layout.lines.map { LineTally(name: $0.name) }
    }

    mutating func take(_ record: PathRecord) {
        switch record.event {
        case .zone(let change):
            guard let index = zones.firstIndex(where: { $0.name == change.name }) else { return }
            zones[index].people = change.people
            if case .enter = change.action { zones[index].entered += 1 }
        case .line(let crossing):
            guard let index = lines.firstIndex(where: { $0.name == crossing.name }) else { return }
            if crossing.direction == .inward { lines[index].inward += 1 } else { lines[index].outward += 1 }
        case .counts(let counts): observed = counts.observed
        default: break
        }
    }

    /// Goes on from what was counted before at zones and lines of the same names, by another start of the feed.
    public mutating func add(_ before: RegionTally) {
        for index in zones.indices {
            zones[index].entered += before.zones.first { $0.name == zones[index].name }?.entered ?? 0
        }
        for index in lines.indices {
            guard let line = before.lines.first(where: { $0.name == lines[index].name }) else { continue }
            lines[index].inward += line.inward
            lines[index].outward += line.outward
        }
    }
}
