import Foundation
import Reading

/// What `footpath summary --json` prints and the page shows as numbers. What isn't in the records is left out, not 0.
public struct Summary: Encodable {
    /// All feeds together.
    public struct Total: Encodable {
        public var feeds: Int
        public var sessions: Int
        public var records: Int
        /// Of sessions that tell of single people.
        public var paths: Int?
        public var points: Int?
        public var faces: Int?
        public var observedSeconds: Double
        public var unobservedSeconds: Double
    }

    /// A file of records.
    public struct File: Encodable {
        public var path: String
        public var records: Int
        public var damagedLines: Int
        public var firstDamagedLine: Int?
        public var lastLineCut: Bool
        public var compressionCut: Bool
        public var repeatedRecords: Int
        public var missingLines: Int
    }

    /// How long things took, in seconds; median and p90 to 2 %.
    public struct Lengths: Encodable {
        public var count: Int
        public var mean: Double
        /// Nil where only means were written.
        public var median: Double?
        public var p90: Double?
        public var longest: Double?
    }

    /// A line.
    public struct Line: Encodable {
        public var name: String
        public var `in`: Int
        public var out: Int
        public var people: Int?
    }

    /// A zone.
    public struct Zone: Encodable {
        public var name: String
        public var entered: Int
        public var left: Int
        public var peopleMean: Double?
        public var peopleMost: Int?
        /// Nil while nobody left.
        public var dwellSeconds: Lengths?
        public var loitered: Int
        public var crowded: Int
    }

    /// Gaps that were recorded.
    public struct Gaps: Encodable {
        public var count: Int
        public var seconds: Double
    }

    /// A camera or a file.
    public struct Feed: Encodable {
        public var feed: String
        /// Whether `from` and `to` are counted from the beginning of the file, as seconds; else they are RFC 3339.
        public var timesUnknown: Bool
        public var from: String?
        public var to: String?
        public var sessions: Int
        /// `points`, `paths`, `counts`, as far as sessions say it.
        public var detail: [String]
        public var observedSeconds: Double
        public var unobservedSeconds: Double
        public var gaps: Gaps
        /// Streams that lie over one another, where nobody knows when they were.
        public var recordings: Int?
        /// True where there are more zones or lines than are kept.
        public var regionsLeftOut: Bool?
        public var paths: Int?
        public var unfinishedPaths: Int?
        public var points: Int?
        public var faces: Int?
        public var peopleMean: Double?
        public var peopleMost: Int?
        public var pathSeconds: Lengths?
        public var lines: [Line]
        public var zones: [Zone]
    }

    /// The time zone of `from` and `to`.
    public var timezone: String
    public var total: Total
    public var files: [File]
    public var feeds: [Feed]
    /// All feeds of which it is known when they were, as one; nil where there are less than two. `unobservedSeconds` are
    /// those of each from the first record of any to the last.
    public var together: Feed?

    init(_ tally: Tally, time: LocalTime) {
        timezone = time.name
        files = tally.files.map { file in
            File(
                path: file.path, records: file.records, damagedLines: file.omissions.damagedLines,
                firstDamagedLine: file.omissions.firstDamagedLine, lastLineCut: file.omissions.lastLineIsCut,
                compressionCut: file.omissions.compressionIsCut, repeatedRecords: file.repeated,
                missingLines: file.omissions.missingLines)
        }
        let feeds = tally.feeds.map { Feed($0, time: time) }
        self.feeds = feeds
        together = Feed(together: tally.feeds, feeds, time: time)
        func sum(_ value: (Feed) -> Int?) -> Int? {
            let known = feeds.compactMap(value)
            return known.isEmpty && !feeds.isEmpty ? nil : known.reduce(0, +)
        }
        total = Total(
            feeds: feeds.count, sessions: feeds.reduce(0) { $0 + $1.sessions },
            records: files.reduce(0) { $0 + $1.records - $1.repeatedRecords }, paths: sum(\.paths),
            points: sum(\.points), faces: sum(\.faces),
            observedSeconds: feeds.reduce(0) { $0 + $1.observedSeconds }.toThousandths,
            unobservedSeconds: feeds.reduce(0) { $0 + $1.unobservedSeconds }.toThousandths)
    }

    /// One line of JSON for each key, in the order of the alphabet.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Strings and finite numbers can always be written.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension Summary.Feed {
    fileprivate init(_ tally: FeedTally, time: LocalTime) {
        feed = tally.name
        timesUnknown = tally.isRelative
        from = tally.first.map { time.stamp($0, isRelative: tally.isRelative) }
        to = tally.last.map { time.stamp($0, isRelative: tally.isRelative) }
        sessions = tally.sessions
        recordings = tally.isRelative ? tally.streams : nil
        regionsLeftOut = tally.hasMoreRegions ? true : nil
        detail = tally.details.sorted()
        let whole = tally.series.bins.values.reduce(into: TimeBin()) { $0.add($1) }
        let covered = Double((tally.last ?? 0) - (tally.first ?? 0))
        observedSeconds = (min(covered, whole.observed) / 1000).toThousandths
        unobservedSeconds = (max(0, covered - whole.observed) / 1000).toThousandths
        gaps = Summary.Gaps(count: tally.gaps.count, seconds: (Double(tally.gaps.total) / 1000).toThousandths)
        if tally.tellsOfPaths {
            paths = tally.paths
            unfinishedPaths = tally.unfinished
            peopleMean = whole.observed > 0 ? (whole.presence / whole.observed).toThousandths : nil
            peopleMost = tally.isRelative && tally.streams > 1 ? nil : whole.most
            pathSeconds = Summary.Lengths(tally.durations)
        } else if whole.notes > 0 {
            peopleMean = (Double(whole.noted) / Double(whole.notes)).toThousandths
        }
        if tally.tellsOfPoints {
            points = tally.points
            faces = tally.faces
        }
        lines = tally.lines.map { line in
            Summary.Line(
                name: line.name, in: line.inward, out: line.outward,
                people: tally.tellsOfPaths ? line.people ?? 0 : nil)
        }
        zones = tally.zones.map(Summary.Zone.init)
    }
}

extension Summary.Feed {
    /// - Parameter shown: what each of them comes to alone.
    fileprivate init?(together tallies: [FeedTally], _ shown: [Summary.Feed], time: LocalTime) {
        let parts = zip(tallies, shown).filter { $0.0.isDated }
        guard parts.count > 1, let first = parts.compactMap(\.0.first).min(),
            let last = parts.compactMap(\.0.last).max()
        else { return nil }
        let feeds = parts.map(\.1)
        func sum<Number: AdditiveArithmetic>(_ value: (Summary.Feed) -> Number?) -> Number? {
            let known = feeds.compactMap(value)
            return known.isEmpty ? nil : known.reduce(.zero, +)
        }
        feed = "all together"
        timesUnknown = false
        (from, to) = (time.stamp(first, isRelative: false), time.stamp(last, isRelative: false))
        sessions = sum(\.sessions) ?? 0
        detail = Set(feeds.flatMap(\.detail)).sorted()
        let observed = sum(\.observedSeconds) ?? 0
        observedSeconds = observed.toThousandths
        unobservedSeconds = max(0, Double(last - first) / 1000 * Double(feeds.count) - observed).toThousandths
        gaps = Summary.Gaps(
            count: sum(\.gaps.count) ?? 0, seconds: (sum(\.gaps.seconds) ?? 0).toThousandths)
        (paths, unfinishedPaths, points, faces) = (sum(\.paths), sum(\.unfinishedPaths), sum(\.points), sum(\.faces))
        // Each while it was observed.
        peopleMean = sum(\.peopleMean)?.toThousandths
        pathSeconds = Summary.Lengths(
            parts.filter { $0.0.tellsOfPaths }.reduce(into: Durations()) { $0.add($1.0.durations) })
        func named(_ name: String, of feed: Summary.Feed) -> String { "\(feed.feed): \(name)" }
        lines = feeds.flatMap { feed in
            feed.lines.map { line in
                var line = line
                line.name = named(line.name, of: feed)
                return line
            }
        }
        zones = feeds.flatMap { feed in
            feed.zones.map { zone in
                var zone = zone
                zone.name = named(zone.name, of: feed)
                return zone
            }
        }
    }
}

extension FeedTally {
    /// Whether it has records, and it is known when they were.
    var isDated: Bool { !isRelative && first != nil }
    /// Whether at least one session tells of single people.
    var tellsOfPaths: Bool { paths > 0 || details.isEmpty || !details.isSubset(of: ["counts"]) }
    /// Whether at least one session has points.
    var tellsOfPoints: Bool { points > 0 || details.isEmpty || details.contains("points") }
}

extension Summary.Zone {
    fileprivate init(_ zone: ZoneTally) {
        let whole = zone.series.bins.values.reduce(into: TimeBin()) { $0.add($1) }
        name = zone.name
        entered = zone.entered
        left = zone.left
        peopleMean = whole.observed > 0 ? (whole.presence / whole.observed).toThousandths : nil
        peopleMost = zone.most
        loitered = zone.loiters
        crowded = zone.crowds
        dwellSeconds = Summary.Lengths(zone.dwell)
        if zone.meanDwell.count > 0 {
            let count = zone.dwell.count + zone.meanDwell.count
            let mean = (zone.dwell.total + zone.meanDwell.total) / Double(count) / 1000
            dwellSeconds = Summary.Lengths(count: count, mean: mean.toThousandths)
        }
    }
}

extension Summary.Lengths {
    /// Nil where there are none.
    fileprivate init?(_ durations: Durations) {
        guard let mean = durations.mean else { return nil }
        count = durations.count
        self.mean = (mean / 1000).toThousandths
        median = durations.quantile(0.5).map { ($0 / 1000).toThousandths }
        p90 = durations.quantile(0.9).map { ($0 / 1000).toThousandths }
        longest = (Double(durations.longest) / 1000).toThousandths
    }
}

extension Double {
    /// Rounded to three places.
    var toThousandths: Double { (self * 1000).rounded() / 1000 }
}

extension LocalTime {
    /// RFC 3339 with the zone's offset, or seconds since the beginning.
    func stamp(_ time: Int64, isRelative: Bool) -> String {
        if isRelative { return "\((Double(time) / 1000).toThousandths)" }
        let minutes = offset(at: time) / 60_000
        let local = time + minutes * 60_000
        let offset =
            minutes == 0
            ? "Z" : (minutes < 0 ? "-" : "+") + LocalTime.clock(abs(minutes) * 60_000, seconds: false)
        return "\(LocalTime.date(local))T\(LocalTime.clock(local, seconds: true))\(offset)"
    }
}
