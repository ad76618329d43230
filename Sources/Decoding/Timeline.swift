import PathModel

/// Gives every frame a time that is later than the one before, and says where it had to estimate.
///
/// - Frames without PTS, and those that repeat the last one's, are spread from there; the next PTS counts again.
/// - A frame that comes up to a frame too early (rounded clocks), or after one that was a little too late, is moved alone.
/// - Where the clock steps back further (joined recordings), later frames are moved by what the step lost, so that time
///   goes on. They count as estimated until the file's own times fit again.
struct Timeline {
    /// The distance to assume between frames, in microseconds.
    let frameDuration: Int64
    /// How much too late one PTS or an estimate may be before the frame is taken for the first after a pause, or the clock for
    /// one that stepped back, in microseconds.
    private let reach: Int64
    private var last: Timestamp?
    /// The latest PTS, and the one before.
    private var latestPTS: (pts: Int64, before: Int64?)?
    /// Frames since the latest PTS.
    private var sharing: Int64 = 1
    /// Between frames that share a PTS, as far as the last ones tell.
    private var spacing: Int64
    private var offset: Int64 = 0
    private var wasMovedAlone = false

    /// - Parameter frameRate: frames a second; nil where unknown (25 is then assumed).
    init(frameRate: Double?) {
        frameDuration = max(1, Int64((1_000_000 / (frameRate ?? 25)).rounded()))
        spacing = frameDuration
        reach = max(20 * frameDuration, 1_000_000)
    }

    /// The time of the next frame in presentation order.
    ///
    /// - Parameter pts: microseconds as the container gives them; nil where it doesn't.
    mutating func next(pts: Int64?) -> (time: Timestamp, isEstimated: Bool) {
        let (microseconds, isEstimated) = place(pts)
        let time = Timestamp(microseconds: microseconds)
        last = time
        return (time, isEstimated)
    }

    private mutating func place(_ pts: Int64?) -> (Int64, isEstimated: Bool) {
        guard let last = last?.microseconds else {
            latestPTS = pts.map { ($0, nil) }
            return (pts ?? 0, pts == nil)
        }
        guard let pts, pts != latestPTS?.pts else {
            sharing += 1
            return (last + spacing, true)
        }
        let before = latestPTS
        if let before, pts > before.pts { spacing = min(frameDuration, max(1, (pts - before.pts) / sharing)) }
        latestPTS = (pts, before?.pts)
        sharing = 1
        let expected = last + frameDuration
        if offset != 0, pts > last, abs(pts - expected) <= abs(pts + offset - expected) { offset = 0 }
        let time = pts + offset
        defer { wasMovedAlone = time <= last }
        if time > last { return (time, offset != 0) }
        let isBehindAnEstimate = pts > before?.pts ?? .min && last - time < reach
        let isBehindAStray = pts > before?.before ?? .max && last - time < reach
        let isRounded = !wasMovedAlone && last - time < frameDuration
        if isBehindAnEstimate || isBehindAStray || isRounded { return (last + 1, true) }
        offset = expected - pts
        return (expected, true)
    }
}
