import PathModel

/// Links detections across the frames of one stream into tracks.
///
/// Pure: no clock, no I/O, no threads. The same calls give the same answers.
public protocol Tracker: Sendable {
    /// Takes the detections of the next frame.
    ///
    /// - Parameters:
    ///   - detections: boxes in ratios of the frame, any order, any confidence; the order does not matter.
    ///   - time: later than that of the step before; steps may be unevenly spaced.
    ///   - motion: how the picture moved since the step before because the camera did; nil where it didn't.
    mutating func step(_ detections: [Detection], at time: Timestamp, motion: CameraMotion?) -> TrackerUpdate

    /// Ends every track that is alive; the tracker is then as new, except that ids and serials go on.
    mutating func finish() -> [TrackRemoval]
}

extension Tracker {
    /// Takes the detections of the next frame of a camera that stands still.
    public mutating func step(_ detections: [Detection], at time: Timestamp) -> TrackerUpdate {
        step(detections, at: time, motion: nil)
    }
}
