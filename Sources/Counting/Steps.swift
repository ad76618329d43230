import PathModel

/// What somebody's next point leads to.
extension RegionCounter {
    /// The share of somebody's height by which they must have been away from a line to be clear of it.
    static let band = 0.07

    mutating func follow(_ point: NextPoint, into output: inout [PathRecord]) {
        if layout.isEmpty { return }
        let slot = people.slot(of: point.track, layout)
        let step = Step(
            slot: slot, track: point.track, start: people.persons[slot].time, end: point.time,
            from: people.persons[slot].box, to: point.box, wasSeen: people.persons[slot].isSeen, isSeen: point.isSeen)
        if people.persons[slot].isKnown { watch(step, into: &output) } else { appear(step, into: &output) }
        people.persons[slot].stay(at: point)
    }

    /// From one point to the next.
    fileprivate struct Step {
        let slot: Int
        let track: Int
        /// In microseconds of the stream's clock.
        let start: Int64, end: Int64
        let from: BoundingBox, to: BoundingBox
        /// Whether they were seen at its start and end, and not only expected there.
        let wasSeen: Bool, isSeen: Bool

        var watched: WatchedStep {
            WatchedStep(
                start: start, end: end, wasSeen: wasSeen, isSeen: isSeen, heightBefore: from.height, height: to.height)
        }

        /// The time at a share of the way.
        func time(at share: Double) -> Int64 {
            start + Int64((Double(end - start) * share).rounded())
        }
    }

    private func way(of step: Step, _ anchor: Anchor) -> Outlines.Side {
        Outlines.Side(
            from: outlines.placed(anchor.point(of: step.from)), to: outlines.placed(anchor.point(of: step.to)))
    }

    /// Looks only at the zones and lines that are near enough to matter: most never are.
    private mutating func watch(_ step: Step, into output: inout [PathRecord]) {
        let isDue = step.end >= people.persons[step.slot].due
        let gone = people.persons[step.slot].move(to: step.to, reach)
        if !isDue, gone < people.persons[step.slot].others {
            look(at: people.persons[step.slot].nearest, gone, step, into: &output)
        } else {
            lookAround(gone, isDue: isDue, step, into: &output)
        }
        if !looksAtAll { people.allow(step.slot, gone, regionCount) }
    }

    /// Looks at all where something can change here or now, and finds where it can first and when.
    private mutating func lookAround(_ gone: Double, isDue: Bool, _ step: Step, into output: inout [PathRecord]) {
        let first = step.slot * regionCount
        var (nearest, limit, others) = (0, Double.infinity, Double.infinity)
        for index in 0..<regionCount {
            if isDue || gone >= people.limits[first + index] { look(at: index, gone, step, into: &output) }
            let here = people.limits[first + index]
            if here < limit { (nearest, limit, others) = (index, here, limit) } else { others = min(others, here) }
        }
        people.persons[step.slot].nearest = nearest
        people.persons[step.slot].others = others
        if isDue { people.findDue(of: step.slot, layout) }
    }

    /// Looks at one zone or line, by its place among them, zones first.
    private mutating func look(at place: Int, _ gone: Double, _ step: Step, into output: inout [PathRecord]) {
        let (isZone, line) = (place < zones.count, place - zones.count)
        let shape = isZone ? outlines.zones[place] : outlines.lines[line]
        let way = way(of: step, shape.anchor)
        let distance = outlines.distance(from: way.to, to: shape)
        let isWaiting =
            isZone
            ? watchZone(place, shape, way, distance, step, into: &output)
            : watchLine(line, shape, way, distance, step, into: &output)
        // Less than the distance, since sums of lengths are rounded.
        people.limits[step.slot * regionCount + place] = isWaiting ? gone : gone + distance * 0.999 - 1e-9
    }

    // MARK: - Lines

    /// - Returns: whether there is something to settle.
    private mutating func watchLine(
        _ index: Int, _ shape: Outlines.Shape, _ way: Outlines.Side, _ distance: Double, _ step: Step,
        into output: inout [PathRecord]
    ) -> Bool {
        let place = step.slot * lines.count + index
        let rule = SettlingRule(band: Self.band * step.to.height, settle: settle)
        if !shape.isClear(of: way) {
            let meeting = outlines.meeting(of: way, with: shape)
            if meeting.net != 0 {
                let crossing = LineWatch.Crossing(
                    isInward: meeting.net > 0, time: step.time(at: meeting.share), place: way.point(at: meeting.share))
                let settled = people.lines[place].cross(meeting.net, crossing, step.watched, rule)
                if let settled { count(settled, line: index, step, into: &output) }
            }
        }
        guard people.lines[place].isWaiting else { return false }
        let settled = people.lines[place].see(distance: distance, step.watched, rule)
        if let settled { count(settled, line: index, step, into: &output) }
        return people.lines[place].isWaiting
    }

    private mutating func count(
        _ crossing: LineWatch.Crossing, line index: Int, _ step: Step, into output: inout [PathRecord]
    ) {
        let place = step.slot * lines.count + index
        let watch = people.lines[place]
        if crossing.isInward { lines[index].inward += 1 } else { lines[index].outward += 1 }
        if watch.inward + watch.outward == 1 { lines[index].people += 1 }
        let interval = tally.interval(of: crossing.time)
        let isFirst = watch.interval != interval
        people.lines[place].interval = interval
        tally.add(
            .crossed(line: index, isInward: crossing.isInward, isFirstOfPerson: isFirst), at: crossing.time)
        let totals = lines[index]
        let record = LineCrossing(
            track: step.track, name: totals.name, direction: crossing.isInward ? .inward : .outward,
            place: Point(x: crossing.place.x / outlines.aspect, y: crossing.place.y), inward: totals.inward,
            outward: totals.outward, people: totals.people)
        output.append(PathRecord(time: Timestamp(microseconds: crossing.time), event: .line(record)))
    }

    // MARK: - Zones

    private mutating func appear(_ step: Step, into output: inout [PathRecord]) {
        for index in 0..<zones.count {
            let shape = outlines.zones[index]
            guard outlines.contains(way(of: step, shape.anchor).to, in: shape) else { continue }
            enter(index, step.slot, at: step.end, appeared: true, into: &output)
        }
        people.begin(step.slot, regionCount)
    }

    /// - Returns: whether there is something to settle.
    private mutating func watchZone(
        _ index: Int, _ shape: Outlines.Shape, _ way: Outlines.Side, _ distance: Double, _ step: Step,
        into output: inout [PathRecord]
    ) -> Bool {
        let place = step.slot * zones.count + index
        let isInside = outlines.contains(way.to, in: shape)
        if isInside != people.zones[place].isInside || people.zones[place].isWaiting {
            let meeting = outlines.meeting(of: way, with: shape)
            let changed = people.zones[place].see(
                isInside: isInside, distance: distance, step.watched,
                meeting: step.time(at: meeting.count > 0 ? meeting.share : 1),
                SettlingRule(band: min(Self.band * step.to.height, shape.clearance), settle: settle))
            if let changed {
                if people.zones[place].isInside {
                    enter(index, step.slot, at: changed, appeared: false, into: &output)
                } else {
                    leave(index, step.slot, .walkedOut, at: changed, into: &output)
                }
            }
        }
        if people.zones[place].isInside, !people.zones[place].isWaiting {
            beginLoitering(index, step.slot, by: step.end, into: &output)
        }
        return people.zones[place].isWaiting
    }

    private mutating func enter(
        _ index: Int, _ slot: Int, at time: Int64, appeared: Bool, into output: inout [PathRecord]
    ) {
        people.zones[slot * zones.count + index].enter(at: time)
        zones[index].people += 1
        zones[index].entries += 1
        people.persons[slot].due = min(people.persons[slot].due, layout.zones[index].loitering(since: time))
        tally.add(.entered(zone: index), at: time)
        append(.enter(appeared: appeared), index, slot, at: time, into: &output)
    }

    private mutating func leave(
        _ index: Int, _ slot: Int, _ cause: ZoneChange.Cause, at time: Int64, into output: inout [PathRecord]
    ) {
        let place = slot * zones.count + index
        beginLoitering(index, slot, by: time, into: &output)
        let entered = people.zones[place].entered
        tally.add(.left(zone: index, dwell: people.zones[place].leave(at: time)), at: time)
        zones[index].people -= 1
        let dwell = Self.milliseconds(from: entered, to: time)
        if people.zones[place].loiters { append(.loiterEnd(dwell: dwell), index, slot, at: time, into: &output) }
        append(.leave(cause, dwell: dwell), index, slot, at: time, into: &output)
    }

    private mutating func beginLoitering(_ index: Int, _ slot: Int, by time: Int64, into output: inout [PathRecord]) {
        let place = slot * zones.count + index
        let entered = people.zones[place].entered
        let begin = layout.zones[index].loitering(since: entered)
        guard begin <= time, !people.zones[place].loiters else { return }
        people.zones[place].loiters = true
        append(
            .loiterBegin(dwell: Self.milliseconds(from: entered, to: begin)), index, slot, at: begin, into: &output)
    }

    private func append(
        _ action: ZoneChange.Action, _ index: Int, _ slot: Int, at time: Int64, into output: inout [PathRecord]
    ) {
        let change = ZoneChange(
            track: people.persons[slot].track, name: zones[index].name, action: action, people: zones[index].people)
        output.append(PathRecord(time: Timestamp(microseconds: time), event: .zone(change)))
    }

    /// The difference of what the records say, not a third rounding.
    private static func milliseconds(from start: Int64, to end: Int64) -> Int64 {
        Timestamp(microseconds: end).milliseconds - Timestamp(microseconds: start).milliseconds
    }

    // MARK: - The end

    /// A path's end with its zones and lines, after its last stays have ended.
    mutating func finish(_ end: PathEnd, into output: inout [PathRecord]) -> PathEnd {
        guard let slot = people.end(end.track) else { return end }
        var end = end
        loseSight(of: slot, ZoneChange.Cause(end.cause), into: &output)
        for index in zones.indices {
            let watch = people.zones[slot * zones.count + index]
            guard watch.entries > 0 else { continue }
            let dwell = Timestamp(microseconds: watch.dwell).milliseconds
            end.zones.append(ZoneVisit(name: zones[index].name, dwell: dwell, entries: watch.entries))
        }
        for index in lines.indices {
            let watch = people.lines[slot * lines.count + index]
            guard watch.inward + watch.outward > 0 else { continue }
            end.lines.append(LinePassage(name: lines[index].name, inward: watch.inward, outward: watch.outward))
        }
        return end
    }

    /// Nobody knows where anybody goes from here.
    mutating func loseSight(_ cause: ZoneChange.Cause, into output: inout [PathRecord]) {
        for slot in people.inOrder { loseSight(of: slot, cause, into: &output) }
    }

    private mutating func loseSight(of slot: Int, _ cause: ZoneChange.Cause, into output: inout [PathRecord]) {
        people.persons[slot].lose()
        for index in zones.indices {
            let place = slot * zones.count + index
            people.zones[place].forget()
            if people.zones[place].isInside {
                leave(index, slot, cause, at: people.persons[slot].time, into: &output)
            }
        }
        for index in lines.indices { people.lines[slot * lines.count + index].forget() }
    }
}

extension ZoneChange.Cause {
    /// Why a path ended.
    fileprivate init(_ cause: TrackRemoval.Cause) {
        self =
            switch cause {
            case .leftFrame: .leftFrame
            case .lost: .lost
            case .streamEnd: .streamEnd
            }
    }
}
