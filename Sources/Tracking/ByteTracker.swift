import PathModel

/// Footpath's tracker: two associations a frame, first with the detections that are sure, then with the others.
///
/// People who become half hidden are detected with low scores. Such detections are too unsure to start a track, but
/// those near where a track is expected continue it: ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by
/// Associating Every Detection Box", ECCV 2022). Unlike there, motion and ages count in seconds. Pure: no clock, no I/O, no threads;
/// the same calls give the same answers.
public struct ByteTracker: Sendable {
    let options: Options
    /// The frame's width in frame heights. Boxes are tracked in frame heights on both axes, so that a length is the
    /// same length across and down.
    public var aspectRatio: Double
    /// In order of `serial`.
    var tracks: [LiveTrack] = []
    /// Kept from step to step for their memory.
    var measurements = MeasurementSet()
    var candidates: [CandidatePair] = []
    var assignment = Assignment()
    var tracksByLeft: [Int] = []
    var found: [Int] = []
    var expected: [BoundingBox] = []
    /// How the picture moved in the step before as boxes tell it, frame heights a second; nil where it didn't.
    var pace: Point?
    private var lastTime: Timestamp?
    /// Seconds from each of the latest frames to the next.
    private var intervals = (0.0, 0.0, 0.0)
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

    /// Takes the detections of the next frame.
    ///
    /// - Parameters:
    ///   - detections: boxes in ratios of the frame, any order, any confidence; the order does not matter.
    ///   - time: later than that of the step before, or it counts as the same instant; steps may be unevenly spaced.
    ///   - motion: how the picture moved since the step before because the camera did; nil where it didn't.
    public mutating func step(
        _ detections: [Detection], at time: Timestamp, motion: CameraMotion? = nil
    ) -> TrackerUpdate {
        var update = TrackerUpdate()
        step(detections, at: time, motion: motion, into: &update)
        return update
    }

    /// The same, with the answer in the memory that `update` has: once the tracker and `update` have seen the largest
    /// crowd, a step allocates nothing.
    public mutating func step(
        _ detections: [Detection], at time: Timestamp, motion: CameraMotion? = nil, into update: inout TrackerUpdate
    ) {
        update.tracks.removeAll(keepingCapacity: true)
        update.removals.removeAll(keepingCapacity: true)
        noteInterval(until: time)
        measurements.load(detections, aspectRatio: aspectRatio, options: options)
        // Tracks out of sight that have run out of time by now are not matched any more. Those seen in the step before
        // still are, however long this step is: with one frame in three seconds there is nothing better.
        removeEnded(at: time, into: &update.removals)
        let seconds = predict(to: time, motion: motion)
        if motion == nil, options.seesCameraInBoxes, let motion = sharedMotion(at: time, after: seconds) {
            for index in tracks.indices { tracks[index].carry(by: motion, in: seconds) }
        }
        associate(at: time)
        for index in tracks.indices where !tracks[index].isMeasured { tracks[index].miss() }
        rejoin(into: &update.removals)
        confirmProven(at: time)
        removeEnded(at: time, into: &update.removals)
        startTracks(at: time)
        update.removals.sortInPlace { $0.serial < $1.serial }
        for track in tracks {
            if let seen = track.seen(aspectRatio: aspectRatio) { update.tracks.append(seen) }
        }
    }

    /// Ends every track that is alive; the tracker is then as new, except that ids and serials go on.
    public mutating func finish() -> [TrackRemoval] {
        defer {
            tracks = []
            lastTime = nil
            intervals = (0, 0, 0)
            pace = nil
        }
        return tracks.map { TrackRemoval(serial: $0.serial, cause: .streamEnd) }
    }
}

// MARK: - Life

extension ByteTracker {
    private mutating func noteInterval(until time: Timestamp) {
        guard let lastTime else { return }
        intervals = (intervals.1, intervals.2, max(0, time.seconds(since: lastTime)))
    }

    /// The least of the latest, so that one gap doesn't count.
    private var interval: Double { min(intervals.0, intervals.1, intervals.2) }

    /// - Returns: the seconds since the step before.
    private mutating func predict(to time: Timestamp, motion: CameraMotion?) -> Double {
        let seconds = lastTime.map { max(0, time.seconds(since: $0)) } ?? 0
        lastTime = time
        for index in tracks.indices { tracks[index].predict(seconds: seconds, motion: motion) }
        return seconds
    }

    private mutating func confirmProven(at time: Timestamp) {
        for index in tracks.indices
        where tracks[index].isProven(options) && !awaitsClothes(tracks[index], at: time) {
            tracks[index].confirm(id: nextID)
            nextID += 1
        }
    }

    private mutating func removeEnded(at time: Timestamp, into removals: inout [TrackRemoval]) {
        let interval = interval
        tracks.removeAll { track in
            let cause = track.removalCause(
                at: time, interval: interval, aspectRatio: aspectRatio, options: options)
            guard let cause else { return false }
            removals.append(TrackRemoval(serial: track.serial, cause: cause))
            return true
        }
    }

    /// Starts a track for each detection that is left over and no second box of someone already followed, or is sure enough to be
    /// somebody whom they hide.
    private mutating func startTracks(at time: Timestamp) {
        for index in measurements.roles.indices
        where measurements.roles[index] == .sure || measurements.roles[index] == .unsure {
            let measurement = measurements.measurements[index]
            guard measurement.detection.confidence >= options.seedConfidence else { return }
            let isNested = isDuplicate(measurement.box)
            if isNested, measurement.detection.confidence <= options.nestedConfidence { continue }
            tracks.append(
                LiveTrack(
                    serial: nextSerial, measurement: measurement, isNested: isNested, time: time, model: options.motion)
            )
            nextSerial += 1
            measurements.roles[index] = .taken
        }
    }

    private func isDuplicate(_ box: BoundingBox) -> Bool {
        var isDuplicate = false
        measurements.forEach(.taken, near: box) { other in
            let followed = measurements.measurements[other].box
            let smaller = min(box.area, followed.area)
            isDuplicate = isDuplicate || box.intersectionArea(followed) > options.duplicateCover * smaller
        }
        return isDuplicate
    }
}
