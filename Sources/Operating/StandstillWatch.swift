/// Tells parts that hang from a program that stood still as a whole, stopped or on a machine that slept: then none of its parts
/// is to blame for its silence.
struct StandstillWatch {
    /// A part that shows no sign of life for so many seconds is stuck.
    static let patience = 20.0
    /// Ticks come once a second; where none came for so many, everything stood still.
    private static let standstill = Duration.seconds(5)
    private var lastTick: ContinuousClock.Instant
    private var graceEnd: ContinuousClock.Instant

    init(since start: ContinuousClock.Instant = .now) {
        (lastTick, graceEnd) = (start, start)
    }

    /// Notes that the daemon's own thread lives; to be called about once a second.
    mutating func tick(at now: ContinuousClock.Instant) {
        if isStanding(at: now) { graceEnd = now + .seconds(Self.patience) }
        lastTick = now
    }

    /// Whether a part that has been silent for so many seconds hangs by itself.
    func isStuck(silent seconds: Double, at now: ContinuousClock.Instant = .now) -> Bool {
        seconds > Self.patience && now >= graceEnd && !isStanding(at: now)
    }

    private func isStanding(at now: ContinuousClock.Instant) -> Bool { now - lastTick > Self.standstill }
}
