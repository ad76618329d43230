import Dispatch
import Glibc

/// One point in time on both clocks of a machine.
public struct Moment: Hashable, Sendable {
    /// Microseconds since 1970 UTC; jumps where somebody sets the clock.
    public var utc: Int64
    /// Since some start; grows evenly.
    public var monotonic: Duration

    /// A point in time.
    public init(utc: Int64, monotonic: Duration) {
        self.utc = utc
        self.monotonic = monotonic
    }

    /// Milliseconds since 1970 UTC.
    public var utcMilliseconds: Int64 { Int64((Double(utc) / 1000).rounded()) }
}

/// The clocks, and waiting by them. Handed in, so that a test can run a month in seconds.
public protocol Clocks: Sendable {
    /// What they show.
    var now: Moment { get }

    /// The first message of a mailbox; waits for one, until `deadline` on the monotonic clock at most.
    ///
    /// - Returns: nil at the deadline, and once the mailbox is closed and empty.
    func wait<Message>(for mailbox: Mailbox<Message>, until deadline: Duration?) -> Message?
}

/// The machine's clocks.
public struct SystemClocks: Clocks {
    /// CLOCK_REALTIME and CLOCK_MONOTONIC.
    public init() {}

    public var now: Moment { Moment(utc: Self.read(CLOCK_REALTIME).microseconds, monotonic: Self.monotonic) }

    public func wait<Message>(for mailbox: Mailbox<Message>, until deadline: Duration?) -> Message? {
        guard let deadline else { return mailbox.take() }
        let seconds = max(0, (deadline - Self.monotonic) / .seconds(1))
        // Further off than any wait: DispatchTime counts nanoseconds in 64 bits.
        return mailbox.take(until: .now() + min(seconds, 1e8))
    }

    private static var monotonic: Duration {
        let time = read(CLOCK_MONOTONIC).time
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> (time: timespec, microseconds: Int64) {
        var time = timespec()
        clock_gettime(clock, &time)
        return (time, Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
