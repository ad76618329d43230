import PathModel

/// The keys of the events of zones and lines (docs/records.md).
extension JSONLine {
    mutating func add(_ region: Region) {
        add("kind", region.kind.rawValue)
        if let name = region.name { add("name", name) }
        addPairs("points", region.points.map { ($0.x, $0.y) }, decimals: 5)
        if let anchor = region.anchor { add("anchor", anchor.rawValue) }
    }

    mutating func add(_ change: ZoneChange, at time: Timestamp) {
        add("track", change.track)
        add("name", change.name)
        switch change.action {
        case .enter(let appeared):
            add("action", "enter")
            if appeared { add("appeared", true) }
        case .leave(let cause, let dwell):
            add("action", "leave")
            add("cause", cause.rawValue)
            add("dwell_ms", dwell)
        case .loiterBegin(let dwell): addLoiter("begin", dwell)
        case .loiterEnd(let dwell): addLoiter("end", dwell)
        }
        add("pts_ms", time.milliseconds)
        add("people", change.people)
    }

    private mutating func addLoiter(_ state: String, _ dwell: Int64) {
        add("action", "loiter")
        add("state", state)
        add("dwell_ms", dwell)
    }

    mutating func add(_ crossing: LineCrossing, at time: Timestamp) {
        add("track", crossing.track)
        add("name", crossing.name)
        add("direction", crossing.direction.rawValue)
        addObject("place") { line in
            line.add("x", crossing.place.x, decimals: 5)
            line.add("y", crossing.place.y, decimals: 5)
        }
        add("pts_ms", time.milliseconds)
        add("in", crossing.inward)
        add("out", crossing.outward)
        add("people", crossing.people)
    }

    mutating func add(_ change: CrowdChange, at time: Timestamp) {
        add("name", change.name)
        switch change.state {
        case .begin: add("state", "begin")
        case .end(let duration):
            add("state", "end")
            add("duration_ms", duration)
        }
        add("pts_ms", time.milliseconds)
        add("people", change.people)
    }

    mutating func add(_ counts: IntervalCounts, clock: StreamClock) {
        add("from", clock.utc(counts.from))
        add("to", clock.utc(counts.to))
        add("interval_ms", counts.to.milliseconds - counts.from.milliseconds)
        add("observed_share", counts.observed, decimals: 5)
        if let part = counts.part { add("part", part) }
        addArray("zones", counts.zones) { line, zone in
            line.add("name", zone.name)
            if let least = zone.least { line.add("people_min", least) }
            if let most = zone.most { line.add("people_max", most) }
            if let mean = zone.mean { line.add("people_mean", mean, decimals: 3) }
            line.add("entered", zone.entered)
            line.add("left", zone.left)
            if let dwell = zone.meanDwell { line.add("dwell_ms_mean", dwell) }
        }
        addArray("lines", counts.lines) { line, counted in
            line.add("name", counted.name)
            line.add("in", counted.inward)
            line.add("out", counted.outward)
            line.add("people", counted.people)
        }
    }

    mutating func add(zones: [ZoneVisit], lines: [LinePassage]) {
        addArray("zones", zones) { line, zone in
            line.add("name", zone.name)
            line.add("dwell_ms", zone.dwell)
            line.add("entries", zone.entries)
        }
        addArray("lines", lines) { line, passage in
            line.add("name", passage.name)
            line.add("in", passage.inward)
            line.add("out", passage.outward)
        }
    }
}
