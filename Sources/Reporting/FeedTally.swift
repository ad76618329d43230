import PathModel
import Reading

/// A path as a row of the table.
struct PathRow {
    /// Index of the feed.
    var feed: Int
    var session: String
    var track: Int
    /// Milliseconds since 1970 UTC.
    var start: Int64, end: Int64
    var points: Int
    /// In frame widths, and those a second; nil where the path has no end.
    var distance: Double?, speed: Double?
    var entry: String
    var exit: String?
    var cause: String
    /// 0...1.
    var face: Double?
    var zones: [Record.Dwell]
    var lines: [Record.Passages]
}

/// A path to be drawn.
struct TrailRow {
    var track: Int
    var start: Int64
    var trail: Trail
}

/// What is known of a camera or a file, over all of its sessions.
final class FeedTally {
    /// In the order in which feeds came.
    let index: Int
    let name: String
    /// Whether its times are counted from the beginning of a file, since nobody knows when it was taken.
    let isRelative: Bool

    var sessions = 0
    /// Streams that began; of one without dates all begin at 0, and lie over one another.
    var streams = 0
    var details: Set<String> = []
    var isLive = false
    var hasCounts = false
    var frameSize: PixelSize?
    /// Where the first stream's clock is zero, and a moment in which nobody was followed; since 1970 UTC.
    var origin: Int64?
    var idle: Int64?
    var paths = 0
    /// Paths whose end was never written.
    var unfinished = 0
    var points = 0
    var faces = 0
    var durations = Durations()
    /// People, what was observed, who came into view and went.
    var series = TimeSeries()
    var heat = HeatMap()
    var trails: Sample<TrailRow>
    private(set) var gaps = GapList()
    private var sessionSpans: [(from: Int64, to: Int64)] = []
    private(set) var first: Int64?
    private(set) var last: Int64?
    /// Zones, lines and masks as they were last, in their order.
    private(set) var regions: [Record.Region] = []
    private var regionTimes: [Int64] = []
    /// Whether there were more than are kept.
    private(set) var hasMoreRegions = false
    private(set) var zones: [ZoneTally] = []
    private(set) var lines: [LineTally] = []

    init(index: Int, name: String, isRelative: Bool, trails: Int) {
        (self.index, self.name, self.isRelative) = (index, name, isRelative)
        self.trails = Sample(capacity: trails)
    }

    /// A record tells of this time.
    @inline(__always)
    func cover(_ time: Int64) {
        if first.map({ time < $0 }) ?? true { first = time }
        if last.map({ time > $0 }) ?? true { last = time }
    }

    func note(_ gap: Record.Gap) { gaps.add(gap) }

    /// A session had records from a time to another.
    func noteSession(from start: Int64, to end: Int64) { sessionSpans.append((start, end)) }

    /// Between sessions nothing was watched: as gaps, of more than a second.
    var pauses: [Record.Gap] {
        var pauses: [Record.Gap] = []
        var end: Int64?
        for span in sessionSpans.sorted(by: { $0.from < $1.from }) {
            if let end, span.from - end > 1000 {
                pauses.append(Record.Gap(from: end, to: span.from, reason: "between sessions"))
            }
            end = max(end ?? span.to, span.to)
        }
        return pauses
    }

    /// One is told anew at each start; the newest counts.
    func note(_ region: Record.Region, at time: Int64) {
        if let known = regions.firstIndex(where: { known in
            known.kind == region.kind && known.name == region.name
                && (region.kind != "mask" || known.points == region.points)
        }) {
            if time >= regionTimes[known] { (regions[known], regionTimes[known]) = (region, time) }
        } else if regions.count < Self.mostRegions {
            regions.append(region)
            regionTimes.append(time)
        }
        switch region.kind {
        case "zone": _ = zone(region.name)
        case "line": _ = line(region.name)
        default: break
        }
    }

    /// Nobody has so many; a file that makes some up shall not fill the memory.
    static let mostRegions = 500

    /// Nil where there are too many already.
    func zone(_ name: String) -> ZoneTally? {
        if let known = zones.first(where: { $0.name == name }) { return known }
        guard zones.count < Self.mostRegions else { return leaveOut() }
        let zone = ZoneTally(name: name)
        zones.append(zone)
        return zone
    }

    /// Nil where there are too many already.
    func line(_ name: String) -> LineTally? {
        if let known = lines.first(where: { $0.name == name }) { return known }
        guard lines.count < Self.mostRegions else { return leaveOut() }
        let line = LineTally(name: name)
        lines.append(line)
        return line
    }

    private func leaveOut<Region>() -> Region? {
        hasMoreRegions = true
        return nil
    }
}

/// What is known of a zone.
final class ZoneTally {
    let name: String
    var entered = 0
    var left = 0
    var loiters = 0
    var crowds = 0
    /// Of those whose leaving was read.
    var dwell = Durations()
    /// Of those of whom only means are known: how many, and milliseconds of all.
    var meanDwell = (count: 0, total: 0.0)
    /// People in it and who entered and left.
    var series = TimeSeries()
    /// How many were in it at most, as counts tell; behind the last of them, as visits do.
    var most: Int? { [counted, noted].compactMap(\.self).max() }
    private var counted: Int?
    private var noted: Int?

    init(name: String) {
        self.name = name
    }

    func take(_ visit: Record.ZoneVisit, at time: Int64) {
        noted = max(noted ?? 0, visit.people)
        switch visit.action {
        case "enter":
            entered += 1
            series.note(at: time) { $0.inward += 1 }
        case "leave":
            left += 1
            series.note(at: time) { $0.outward += 1 }
            if let length = visit.dwell { dwell.add(max(0, length)) }
        case "loiter" where visit.state != "end": loiters += 1
        default: break
        }
    }

    /// How many were in it.
    func takePeople(_ zone: Record.Counts.Zone, of counts: Record.Counts) {
        guard let mean = zone.mean else { return }
        // Whose leaving is told late was still in it for the visits between.
        (counted, noted) = (max(counted ?? 0, zone.most ?? 0), nil)
        series.spread(from: counts.from, to: counts.to) { bin, length in
            let observed = length * (counts.observed ?? 1)
            bin.observed += observed
            bin.presence += mean * observed
            bin.most = max(bin.most, zone.most ?? 0)
        }
    }

    /// Who entered and left, where no record says so one by one.
    func takeTotals(_ zone: Record.Counts.Zone, at time: Int64) {
        entered += zone.entered
        left += zone.left
        if let mean = zone.meanDwell, zone.left > 0 {
            meanDwell.count += zone.left
            meanDwell.total += mean * Double(zone.left)
        }
        series.note(at: time) {
            $0.inward += zone.entered
            $0.outward += zone.left
        }
    }
}

/// What is known of a line.
final class LineTally {
    let name: String
    var inward = 0
    var outward = 0
    /// Distinct people; nil where only counts were written.
    var people: Int?
    var series = TimeSeries()

    init(name: String) {
        self.name = name
    }

    func take(inward: Int, outward: Int, at time: Int64) {
        guard inward > 0 || outward > 0 else { return }
        self.inward += inward
        self.outward += outward
        series.note(at: time) {
            $0.inward += inward
            $0.outward += outward
        }
    }
}

/// Gaps: how many, and the longest of them.
struct GapList {
    private(set) var count = 0
    /// Milliseconds.
    private(set) var total: Int64 = 0
    private(set) var longest: [Record.Gap] = []

    static let most = 200

    mutating func add(_ gap: Record.Gap) {
        count += 1
        total += max(0, gap.to - gap.from)
        longest.append(gap)
        guard longest.count >= 2 * Self.most else { return }
        trim()
    }

    private mutating func trim() {
        longest.sort { ($1.to - $1.from, $0.from) < ($0.to - $0.from, $1.from) }
        longest.removeSubrange(min(Self.most, longest.count)...)
    }

    /// The longest ones, in order of time.
    var shown: [Record.Gap] {
        var copy = self
        copy.trim()
        return copy.longest.sorted { $0.from < $1.from }
    }
}
