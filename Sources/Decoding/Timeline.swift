import PathModel

/// Gives every frame a time that is later than the one before, and says where it had to estimate.
///
/// Frames without PTS follow the last one at the frame rate. A frame that comes up to a frame too early, or at the same
/// time (rounded clocks), is moved alone. Where the clock steps back further (joined recordings), later frames are moved
/// by what the step lost, so that time goes on; they count as estimated from there.
struct Timeline {
    /// The distance to assume between frames, in microseconds.
    let frameDuration: Int64
    private var last: Timestamp?
    private var offset: Int64 = 0
    private var wasLate = false

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
        var isMovedAlone = false
        let isLate = last.map { time <= $0 } ?? false
        if isLate, let last, let expected {
            // A second one in a row is no rounding.
            isMovedAlone = !wasLate && last.microseconds - time.microseconds < frameDuration
            if !isMovedAlone { offset = expected.microseconds - pts }
            time = isMovedAlone ? Timestamp(microseconds: last.microseconds + 1) : expected
        }
        wasLate = isLate
        last = time
        return (time, offset != 0 || isMovedAlone)
    }
}
