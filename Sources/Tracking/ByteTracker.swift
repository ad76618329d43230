import PathModel

/// Footpath's tracker: two associations a frame, first with the detections that are sure, then with the others.
///
/// People who become half hidden are detected with low scores. Such detections are too unsure to start a track, but
/// those near where a track is expected continue it: ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by
/// Associating Every Detection Box", ECCV 2022). Unlike there, motion and ages count in seconds.
public struct ByteTracker: Tracker {
    private let options: Options
    /// The frame's width in frame heights. Boxes are tracked in frame heights on both axes, so that a length is the
    /// same length across and down.
    public var aspectRatio: Double
    /// In order of `serial`.
    private var tracks: [LiveTrack] = []
    private var lastTime: Timestamp?
    private var nextSerial = 0
    private var nextID = 1

    /// A tracker for one stream.
    ///
    /// - Parameter aspectRatio: the frame's width by its height, as a viewer shows it.
    public init(options: Options = Options(), aspectRatio: Double) {
        precondition(aspectRatio.isFinite && aspectRatio > 0, "a frame has a width and a height")
        self.options = options
        self.aspectRatio = aspectRatio
    }

    /// See ``Tracker/step(_:at:)``. A time that isn't later than the last one counts as the same instant.
    public mutating func step(_ detections: [Detection], at time: Timestamp) -> TrackerUpdate {
        let measurements = Measurement.sorted(detections, aspectRatio: aspectRatio)
        // Tracks out of sight that have run out of time by now are not matched any more. Those seen in the step before
        // still are, however long this step is: with one frame in three seconds there is nothing better.
        var removals = removeEnded(at: time)
        predict(to: time)
        let unmatched = associate(measurements, at: time)
        for index in tracks.indices where !tracks[index].isMeasured { tracks[index].miss() }
        confirmProven()
        removals += removeEnded(at: time)
        startTracks(from: unmatched, at: time)
        return TrackerUpdate(
            tracks: tracks.compactMap { $0.seen(aspectRatio: aspectRatio) },
            removals: removals.sorted { $0.serial < $1.serial })
    }

    /// See ``Tracker/finish()``.
    public mutating func finish() -> [TrackRemoval] {
        defer {
            tracks = []
            lastTime = nil
        }
        return tracks.map { TrackRemoval(serial: $0.serial, cause: .streamEnd) }
    }
}

// MARK: - Association

extension ByteTracker {
    /// Gives measurements to tracks; returns the sure ones that belong to none.
    private mutating func associate(_ measurements: [Measurement], at time: Timestamp) -> [Measurement] {
        var sure = measurements.filter { $0.detection.confidence >= options.highConfidence }
        var unsure = measurements.filter {
            $0.detection.confidence < options.highConfidence && $0.detection.confidence >= options.lowConfidence
        }
        let known = tracks.indices.filter { tracks[$0].phase != .tentative }
        let tentative = tracks.indices.filter { tracks[$0].phase == .tentative }
        let hidden = match(known, with: &sure, leastOverlap: options.highOverlap, at: time)
        _ = match(hidden, with: &unsure, leastOverlap: options.lowOverlap, at: time)
        _ = match(tentative, with: &sure, leastOverlap: options.tentativeOverlap, at: time)
        return sure
    }

    /// Matches tracks with measurements so that the overlap is the largest possible in sum.
    ///
    /// - Parameters:
    ///   - candidates: indices of tracks.
    ///   - measurements: loses those that are matched.
    ///   - leastOverlap: what a pair must exceed.
    /// - Returns: the candidates that are not matched.
    private mutating func match(
        _ candidates: [Int], with measurements: inout [Measurement], leastOverlap: Double, at time: Timestamp
    ) -> [Int] {
        var pairs = [CandidatePair]()
        for (row, index) in candidates.enumerated() {
            let expected = tracks[index].filter.box
            let margin = tracks[index].filter.margin
            for (column, measurement) in measurements.enumerated() {
                let gain = overlap(expected, measurement.box, margin: margin) - leastOverlap
                if gain > 0 { pairs.append(CandidatePair(row: row, column: column, gain: gain)) }
            }
        }
        let columns = Assignment.maximumGain(
            rowCount: candidates.count, columnCount: measurements.count, candidates: pairs)
        for case let (index, column?) in zip(candidates, columns) {
            tracks[index].match(measurements[column], at: time)
        }
        let taken = Set(columns.compactMap(\.self))
        measurements = measurements.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
        return candidates.filter { !tracks[$0].isMeasured }
    }

    /// IoU of the boxes, each widened by `margin`: as in C-BIoU (Yang et al., "Hard to Track Objects with Irregular
    /// Motions and Similar Appearances?", WACV 2023), but by as much as the person may have sped up in this
    /// step: at two frames a second, plain boxes of the same person need not overlap at all. What was uncertain before
    /// adds nothing: with boxes that grow through an occlusion, tracks take up strangers.
    private func overlap(_ expected: BoundingBox, _ measured: BoundingBox, margin: Double) -> Double {
        expected.widened(by: margin).iou(measured.widened(by: margin))
    }
}

// MARK: - Life

extension ByteTracker {
    private mutating func predict(to time: Timestamp) {
        let seconds = lastTime.map { max(0, time.seconds(since: $0)) } ?? 0
        lastTime = time
        for index in tracks.indices { tracks[index].predict(seconds: seconds) }
    }

    private mutating func confirmProven() {
        for index in tracks.indices where tracks[index].isProven(options) {
            tracks[index].confirm(id: nextID)
            nextID += 1
        }
    }

    private mutating func removeEnded(at time: Timestamp) -> [TrackRemoval] {
        var removals = [TrackRemoval]()
        tracks.removeAll { track in
            guard let cause = track.removalCause(at: time, aspectRatio: aspectRatio, options: options) else {
                return false
            }
            removals.append(TrackRemoval(serial: track.serial, cause: cause))
            return true
        }
        return removals
    }

    /// Starts a track for each of `measurements` that is sure enough and no second box of someone already followed.
    private mutating func startTracks(from measurements: [Measurement], at time: Timestamp) {
        for measurement in measurements where measurement.detection.confidence >= options.birthConfidence {
            let isDuplicate = tracks.contains {
                $0.isMeasured && $0.measurement.box.iou(measurement.box) > options.duplicateIoU
            }
            if isDuplicate { continue }
            tracks.append(
                LiveTrack(serial: nextSerial, measurement: measurement, time: time, model: options.motion))
            nextSerial += 1
        }
    }
}
