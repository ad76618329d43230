import PathModel

/// Somebody and a line: a crossing counts once they are clear of it.
struct LineWatch {
    /// A way over the line.
    struct Crossing {
        let isInward: Bool
        /// In microseconds of the stream's clock.
        let time: Int64
        /// In frame heights.
        let place: Point
    }

    /// Ways in less ways out that aren't settled.
    private var net = 0
    private var last = Crossing(isInward: true, time: 0, place: Point(x: 0, y: 0))
    /// How far from the line they were since.
    private var depth = 0.0
    /// Settled crossings.
    private(set) var inward = 0, outward = 0
    /// The interval in which they were last counted.
    var interval = Int64.min

    /// Whether there is something to settle.
    var isWaiting: Bool { net != 0 }

    /// They went over the line.
    ///
    /// - Parameter net: ways in less ways out, not 0.
    /// - Returns: the crossing before, where it was settled when they came back.
    mutating func cross(_ net: Int, _ crossing: Crossing, _ rule: SettlingRule) -> Crossing? {
        let isBack = self.net != 0 && (self.net > 0) != (net > 0)
        let settled = isBack ? settle(at: crossing.time, rule) : nil
        self.net += net
        if (self.net > 0) == crossing.isInward { (last, depth) = (crossing, 0) }
        return settled
    }

    /// They are at a distance from the line.
    ///
    /// - Returns: the crossing that this settles.
    mutating func see(distance: Double, at time: Int64, _ rule: SettlingRule) -> Crossing? {
        depth = max(depth, distance)
        return settle(at: time, rule)
    }

    private mutating func settle(at time: Int64, _ rule: SettlingRule) -> Crossing? {
        guard net != 0, rule.isSettled(microseconds: time - last.time, depth: depth) else { return nil }
        net = 0
        if last.isInward { inward += 1 } else { outward += 1 }
        return last
    }

    /// Nobody knows where they are. What isn't settled never will be.
    mutating func forget() { net = 0 }
}
