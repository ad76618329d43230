import Synchronization

/// What was asked and answered since the start, for those who watch.
public final class RequestCounts: Sendable {
    /// A sort of requests.
    public struct Key: Hashable, Sendable {
        /// `GetPersonTracking` and so on; `other` where it is none of them, or nothing was read so far.
        public let operation: String
        /// The exception's name; nil for what was answered as asked.
        public let error: String?
    }

    private struct State {
        var requests: [Key: Int] = [:]
        var connections = 0
    }

    private let state = Mutex(State())

    /// By sort: those that came to an answer.
    public var requests: [Key: Int] { state.withLock(\.requests) }
    /// Open ones.
    public var connections: Int { state.withLock(\.connections) }

    func count(_ operation: Operation?, _ error: String?) {
        let key = Key(operation: operation?.rawValue ?? "other", error: error)
        state.withLock { $0.requests[key, default: 0] += 1 }
    }

    func connections(_ change: Int) {
        state.withLock { $0.connections += change }
    }
}
