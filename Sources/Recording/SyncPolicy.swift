/// When a file's lines are made to reach the disk.
public enum SyncPolicy: Hashable, Sendable {
    /// When the system likes. A crash of the machine may lose the last half minute; a crash of
    /// the program nothing, or what waits in the daemon's queue.
    case never
    /// Once so much time has passed since the last sync, and when the sink is finished. The daemon does so even where
    /// no line follows; `DirectSink` with the next line.
    case interval(Duration)
    /// With every line, at the price of one disk round trip each; the daemon syncs lines that came meanwhile together.
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

    /// When lines that are written must be synced at the latest; nil where that needs no waiting for.
    var due: ContinuousClock.Instant? {
        guard case .interval(let interval) = policy else { return nil }
        return last + interval
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
