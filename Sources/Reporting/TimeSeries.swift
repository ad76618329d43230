/// What happened in a stretch of time.
struct TimeBin {
    /// Milliseconds of people, one for each person and millisecond.
    var presence = 0.0
    /// Milliseconds in which pictures were analysed.
    var observed = 0.0
    /// The most people at a time.
    var most = 0
    /// Who came and went, or crossed a line.
    var inward = 0
    var outward = 0
    /// Numbers of people that were noted now and then, and how often.
    var noted = 0
    var notes = 0

    /// Takes in another stretch.
    mutating func add(_ other: TimeBin) {
        presence += other.presence
        observed += other.observed
        most = max(most, other.most)
        inward += other.inward
        outward += other.outward
        noted += other.noted
        notes += other.notes
    }
}

/// Bins one after another, in steps that grow with what they cover: from a second to a quarter of an hour, which
/// divides the hours of every time zone. Memory grows with the time covered alone, by some 100 bins a day.
struct TimeSeries {
    /// In milliseconds; each divides the next.
    private static let steps: [Int64] = [1000, 5000, 15_000, 60_000, 300_000, 900_000]
    /// Before steps grow.
    private static let mostBins = 3000

    private var level = 0
    /// By the number of steps since 1970.
    private(set) var bins: [Int64: TimeBin] = [:]

    /// The length of a bin in milliseconds.
    var step: Int64 { Self.steps[level] }

    /// Changes the bin of a time, milliseconds since 1970.
    mutating func note(at time: Int64, _ change: (inout TimeBin) -> Void) {
        change(&bins[time.floored(by: step), default: TimeBin()])
        if bins.count > Self.mostBins, level + 1 < Self.steps.count { widen(to: level + 1) }
    }

    /// Changes all bins of a stretch.
    ///
    /// - Parameter change: is given how many milliseconds of the stretch lie in the bin.
    mutating func spread(from start: Int64, to end: Int64, _ change: (inout TimeBin, Double) -> Void) {
        // A clock that jumps for years is no stretch that was watched.
        guard end > start, end - start < 400 * 86_400_000 else { return }
        while (end - start) / step > Int64(Self.mostBins), level + 1 < Self.steps.count { widen(to: level + 1) }
        var from = start
        while from < end {
            let index = from.floored(by: step)
            let to = min(end, (index + 1) * step)
            change(&bins[index, default: TimeBin()], Double(to - from))
            from = to
        }
        if bins.count > Self.mostBins, level + 1 < Self.steps.count { widen(to: level + 1) }
    }

    private mutating func widen(to newLevel: Int) {
        let factor = Self.steps[newLevel] / step
        var wider: [Int64: TimeBin] = [:]
        for (index, bin) in bins { wider[index.floored(by: factor), default: TimeBin()].add(bin) }
        (level, bins) = (newLevel, wider)
    }
}

extension Int64 {
    /// Division that rounds down.
    func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
