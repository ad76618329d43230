/// When a file's lines are made to reach the disk.
public enum SyncPolicy: Hashable, Sendable {
    /// When the system likes. A crash of the machine may lose the last half minute, a crash of the program nothing.
    case never
    /// With the first line after so much time since the last sync, and when the sink is finished.
    case interval(Duration)
    /// With every line, at the price of one disk round trip each.
    case line

    /// Once a second.
    public static let standard = SyncPolicy.interval(.seconds(1))
}

/// Says at which lines to sync. The clock is monotonic: setting the machine's time changes nothing.
struct SyncSchedule {
    private let policy: SyncPolicy
    private var last: ContinuousClock.Instant

    /// A schedule whose first interval begins at `start`.
    init(_ policy: SyncPolicy, start: ContinuousClock.Instant) {
        self.policy = policy
        last = start
    }

    /// Whether to sync after a line written at `now`; if so, the next interval begins.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        switch policy {
        case .never: return false
        case .line: return true
        case .interval(let interval):
            guard last.duration(to: now) >= interval else { return false }
            last = now
            return true
        }
    }
}
