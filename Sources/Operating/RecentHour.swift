/// What a camera's counters grew by in each minute of the last hour.
struct RecentHour: Sendable {
    static let minutes = 60

    /// Totals that only grow, and how many people there are now.
    struct Counters: Sendable {
        var people = 0
        /// Seconds of the stream in which pictures were analysed.
        var observedSeconds = 0.0
        var gaps = 0
        /// By zone.
        var entered: [String: Int] = [:]
        /// By line.
        var inward: [String: Int] = [:], outward: [String: Int] = [:]
    }

    struct Minute: Sendable {
        /// Of the hour's beginning, counted from the start.
        let number: Int
        /// At most in it.
        var people = 0
        /// Seconds of it that are over.
        var seconds = 0.0
        var grown = Counters()

        /// The share of it in which pictures were analysed.
        var observed: Double { seconds > 0 ? min(1, grown.observedSeconds / seconds) : 0 }
    }

    /// The oldest first.
    private(set) var minutes: [Minute] = []
    private let start: ContinuousClock.Instant
    private var before: (counters: Counters, at: ContinuousClock.Instant)

    /// - Parameter start: when the counters were 0.
    init(since start: ContinuousClock.Instant) {
        self.start = start
        before = (Counters(), start)
    }

    /// Takes what the counters are; to be called about once a second.
    mutating func note(_ counters: Counters, at now: ContinuousClock.Instant) {
        defer { before = (counters, now) }
        let number = Int((now - start) / .seconds(60))
        if minutes.last?.number != number { minutes.append(Minute(number: number)) }
        minutes.removeAll { $0.number <= number - Self.minutes }
        let last = minutes.count - 1
        minutes[last].people = max(minutes[last].people, counters.people)
        minutes[last].seconds += (now - before.at) / .seconds(1)
        minutes[last].grown.grow(from: before.counters, to: counters)
    }

    /// What the counters grew by in all minutes that are known.
    var total: Counters {
        minutes.reduce(into: Counters()) { $0.grow(from: Counters(), to: $1.grown) }
    }

    /// The share of the hour, or of the time since the start, in which pictures were analysed.
    var observed: Double {
        let seconds = minutes.map(\.seconds).reduce(0, +)
        return seconds > 0 ? min(1, minutes.map(\.grown.observedSeconds).reduce(0, +) / seconds) : 0
    }
}

extension RecentHour.Counters {
    /// Adds a difference; a counter that began anew counts from 0.
    fileprivate mutating func grow(from old: Self, to new: Self) {
        func growth<Number: Comparable & AdditiveArithmetic>(_ old: Number, _ new: Number) -> Number {
            new >= old ? new - old : new
        }
        observedSeconds += growth(old.observedSeconds, new.observedSeconds)
        gaps += growth(old.gaps, new.gaps)
        for (name, count) in new.entered { entered[name, default: 0] += growth(old.entered[name] ?? 0, count) }
        for (name, count) in new.inward { inward[name, default: 0] += growth(old.inward[name] ?? 0, count) }
        for (name, count) in new.outward { outward[name, default: 0] += growth(old.outward[name] ?? 0, count) }
    }
}
