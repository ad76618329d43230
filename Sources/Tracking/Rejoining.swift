import PathModel

extension ByteTracker {
    /// Gives their tracks to people who come back elsewhere than they were expected, by what they wear: before somebody gets
    /// an id, they are compared with all who are missed and may have come so far.
    mutating func rejoin(into removals: inout [TrackRemoval]) {
        candidates.removeAll(keepingCapacity: true)
        for column in tracks.indices where tracks[column].isProven(options) {
            for row in tracks.indices where tracks[row].phase == .lost {
                let gain = likeness(tracks[row], tracks[column])
                if gain > 0 { candidates.append(CandidatePair(row: row, column: column, gain: gain)) }
            }
        }
        guard !candidates.isEmpty else { return }
        found.removeAll(keepingCapacity: true)
        assignment.maximizeGain(
            rowCount: tracks.count, columnCount: tracks.count, candidates: candidates
        ) { row, column in
            tracks[row].goOn(as: tracks[column])
            found.append(column)
        }
        for column in found { removals.append(TrackRemoval(serial: tracks[column].serial, cause: .lost)) }
        found.sortInPlace(by: >)
        for column in found { tracks.remove(at: column) }
    }

    /// Whether somebody proven must wait for an id: they may be one who is missed, and nothing was seen yet of what they wear.
    func awaitsClothes(_ proven: LiveTrack, at time: Timestamp) -> Bool {
        guard proven.measurement.detection.appearance != nil, !proven.appearance.isKnown,
            time.seconds(since: proven.birth.time) < Self.patience
        else { return false }
        return tracks.contains { $0.phase == .lost && nearness(of: $0, proven) > 0 }
    }

    /// How much a track that is proven resembles one that is missed, 0 where they can't be of the same person.
    private func likeness(_ missed: LiveTrack, _ proven: LiveTrack) -> Double {
        guard let odds = missed.appearance.oddsAgainst(proven.appearance) else { return 0 }
        // Strangers come in from the frame's edge; whoever appears elsewhere was hidden.
        let (left, right) = (options.edgeMargin, aspectRatio - options.edgeMargin)
        let isInside = proven.birth.box.left > left && proven.birth.box.right < right
        return max(0, (isInside ? options.appearance.insideOdds : 0) - odds) * nearness(of: missed, proven)
    }

    /// 1 where somebody missed was expected to be when the other came, down to 0 where they can't have come so far.
    private func nearness(of missed: LiveTrack, _ proven: LiveTrack) -> Double {
        let seconds = proven.birth.time.seconds(since: missed.measuredAt)
        let (last, box) = (missed.measurement.box, proven.birth.box)
        // Whoever goes behind somebody isn't whole at last, and who comes out isn't at first.
        let height = max(missed.height, proven.height)
        guard seconds > 0, min(missed.height, proven.height) > Self.leastHeight * height else { return 0 }
        // Or where they were last seen: what boxes do before an occlusion isn't always what people do.
        let way = min(
            missed.filter.box.center.distance(to: box.center), last.center.distance(to: box.center),
            last.topCenter.distance(to: box.topCenter))
        let reach = options.appearance.rejoiningReach + options.appearance.rejoiningSpeed * seconds
        return max(0, 1 - way / height / reach)
    }

    /// Of the taller of two boxes of a person.
    private static let leastHeight = 0.6
    /// Seconds since birth.
    private static let patience = 0.6
}

extension BoundingBox {
    fileprivate var topCenter: Point { Point(x: center.x, y: top) }
}

extension Point {
    fileprivate func distance(to other: Point) -> Double {
        ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot()
    }
}
