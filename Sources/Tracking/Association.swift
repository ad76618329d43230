import PathModel

extension ByteTracker {
    /// Gives measurements to tracks. Those that are sure and belong to none keep their role.
    mutating func associate(at time: Timestamp) {
        markMerged(at: time)
        match(.sure, leastOverlap: options.highOverlap, at: time)
        dismissFragments()
        match(.unsure, leastOverlap: options.lowOverlap, at: time)
        match(.merged, leastOverlap: options.highOverlap, at: time)
        match(.sure, tentative: true, leastOverlap: options.tentativeOverlap, at: time)
        match(.unsure, tentative: true, leastOverlap: options.tentativeOverlap, at: time)
    }

    /// Matches tracks that have no measurement yet with measurements of a role so that the gain is the largest possible
    /// in sum.
    ///
    /// - Parameter leastOverlap: what a pair must exceed.
    private mutating func match(
        _ role: MeasurementSet.Role, tentative: Bool = false, leastOverlap: Double, at time: Timestamp
    ) {
        candidates.removeAll(keepingCapacity: true)
        for row in tracks.indices where !tracks[row].isMeasured && (tracks[row].phase == .tentative) == tentative {
            let least = leastOverlap + lostPenalty(of: tracks[row], at: time)
            addCandidates(role, row: row, expected: tracks[row].filter.box, leastOverlap: least)
            if role == .sure, tracks[row].phase == .lost {
                let steady = tracks[row].filter.steadyBox
                addCandidates(role, row: row, expected: steady, leastOverlap: least + options.steadyPenalty)
            }
        }
        assignment.maximizeGain(
            rowCount: tracks.count, columnCount: measurements.roles.count, candidates: candidates
        ) { row, column in
            tracks[row].match(measurements.measurements[column], at: time, isMerged: role == .merged)
            measurements.roles[column] = .taken
        }
    }

    /// Lists what a track may be joined to that is expected at a place.
    private mutating func addCandidates(
        _ role: MeasurementSet.Role, row: Int, expected: BoundingBox, leastOverlap: Double
    ) {
        let margin = tracks[row].filter.margin
        // Both boxes are widened.
        measurements.forEach(role, near: expected, margin: 2 * margin) { column in
            let box = measurements.measurements[column].box
            // A box around two people ends where the other one's feet are.
            let expected = role == .merged ? expected : expected.uncovered(to: box, whole: tracks[row].height)
            var overlap = overlap(expected, box, margin: margin)
            // A half hidden person's box says little about their height.
            if role != .unsure { overlap *= expected.verticalIoU(box).squareRoot() }
            if role != .merged { overlap -= doubt(column, row: row, overlap: overlap) }
            let excess = overlap - leastOverlap
            guard excess > 0 else { return }
            let gain = excess + options.shapeWeight * expected.shapeSimilarity(box)
            candidates.append(CandidatePair(row: row, column: column, gain: gain))
        }
    }

    /// What clothes take off an overlap because they seem to be somebody else's; 0 where they don't.
    private func doubt(_ column: Int, row: Int, overlap: Double) -> Double {
        let measurement = measurements.measurements[column]
        guard let seen = measurement.detection.appearance, let odds = tracks[row].appearance.oddsAgainst(seen), odds > 0
        else { return 0 }
        let likeness = tracks[row].appearance.likeness(of: measurement.box)
        let doubt = options.appearance.doubt * min(Self.largestOdds, odds) * likeness
        // Who turns round or comes into the frame looks otherwise, too. Where nobody else is near, boxes know better.
        return isContested(measurement.box, row: row) ? doubt : doubt * min(1, 1 - overlap)
    }

    /// Whether somebody else than a track's person may be where a measurement is.
    private func isContested(_ box: BoundingBox, row: Int) -> Bool {
        tracks.indices.contains {
            $0 != row && tracks[$0].phase != .tentative && tracks[$0].filter.box.intersectionArea(box) > 0
        }
    }

    /// IoU of the boxes, each widened by `margin`: as in C-BIoU (Yang et al., "Hard to Track Objects with Irregular
    /// Motions and Similar Appearances?", WACV 2023), but by as much as the person may have sped up in this
    /// step: at two frames a second, plain boxes of the same person need not overlap at all. What was uncertain before
    /// adds nothing: with boxes that grow through an occlusion, tracks take up strangers.
    private func overlap(_ expected: BoundingBox, _ measured: BoundingBox, margin: Double) -> Double {
        expected.widened(by: margin).iou(measured.widened(by: margin))
    }

    private func lostPenalty(of track: LiveTrack, at time: Timestamp) -> Double {
        guard track.phase == .lost else { return 0 }
        return options.lostPenalty * min(1, time.seconds(since: track.measuredAt))
    }
}

// MARK: - Boxes that are not one person

extension ByteTracker {
    /// Sets unsure boxes aside that lie within the box of someone found already. Where one person hides another,
    /// detectors often also give the parts of the nearer one; a track of the hidden one that takes them up stays behind
    /// with the wrong person.
    private mutating func dismissFragments() {
        for index in measurements.roles.indices where measurements.roles[index] == .unsure {
            let box = measurements.measurements[index].box
            var isFragment = false
            measurements.forEach(.taken, near: box) { other in
                let covered = box.intersectionArea(measurements.measurements[other].box)
                isFragment = isFragment || covered > options.fragmentCover * box.area
            }
            if isFragment { measurements.roles[index] = .dismissed }
        }
    }

    /// Finds boxes around two overlapping people: those that fit the box around both tracks well and better than either
    /// track. Radar tracking calls them merged measurements (Bar-Shalom, Li, "Multitarget-Multisensor Tracking", 1995).
    /// Taken for one person's, they bend that track's size and velocity just where the two must be told apart.
    private mutating func markMerged(at time: Timestamp) {
        tracksByLeft.removeAll(keepingCapacity: true)
        for index in tracks.indices where isRecent(tracks[index], at: time) { tracksByLeft.append(index) }
        tracksByLeft.sortInPlace { (tracks[$0].filter.box.left, $0) < (tracks[$1].filter.box.left, $1) }
        for position in tracksByLeft.indices {
            let one = tracks[tracksByLeft[position]].filter.box
            for other in tracksByLeft[(position + 1)...] {
                let another = tracks[other].filter.box
                if another.left >= one.right { break }
                if one.intersectionArea(another) > 0 { markMerged(one, another) }
            }
        }
    }

    private mutating func markMerged(_ one: BoundingBox, _ another: BoundingBox) {
        let both = one.union(another)
        for role in [MeasurementSet.Role.sure, .unsure] {
            found.removeAll(keepingCapacity: true)
            measurements.forEach(role, near: both) { index in
                let box = measurements.measurements[index].box
                let alone = max(one.iou(box), another.iou(box))
                let together = both.iou(box)
                if together > options.mergedIoU, together > alone + Self.mergedLead { found.append(index) }
            }
            for index in found { measurements.roles[index] = role == .sure ? .merged : .dismissed }
        }
    }

    /// Whether a track's expected place is fresh enough to judge detections by.
    private func isRecent(_ track: LiveTrack, at time: Timestamp) -> Bool {
        track.phase != .tentative && time.seconds(since: track.measuredAt) <= Self.freshness
    }

    /// What clothes say at most.
    private static let largestOdds = 5.0
    /// By how much IoU a merged box fits two people better than one.
    private static let mergedLead = 0.1
    /// Seconds.
    private static let freshness = 0.5
}

extension BoundingBox {
    /// The expected box of somebody of whom less than half is seen, with as much more of them below as a detection has: whoever hid
    /// them gives way from one frame to the next.
    ///
    /// - Parameter whole: how tall they are.
    fileprivate func uncovered(to box: BoundingBox, whole: Double) -> BoundingBox {
        guard height < whole / 2 else { return self }
        return BoundingBox(left: left, top: top, width: width, height: max(height, min(box.bottom - top, whole)))
    }
}
