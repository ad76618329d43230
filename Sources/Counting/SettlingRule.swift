/// When somebody is on the other side of a line or of a zone's side.
struct SettlingRule {
    /// How far they must be away from it, in frame heights.
    let band: Double
    /// For how long they must have been seen there, in microseconds.
    let settle: Int64

    func isSettled(_ stay: Stay) -> Bool { stay.seen >= settle && stay.depth >= band }
}

/// Somebody's stay on the other side, as far as they were seen: where they are expected tells nothing new.
struct Stay {
    /// In microseconds of the stream's clock.
    let start: Int64
    /// For how long they were seen since, in microseconds.
    private(set) var seen: Int64 = 0
    /// How far from the line or the zone's sides they were seen in two pictures in a row, in frame heights. Where pictures come seldom
    /// one is enough.
    private(set) var depth = 0.0
    /// How far in the latest.
    private var latest = 0.0
    /// How long a step is after which one picture is enough, in microseconds.
    private static let seldom: Int64 = 150_000

    init(since start: Int64) { self.start = start }

    /// They were there for all of a step or from the stay's start on, up to a time.
    mutating func goOn(_ step: WatchedStep, until time: Int64) {
        if step.wasSeen, step.isSeen { seen += time - max(step.start, start) }
    }

    /// At the end of a step they are at a distance.
    mutating func goOn(_ step: WatchedStep, distance: Double) {
        goOn(step, until: step.end)
        guard step.isSeen else { return }
        depth = max(depth, step.end - step.start < Self.seldom ? min(distance, latest) : distance)
        latest = distance
    }
}

/// From one point of somebody's to the next, as far as it matters for how long they stayed. Times are in microseconds of the stream's
/// clock.
struct WatchedStep {
    let start: Int64, end: Int64
    /// Whether they were seen at its start and end, and not only expected there.
    let wasSeen: Bool, isSeen: Bool
    /// Of their boxes, in frame heights.
    let heightBefore: Double, height: Double
}
