import PathModel

/// Somebody and a zone: they are in it, or out of it, once they are clear of its sides. Times are in microseconds of the
/// stream's clock.
struct ZoneWatch {
    /// Whether they are in it, as far as that is settled.
    private(set) var isInside = false
    /// Whether they seem to have changed sides.
    private(set) var isWaiting = false
    /// Their stay on that side.
    private var stay = Stay(since: 0)
    /// Since when they are in it.
    private(set) var entered: Int64 = 0
    /// Whether it was said that they loiter.
    var loiters = false
    /// How long they were in it before, in microseconds, and how often they came in.
    private(set) var dwell: Int64 = 0
    private(set) var entries = 0

    /// Whether they are inside at a step's end, and how far from the sides.
    ///
    /// - Parameter meeting: when they last went over a side on the way there.
    /// - Returns: when they changed sides, where this settles it.
    mutating func see(
        isInside: Bool, distance: Double, _ step: WatchedStep, meeting: Int64, _ rule: SettlingRule
    ) -> Int64? {
        let isBack = isInside == self.isInside
        if isBack, !isWaiting { return nil }
        if !isWaiting { stay = Stay(since: meeting) }
        // Where they are back they may have been away for long enough all the same, though no picture of it came so late.
        if isBack { stay.goOn(step, until: meeting) } else { stay.goOn(step, distance: distance) }
        let isSettled = rule.isSettled(stay)
        let changed = stay.start
        isWaiting = isBack ? false : !isSettled
        guard isSettled else { return nil }
        self.isInside.toggle()
        if isBack {
            (isWaiting, stay) = (true, Stay(since: meeting))
            stay.goOn(step, distance: distance)
        }
        return changed
    }

    /// They came in.
    mutating func enter(at time: Int64) {
        (isInside, loiters, entered) = (true, false, time)
        entries += 1
    }

    /// They left, or nobody knows where they are. What isn't settled never will be.
    ///
    /// - Returns: how long they were in it.
    mutating func leave(at time: Int64) -> Int64 {
        isInside = false
        dwell += time - entered
        return time - entered
    }

    mutating func forget() { isWaiting = false }
}
