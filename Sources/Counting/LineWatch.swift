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
    /// Their stay since.
    private var stay = Stay(since: 0)
    /// The heights of their boxes from before the crossing until they were seen for long enough.
    private var lowest = 0.0, highest = 0.0
    /// Settled crossings.
    private(set) var inward = 0, outward = 0
    /// The interval in which they were last counted.
    var interval = Int64.min

    /// Whether there is something to settle.
    var isWaiting: Bool { net != 0 }

    /// They went over the line in a step.
    ///
    /// - Parameter net: ways in less ways out, not 0.
    /// - Returns: the crossing before, where it was settled when they came back.
    mutating func cross(_ net: Int, _ crossing: Crossing, _ step: WatchedStep, _ rule: SettlingRule) -> Crossing? {
        var settled: Crossing?
        if self.net != 0, (self.net > 0) != (net > 0) {
            // Between pictures further apart than that they may have been anywhere.
            if step.end - step.start <= rule.settle { stay.goOn(step, until: crossing.time) }
            settled = settle(rule)
        }
        self.net += net
        if (self.net > 0) == crossing.isInward {
            (last, stay) = (crossing, Stay(since: crossing.time))
            (lowest, highest) = (step.heightBefore, step.heightBefore)
        }
        return settled
    }

    /// They are at a distance from the line at a step's end.
    ///
    /// - Returns: the crossing that this settles.
    mutating func see(distance: Double, _ step: WatchedStep, _ rule: SettlingRule) -> Crossing? {
        if step.isSeen, stay.seen < rule.settle {
            (lowest, highest) = (min(lowest, step.height), max(highest, step.height))
        }
        stay.goOn(step, distance: distance)
        return settle(rule)
    }

    private mutating func settle(_ rule: SettlingRule) -> Crossing? {
        guard net != 0, rule.isSettled(stay) else { return nil }
        net = 0
        // Nobody grows so fast: the box went over to somebody else, or lost its feet.
        guard highest <= Self.mostGrowth * lowest else { return nil }
        if last.isInward { inward += 1 } else { outward += 1 }
        return last
    }

    /// The largest ratio of the heights of somebody's boxes around a crossing.
    private static let mostGrowth = 1.8

    /// Nobody knows where they are. What isn't settled never will be.
    mutating func forget() { net = 0 }
}
