import PathModel

/// What somebody's next point leads to.
extension RegionCounter {
    /// The share of somebody's height by which they must have been away from a line to be clear of it.
    static let band = 0.07

    mutating func follow(_ point: PathPoint, at time: Timestamp, into output: inout [PathRecord]) {
        let slot = people.slot(of: point.track, layout)
        let person = people.persons[slot]
        let step = Step(
            slot: slot, track: point.track, start: person.time, end: time.microseconds, box: point.box,
            feet: way(from: person.box, to: point.box, .feet), center: way(from: person.box, to: point.box, .center),
            head: way(from: person.box, to: point.box, .head))
        if person.isKnown { watch(step, into: &output) } else { appear(step, into: &output) }
        people.persons[slot].time = step.end
        people.persons[slot].box = point.box
        people.persons[slot].isKnown = true
    }

    /// From one point to the next.
    fileprivate struct Step {
        let slot: Int
        let track: Int
        /// In microseconds of the stream's clock.
        let start: Int64, end: Int64
        /// At its end.
        let box: BoundingBox
        /// By anchor.
        let feet: Outlines.Side, center: Outlines.Side, head: Outlines.Side

        /// The time at a share of the way.
        func time(at share: Double) -> Int64 {
            start + Int64((Double(end - start) * share).rounded())
        }

        func way(_ anchor: Anchor) -> Outlines.Side {
            switch anchor {
            case .feet: feet
            case .center: center
            case .head: head
            }
        }

        /// Of the ways.
        var length: Double { max(feet.squaredLength, center.squaredLength, head.squaredLength).squareRoot() }
    }

    private func way(from: BoundingBox, to: BoundingBox, _ anchor: Anchor) -> Outlines.Side {
        Outlines.Side(from: outlines.placed(anchor.point(of: from)), to: outlines.placed(anchor.point(of: to)))
    }

    /// Looks only at the zones and lines that are near enough to matter: most never are.
    private mutating func watch(_ step: Step, into output: inout [PathRecord]) {
        let gone = people.persons[step.slot].gone + step.length
        people.persons[step.slot].gone = gone
        if gone < people.persons[step.slot].limit { return }
        let first = step.slot * (zones.count + lines.count)
        var limit = Double.infinity
        for index in 0..<zones.count {
            if gone >= people.limits[first + index] {
                watchZone(index, step, into: &output)
                people.limits[first + index] = gone + roomAtZone(index, step)
            }
            limit = min(limit, people.limits[first + index])
        }
        for index in 0..<lines.count {
            let place = first + zones.count + index
            if gone >= people.limits[place] {
                watchLine(index, step, into: &output)
                people.limits[place] = gone + roomAtLine(index, step)
            }
            limit = min(limit, people.limits[place])
        }
        people.persons[step.slot].limit = limit
    }

    private func roomAtZone(_ index: Int, _ step: Step) -> Double {
        let watch = people.zones[step.slot * zones.count + index]
        let mayLoiter = watch.isInside && !watch.loiters && layout.zones[index].loiter != nil
        return watch.isWaiting || mayLoiter ? 0 : room(at: outlines.zones[index], step)
    }

    private func roomAtLine(_ index: Int, _ step: Step) -> Double {
        let isWaiting = people.lines[step.slot * lines.count + index].isWaiting
        return isWaiting ? 0 : room(at: outlines.lines[index], step)
    }

    /// Less than the distance, since sums of lengths are rounded.
    private func room(at shape: Outlines.Shape, _ step: Step) -> Double {
        outlines.distance(from: step.way(shape.anchor).to, to: shape) * 0.999 - 1e-9
    }

    // MARK: - Lines

    private mutating func watchLine(_ index: Int, _ step: Step, into output: inout [PathRecord]) {
        let shape = outlines.lines[index]
        let place = step.slot * lines.count + index
        let way = step.way(shape.anchor)
        let rule = SettlingRule(band: Self.band * step.box.height, settle: settle)
        if !shape.isClear(of: way) {
            let meeting = outlines.meeting(of: way, with: shape)
            if meeting.net != 0 {
                let crossing = LineWatch.Crossing(
                    isInward: meeting.net > 0, time: step.time(at: meeting.share), place: way.point(at: meeting.share))
                let settled = people.lines[place].cross(meeting.net, crossing, rule)
                if let settled { count(settled, line: index, step, into: &output) }
            }
        }
        guard people.lines[place].isWaiting else { return }
        let distance = outlines.distance(from: way.to, to: shape)
        let settled = people.lines[place].see(distance: distance, at: step.end, rule)
        if let settled { count(settled, line: index, step, into: &output) }
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
            guard outlines.contains(step.way(shape.anchor).to, in: shape) else { continue }
            enter(index, step.slot, at: step.end, appeared: true, into: &output)
        }
        let first = step.slot * (zones.count + lines.count)
        for index in 0..<(zones.count + lines.count) { people.limits[first + index] = 0 }
        (people.persons[step.slot].gone, people.persons[step.slot].limit) = (0, 0)
    }

    private mutating func watchZone(_ index: Int, _ step: Step, into output: inout [PathRecord]) {
        let shape = outlines.zones[index]
        let place = step.slot * zones.count + index
        let way = step.way(shape.anchor)
        let isInside = outlines.contains(way.to, in: shape)
        let watch = people.zones[place]
        if isInside != watch.isInside || watch.isWaiting {
            let meeting = outlines.meeting(of: way, with: shape)
            let changed = people.zones[place].see(
                isInside: isInside, distance: outlines.distance(from: way.to, to: shape), at: step.end,
                meeting: step.time(at: meeting.count > 0 ? meeting.share : 1),
                SettlingRule(band: min(Self.band * step.box.height, shape.clearance), settle: settle))
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
    }

    private mutating func enter(
        _ index: Int, _ slot: Int, at time: Int64, appeared: Bool, into output: inout [PathRecord]
    ) {
        people.zones[slot * zones.count + index].enter(at: time)
        zones[index].people += 1
        zones[index].entries += 1
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
        guard let seconds = layout.zones[index].loiter else { return }
        let place = slot * zones.count + index
        let (entered, begin) = (people.zones[place].entered, people.zones[place].entered + Int64(seconds * 1e6))
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
        people.persons[slot].isKnown = false
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
