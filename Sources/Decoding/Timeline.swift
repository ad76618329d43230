import PathModel

/// Gives every frame a time that is later than the one before, and says where it had to estimate.
///
/// Frames without PTS follow the last one at the frame rate. Where the clock steps back (joined recordings), later
/// frames are moved by what the step lost, so that time goes on; they count as estimated from there.
struct Timeline {
    /// The distance to assume between frames, in microseconds.
    let frameDuration: Int64
    private var last: Timestamp?
    private var offset: Int64 = 0

    /// - Parameter frameRate: frames a second; nil where unknown (25 is then assumed).
    init(frameRate: Double?) {
        frameDuration = max(1, Int64((1_000_000 / (frameRate ?? 25)).rounded()))
    }

    /// The time of the next frame in presentation order.
    ///
    /// - Parameter pts: microseconds as the container gives them; nil where it doesn't.
    mutating func next(pts: Int64?) -> (time: Timestamp, isEstimated: Bool) {
        let expected = last.map { Timestamp(microseconds: $0.microseconds + frameDuration) }
        guard let pts else {
            let time = expected ?? Timestamp(microseconds: 0)
            last = time
            return (time, true)
        }
        var time = Timestamp(microseconds: pts + offset)
        if let last, let expected, time <= last {
            offset = expected.microseconds - pts
            time = expected
        }
        last = time
        return (time, offset != 0)
    }
}
