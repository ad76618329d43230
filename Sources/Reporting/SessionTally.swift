import PathModel
import Reading

/// What is known of one session of a feed while its records come.
final class SessionTally {
    /// A path whose end hasn't come.
    private final class OpenPath {
        let start: Int64
        var end: Int64
        var entry: String
        var points = 0
        var trail = Trail()
        var feet: Point?

        init(start: Int64, entry: String) {
            (self.start, end, self.entry) = (start, start, entry)
        }
    }

    let feed: FeedTally
    private let name: String
    private let lot: UInt64
    private var observation = Observation()
    private var presence = Presence()
    private var paths: [Int: OpenPath] = [:]
    /// Distinct people so far, by line.
    private var linePeople: [String: Int] = [:]
    /// Whether anything of a single person was read: then counts records repeat what is known.
    private var tellsOfPeople = false
    private var detail: String?
    /// Whether only records of the session were taken so far.
    private var isPictureless = false
    /// Whether pictures have the clock on the wall; nil while no stream has begun.
    private var isLive: Bool?
    /// The file that is read, or the address.
    private var recording: String?
    private var firstTime: Int64?
    private var lastTime = Int64.min
    private var lastCounts: Int64?
    /// Since when nobody has been followed, while nobody is.
    private var idleSince: Int64?
    private var lastEnd = Int64.min

    /// Longer than anybody is out of sight within a path: what lies between two points further apart isn't known.
    private static let longestStep: Int64 = 10_000
    /// Longer than from one of a camera's records to the next.
    private static let near: Int64 = 600_000

    /// By feed, then as sessions came.
    let order: (feed: Int, session: Int)

    init(feed: FeedTally, source: RecordSource) {
        self.feed = feed
        name = source.session
        lot = Lot.of(source.feed, source.session)
        order = (feed.index, feed.sessions)
        feed.sessions += 1
    }

    /// Takes a record of a stream.
    @inline(__always)
    func take(_ record: Record, into table: inout Sample<PathRow>) {
        note(record.time)
        if case .point(let point) = record.event {
            take(point, at: record.time)
        } else {
            takeRare(record, into: &table)
        }
    }

    @inline(__always)
    private func note(_ time: Int64) {
        firstTime = min(firstTime ?? time, time)
        lastTime = max(lastTime, time)
    }

    /// Takes a record of the session. Its time counts where pictures have the same clock, or where there are none; where the
    /// stream's start wasn't read, if it is near them.
    func takeOfSession(_ record: Record, into table: inout Sample<PathRow>) {
        let time = record.time
        let isAlone = isPictureless || firstTime == nil
        let counts = isLive ?? (isAlone || abs(time - lastTime) < Self.near)
        if counts {
            isPictureless = isAlone
            note(time)
            feed.cover(time)
        }
        switch record.event {
        case .sessionStart(let session): detail = session.detail ?? "points"
        case .sessionEnd: closePaths(into: &table)
        case .region(let region): feed.note(region, at: time)
        case .stats(let people) where counts:
            observation.go(to: time)
            guard let people else { break }
            feed.series.note(at: time) {
                $0.noted += people
                $0.notes += 1
            }
        default: break
        }
        observation.settle(into: &feed.series)
    }

    @inline(__always)
    private func take(_ point: Record.Sighting, at time: Int64) {
        tellsOfPeople = true
        feed.points += 1
        if point.hasFace { feed.faces += 1 }
        feed.cover(time)
        observation.go(to: time)
        let path = paths[point.track] ?? open(point.track, at: time, entry: "")
        let feet = Point(x: point.box.left + point.box.width / 2, y: point.box.bottom)
        if let before = path.feet {
            let step = Double(min(time - path.end, Self.longestStep)) / 2000
            if step > 0 {
                feed.heat.add(step, at: before)
                feed.heat.add(step, at: feet)
            }
        }
        path.points += 1
        path.feet = feet
        path.end = max(path.end, time)
        path.trail.add(feet)
    }

    private func open(_ track: Int, at time: Int64, entry: String) -> OpenPath {
        endIdle(at: time)
        let path = OpenPath(start: time, entry: entry)
        paths[track] = path
        feed.paths += 1
        feed.series.note(at: time) { $0.inward += 1 }
        presence.begin(at: time)
        presence.settle(at: lastTime, into: &feed.series)
        return path
    }

    private func takeRare(_ record: Record, into table: inout Sample<PathRow>) {
        let time = record.time
        switch record.event {
        case .point, .other, .sessionStart, .sessionEnd, .region, .stats: break
        case .streamStart(let stream):
            feed.cover(time)
            closePaths(into: &table)
            feed.frameSize = stream.frameSize ?? feed.frameSize
            // A file whose pictures change goes on in another run.
            if stream.source != recording || time < lastTime { feed.streams += 1 }
            recording = stream.source
            isLive = stream.clock == "ntp" || stream.clock == "arrival"
            feed.isLive = feed.isLive || isLive == true
            observation.begin(at: time)
            idleSince = time
            if feed.origin == nil { feed.origin = time }
        case .streamEnd:
            endIdle(at: time)
            observation.close(at: time)
            feed.cover(time)
            closePaths(into: &table)
        case .pathStart(let start):
            tellsOfPeople = true
            seen(at: time)
            // Better than the stream's start, whose first frame need not be at zero.
            if feed.paths == 0 { feed.origin = time - start.pts }
            if let path = paths[start.track] {
                path.entry = start.entry
            } else {
                _ = open(start.track, at: time, entry: start.entry)
            }
        case .pathEnd(let end):
            tellsOfPeople = true
            seen(at: time)
            close(end, into: &table)
        case .gap(let gap):
            observation.gap(from: gap.from, to: gap.to)
            feed.note(gap)
        case .zone, .line, .crowd, .counts: takeCount(record)
        }
        observation.settle(into: &feed.series)
    }

    private func seen(at time: Int64) {
        feed.cover(time)
        observation.go(to: time)
    }

    /// The earliest moment in which nobody is followed, in the middle of a second or more, is kept: for a picture.
    private func endIdle(at time: Int64) {
        if let since = idleSince, feed.idle == nil, time - since >= 1000 {
            feed.idle = since + min((time - since) / 2, 5000)
        }
        idleSince = nil
    }

    // MARK: - Zones and lines

    private func takeCount(_ record: Record) {
        switch record.event {
        case .zone(let visit):
            tellsOfPeople = true
            feed.zone(visit.name)?.take(visit, at: record.time)
        case .line(let crossing):
            tellsOfPeople = true
            guard let line = feed.line(crossing.name) else { return }
            line.take(inward: crossing.isInward ? 1 : 0, outward: crossing.isInward ? 0 : 1, at: record.time)
            line.people = (line.people ?? 0) + max(0, crossing.people - linePeople[crossing.name, default: 0])
            linePeople[crossing.name] = max(crossing.people, linePeople[crossing.name, default: 0])
        case .crowd(let crowd):
            if crowd.state == "begin" { feed.zone(crowd.name)?.crowds += 1 }
        case .counts(let counts): take(counts)
        default: break
        }
    }

    private func take(_ counts: Record.Counts) {
        feed.hasCounts = true
        feed.cover(counts.from)
        feed.cover(counts.to)
        // What doesn't fit on a line follows in another of the same interval.
        if counts.from != lastCounts, let observed = counts.observed {
            observation.take(from: counts.from, to: counts.to, share: observed, into: &feed.series)
        }
        lastCounts = counts.from
        for zone in counts.zones {
            guard let tally = feed.zone(zone.name) else { continue }
            tally.takePeople(zone, of: counts)
            if !tellsOfPeople { tally.takeTotals(zone, at: counts.from) }
        }
        guard !tellsOfPeople else { return }
        for line in counts.lines {
            feed.line(line.name)?.take(inward: line.inward, outward: line.outward, at: counts.from)
        }
    }

    // MARK: - Ends of paths

    private func close(_ end: Record.PathEnd, into table: inout Sample<PathRow>) {
        let path = paths[end.track] ?? open(end.track, at: end.start, entry: end.entry)
        paths[end.track] = nil
        finish(path, track: end.track, at: max(end.end, path.end))
        let row = PathRow(
            feed: feed.index, session: name, track: end.track, start: end.start, end: end.end, points: end.points,
            distance: end.distance, speed: end.meanSpeed, entry: end.entry, exit: end.exit, cause: end.cause,
            face: end.bestFaceConfidence, zones: end.zones, lines: end.lines)
        table.take(Lot.of(session: lot, track: end.track), row)
    }

    /// Paths whose end was never written.
    private func closePaths(into table: inout Sample<PathRow>) {
        for (track, path) in paths.sorted(by: { $0.key < $1.key }) {
            // Without points nobody knows how long somebody was there.
            let end = path.points > 0 ? path.end : max(path.start, lastTime)
            finish(path, track: track, at: end)
            feed.unfinished += 1
            let row = PathRow(
                feed: feed.index, session: name, track: track, start: path.start, end: end, points: path.points,
                distance: nil, speed: nil, entry: path.entry, exit: nil, cause: "unfinished", face: nil, zones: [],
                lines: [])
            table.take(Lot.of(session: lot, track: track), row)
        }
        paths = [:]
    }

    private func finish(_ path: OpenPath, track: Int, at end: Int64) {
        presence.end(at: end)
        lastEnd = max(lastEnd, end)
        if paths.isEmpty { idleSince = lastEnd }
        feed.durations.add(end - path.start)
        feed.series.note(at: end) { $0.outward += 1 }
        if path.points > 0 {
            feed.trails.take(
                Lot.of(session: lot, track: track), TrailRow(track: track, start: path.start, trail: path.trail))
        }
    }

    /// Nothing more comes.
    func finish(into table: inout Sample<PathRow>) {
        closePaths(into: &table)
        presence.finish(into: &feed.series)
        observation.finish(into: &feed.series)
        if let firstTime { feed.noteSession(from: firstTime, to: lastTime) }
        let inferred = feed.points > 0 ? "points" : tellsOfPeople ? "paths" : feed.hasCounts ? "counts" : nil
        if let said = detail ?? inferred { feed.details.insert(said) }
    }
}
