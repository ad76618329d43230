import PathModel

/// Sums up what happened in intervals of the stream's UTC time. Times are in microseconds of the stream's clock.
///
/// Changes are settled some time after they happened, and not in their order. They wait here until nothing from before them
/// is to be expected; one that comes later still counts at the time up to which everything was summed up.
struct Tally {
    /// Something that happened.
    enum Change {
        case entered(zone: Int)
        case left(zone: Int, dwell: Int64)
        case crossed(line: Int, isInward: Bool, isFirstOfPerson: Bool)
    }

    private struct ZoneSum {
        var people = 0
        var least: Int?, most: Int?
        /// People times observed microseconds, up to where so much of the interval was observed.
        var presence: Int64 = 0, seen: Int64 = 0
        var entered = 0, left = 0
        var dwell: Int64 = 0
        /// Since when there are as many as make a crowd.
        var crowdedSince: Int64?
        var isCrowd = false

        /// As many people were in it all the time until so much of the interval was observed.
        mutating func hold(_ seen: Int64) {
            guard seen > self.seen else { return }
            presence += Int64(people) * (seen - self.seen)
            least = min(least ?? people, people)
            most = max(most ?? people, people)
            self.seen = seen
        }
    }

    private struct LineSum {
        var inward = 0, outward = 0, people = 0
    }

    /// More intervals in a row of which nothing is known are one record.
    private static let mostEmpty: Int64 = 1440

    private let layout: CountingLayout
    private let hasCrowds: Bool
    private let length: Int64
    /// Where the clock is zero, in microseconds since 1970 UTC.
    private var origin: Int64
    private var start: Int64
    /// Up to where everything is summed up.
    private(set) var now: Int64
    /// In order of time.
    private var changes: [(time: Int64, change: Change)] = []
    /// In order of time, apart from each other.
    private var observed: [Range<Int64>] = []
    private var seen: Int64 = 0
    private var hasWritten = false
    private var zones: [ZoneSum]
    private var lines: [LineSum]

    init(_ layout: CountingLayout, origin: Int64, start: Int64) {
        self.layout = layout
        hasCrowds = layout.zones.contains { $0.crowd != nil }
        length = Int64(max(layout.interval, 1) * 1e6)
        (self.origin, self.start, now) = (origin * 1000, start, start)
        zones = .init(repeating: ZoneSum(), count: layout.zones.count)
        lines = .init(repeating: LineSum(), count: layout.lines.count)
    }

    /// Begins again on another clock, or where the clock was set back.
    mutating func restart(origin: Int64? = nil, at time: Int64) {
        if let origin { self.origin = origin * 1000 }
        // Means are over what is observed from here on.
        for index in zones.indices {
            zones[index].hold(seen)
            (zones[index].presence, zones[index].seen) = (0, 0)
        }
        (start, now, seen, hasWritten) = (time, time, 0, false)
        observed.removeAll(keepingCapacity: true)
    }

    /// Which interval a time belongs to, as far as it isn't over.
    func interval(of time: Int64) -> Int64 { floor(max(time, now)) }

    private func floor(_ time: Int64) -> Int64 {
        let utc = origin + time
        return (utc >= 0 ? utc / length : -((length - 1 - utc) / length))
    }

    /// Whether an interval has begun and isn't over.
    var isWithinInterval: Bool { start < now }

    mutating func add(_ change: Change, at time: Int64) {
        let place = changes.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        changes.insert((time, change), at: place)
    }

    /// Pictures were analysed in a stretch.
    mutating func observe(from: Int64, to: Int64) {
        if let last = observed.last, last.upperBound == from {
            observed[observed.count - 1] = last.lowerBound..<to
        } else {
            observed.append(from..<to)
        }
    }

    /// Nothing was seen in a stretch after all.
    mutating func cut(from: Int64, to: Int64) {
        guard from < to, observed.contains(where: { $0.overlaps(from..<to) }) else { return }
        let pieces = observed.flatMap { [$0.clamped(to: .min..<from), $0.clamped(to: to..<(.max))] }
        observed = pieces.filter { !$0.isEmpty }
    }
}

// MARK: - Time

extension Tally {
    /// Sums up to a time and appends the records of intervals that are over.
    mutating func advance(to time: Int64, into output: inout [PathRecord]) {
        skipEmpty(to: time, into: &output)
        while now < time {
            let end = (floor(start) + 1) * length - origin
            sum(to: min(time, end), into: &output)
            if now == end { close(into: &output) }
        }
    }

    /// Sums up what is left, and appends the record of an interval that isn't over.
    mutating func finish(at time: Int64, into output: inout [PathRecord]) {
        advance(to: time, into: &output)
        let hadChanges = !changes.isEmpty
        while let next = changes.first {
            changes.removeFirst()
            apply(next.change, into: &output)
        }
        if start < now || hadChanges || !hasWritten { close(into: &output) }
        hasWritten = false
    }

    /// Somebody may have set a clock by years.
    private mutating func skipEmpty(to time: Int64, into output: inout [PathRecord]) {
        guard changes.isEmpty, observed.isEmpty, time - now > Self.mostEmpty * length else { return }
        now = floor(time) * length - origin
        close(into: &output)
    }

    private mutating func sum(to time: Int64, into output: inout [PathRecord]) {
        while let next = changes.first, next.time < time {
            hold(to: max(next.time, now), into: &output)
            changes.removeFirst()
            apply(next.change, into: &output)
        }
        hold(to: time, into: &output)
    }

    /// Nothing changes up to a time.
    private mutating func hold(to time: Int64, into output: inout [PathRecord]) {
        seen += observedTime(to: time)
        if hasCrowds {
            for index in zones.indices { beginCrowd(index, by: time, into: &output) }
        }
        now = time
    }

    private mutating func observedTime(to time: Int64) -> Int64 {
        var sum: Int64 = 0
        for stretch in observed where stretch.lowerBound < time {
            sum += max(0, min(stretch.upperBound, time) - max(stretch.lowerBound, now))
        }
        if let first = observed.first, first.upperBound <= time { observed.removeAll { $0.upperBound <= time } }
        return sum
    }
}

// MARK: - Changes and records

extension Tally {
    private mutating func apply(_ change: Change, into output: inout [PathRecord]) {
        switch change {
        case .entered(let zone):
            zones[zone].hold(seen)
            zones[zone].people += 1
            zones[zone].entered += 1
            if let crowd = layout.zones[zone].crowd, zones[zone].people >= crowd.people {
                zones[zone].crowdedSince = zones[zone].crowdedSince ?? now
            }
        case .left(let zone, let dwell):
            zones[zone].hold(seen)
            zones[zone].people -= 1
            zones[zone].left += 1
            zones[zone].dwell += dwell
            if let crowd = layout.zones[zone].crowd, zones[zone].people < crowd.people {
                endCrowd(zone, crowd, into: &output)
            }
        case .crossed(let line, let isInward, let isFirstOfPerson):
            if isInward { lines[line].inward += 1 } else { lines[line].outward += 1 }
            if isFirstOfPerson { lines[line].people += 1 }
        }
    }

    private mutating func beginCrowd(_ zone: Int, by time: Int64, into output: inout [PathRecord]) {
        guard let crowd = layout.zones[zone].crowd, let since = zones[zone].crowdedSince, !zones[zone].isCrowd else {
            return
        }
        let begin = since + Int64(crowd.seconds * 1e6)
        guard begin <= time else { return }
        zones[zone].isCrowd = true
        append(zone, .begin, at: begin, into: &output)
    }

    private mutating func endCrowd(_ zone: Int, _ crowd: Zone.Crowd, into output: inout [PathRecord]) {
        guard let since = zones[zone].crowdedSince else { return }
        zones[zone].crowdedSince = nil
        guard zones[zone].isCrowd else { return }
        zones[zone].isCrowd = false
        let begin = Timestamp(microseconds: since + Int64(crowd.seconds * 1e6))
        let duration = Timestamp(microseconds: now).milliseconds - begin.milliseconds
        append(zone, .end(duration: duration), at: now, into: &output)
    }

    private func append(_ zone: Int, _ state: CrowdChange.State, at time: Int64, into output: inout [PathRecord]) {
        let change = CrowdChange(name: layout.zones[zone].name, state: state, people: zones[zone].people)
        output.append(PathRecord(time: Timestamp(microseconds: time), event: .crowd(change)))
    }

    /// Ends the interval here and begins the next.
    private mutating func close(into output: inout [PathRecord]) {
        for index in zones.indices { zones[index].hold(seen) }
        let (from, to) = (Timestamp(microseconds: start), Timestamp(microseconds: now))
        let share = now > start ? Double(seen) / Double(now - start) : 0
        let counts = IntervalCounts(
            from: from, to: to, observed: share, zones: zones.indices.map(counts(ofZone:)),
            lines: lines.indices.map(counts(ofLine:)))
        for part in counts.parts { output.append(PathRecord(time: to, event: .counts(part))) }
        for index in zones.indices {
            let zone = zones[index]
            zones[index] = ZoneSum(people: zone.people, crowdedSince: zone.crowdedSince, isCrowd: zone.isCrowd)
        }
        for index in lines.indices { lines[index] = LineSum() }
        (start, seen, hasWritten) = (now, 0, true)
    }

    private func counts(ofZone index: Int) -> IntervalCounts.ZoneCounts {
        let zone = zones[index]
        return IntervalCounts.ZoneCounts(
            name: layout.zones[index].name, least: zone.least, most: zone.most,
            mean: seen > 0 ? Double(zone.presence) / Double(seen) : nil, entered: zone.entered, left: zone.left,
            meanDwell: zone.left > 0 ? (zone.dwell / Int64(zone.left) + 500) / 1000 : nil)
    }

    private func counts(ofLine index: Int) -> IntervalCounts.LineCounts {
        let line = lines[index]
        return IntervalCounts.LineCounts(
            name: layout.lines[index].name, inward: line.inward, outward: line.outward, people: line.people)
    }
}

extension IntervalCounts {
    /// As many bytes as regions may take of a line of 8 KiB.
    private static let longestPart = 6500

    /// Records that fit on a line each: at least one.
    fileprivate var parts: [IntervalCounts] {
        var parts: [IntervalCounts] = []
        var part = IntervalCounts(from: from, to: to, observed: observed, zones: [], lines: [])
        var bytes = 0
        func make(room wanted: Int) {
            if bytes + wanted > Self.longestPart {
                parts.append(part)
                part = IntervalCounts(
                    from: from, to: to, observed: observed, part: parts.count + 1, zones: [], lines: [])
                bytes = 0
            }
            bytes += wanted
        }
        for zone in zones {
            make(room: zone.name.lengthInJSON + 200)
            part.zones.append(zone)
        }
        for line in lines {
            make(room: line.name.lengthInJSON + 100)
            part.lines.append(line)
        }
        return parts + [part]
    }
}

extension String {
    /// How many bytes it takes at the most.
    fileprivate var lengthInJSON: Int {
        utf8.reduce(0) { $0 + ($1 < 0x20 ? 6 : $1 == UInt8(ascii: "\"") || $1 == UInt8(ascii: "\\") ? 2 : 1) }
    }
}
