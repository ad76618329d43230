import Synchronization
import Waiting

/// Clocks on which waiting takes no time: they jump to what happens next. For one thread that waits.
public final class SimulatedClock: Clocks {
    private struct Event {
        let at: Duration
        let body: @Sendable () -> Void
    }

    private struct State {
        var now = Moment(utc: 1_750_000_000_000_000, monotonic: .zero)
        /// In order; of equal times the first that was asked for comes first.
        var events: [Event] = []
    }

    private let state = Mutex(State())

    /// Clocks at some time in 2025.
    public init() {}

    public var now: Moment { state.withLock { $0.now } }

    /// Has something happen in so many seconds.
    public func after(_ seconds: Double, _ body: @escaping @Sendable () -> Void) {
        state.withLock { state in
            let event = Event(at: state.now.monotonic + .seconds(seconds), body: body)
            let place = state.events.lastIndex { $0.at <= event.at }.map { $0 + 1 } ?? 0
            state.events.insert(event, at: place)
        }
    }

    /// Sets the UTC clock.
    public func setUTC(bySeconds seconds: Double) {
        state.withLock { $0.now.utc += Int64(seconds * 1e6) }
    }

    public func wait<Message>(for mailbox: Mailbox<Message>, until deadline: Duration?) -> Message? {
        while mailbox.count == 0 {
            guard let body = advance(until: deadline) else { return nil }
            body()
        }
        return mailbox.take()
    }

    /// Moves on to the next event, or to the deadline, where nil comes back.
    private func advance(until deadline: Duration?) -> (@Sendable () -> Void)? {
        state.withLock { state in
            let next = state.events.first?.at
            precondition(next != nil || deadline != nil, "nothing will ever happen")
            let end = min(next ?? .seconds(Int64.max / 2), deadline ?? .seconds(Int64.max / 2))
            let elapsed = max(.zero, end - state.now.monotonic)
            state.now.monotonic += elapsed
            state.now.utc += Int64(elapsed / .microseconds(1))
            return next == end ? state.events.removeFirst().body : nil
        }
    }
}
