import Dispatch
import PathModel
import Synchronization

/// The networks that are loaded. Each is there once, for all who use it; what nobody uses goes when room is needed, that
/// which was wanted longest ago first.
final class SharedNetworks<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        let key: Key
        var network: SharedNetwork
    }

    private let room: Int
    private let patience: Double
    /// The one that was wanted last comes last.
    private let entries = Mutex<[Entry]>([])

    /// - Parameters:
    ///   - room: how many networks are kept. Those in use stay, even if they are more.
    ///   - patience: how often the time that compiling takes inferences wait, in all, before another session is compiled.
    init(room: Int, patience: Double = 1) {
        self.room = room
        self.patience = patience
    }

    /// The network of `key`, compiled where it isn't there. Who wants another meanwhile waits.
    ///
    /// - Parameter compile: gives one more session of it each time.
    func network(
        for key: Key, concurrency: Int, compile: @escaping SharedNetwork.Compile
    ) throws(InferenceError) -> SharedNetwork {
        try entries.withLock { entries throws(InferenceError) in
            if let index = entries.firstIndex(where: { $0.key == key }) {
                let entry = entries.remove(at: index)
                entries.append(entry)
                entry.network.allow(concurrency)
                return entry.network
            }
            Self.makeRoom(for: room, in: &entries)
            let start = ContinuousClock.now
            let first = try compile()
            let network = SharedNetwork(
                first: first, concurrency: concurrency, patience: (ContinuousClock.now - start) * patience,
                compile: compile)
            entries.append(Entry(key: key, network: network))
            return network
        }
    }

    private static func makeRoom(for room: Int, in entries: inout [Entry]) {
        var index = 0
        while entries.count >= room, index < entries.count {
            if isKnownUniquelyReferenced(&entries[index].network) {
                entries.remove(at: index)
            } else {
                index += 1
            }
        }
    }
}

/// A network whose inferences take turns. As many sessions of it are compiled as are in use at a time, but one more only once
/// inferences have waited for as long as compiling takes: a short film would spend more on that than on its pictures.
final class SharedNetwork: Network {
    typealias Compile = @Sendable () throws(InferenceError) -> any InferenceSession

    /// A session, in use by the thread that took it out of `State.free`, and by no other.
    private struct Lane: @unchecked Sendable {
        let session: any InferenceSession
    }

    private struct State {
        var free: [Lane]
        /// Sessions, free or not, and those that are being compiled.
        var lanes = 1
        var concurrency: Int
        /// For how long inferences have waited since a session was compiled.
        var waited = Duration.zero
    }

    fileprivate let inputShape: [Int]
    private let patience: Duration
    private let compile: Compile
    private let state: Mutex<State>
    /// Counts free sessions.
    private let turns = DispatchSemaphore(value: 1)

    init(first: any InferenceSession, concurrency: Int, patience: Duration, compile: @escaping Compile) {
        inputShape = first.inputShape
        self.patience = patience
        self.compile = compile
        state = Mutex(State(free: [Lane(session: first)], concurrency: max(1, concurrency)))
    }

    /// Lets as many inferences run at a time, or as many as before where those were more.
    func allow(_ concurrency: Int) {
        state.withLock { $0.concurrency = max($0.concurrency, concurrency) }
    }

    func makeSession() -> any InferenceSession { SharedSession(of: self) }

    fileprivate func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        let lane = try takeLane()
        defer {
            state.withLock { $0.free.append(lane) }
            turns.signal()
        }
        return try lane.session.run(image, encoding: encoding)
    }

    private func takeLane() throws(InferenceError) -> Lane {
        if turns.wait(timeout: .now()) == .timedOut {
            if mayCompile() { return try makeLane() }
            let start = ContinuousClock.now
            turns.wait()
            let waited = ContinuousClock.now - start
            state.withLock { $0.waited += waited }
        }
        return state.withLock { state in
            guard let lane = state.free.popLast() else { preconditionFailure("a turn is a free session") }
            return lane
        }
    }

    /// Whether a session more is worth it; then the caller makes it.
    private func mayCompile() -> Bool {
        state.withLock { state in
            guard state.lanes < state.concurrency, state.waited >= patience else { return false }
            state.lanes += 1
            state.waited = .zero
            return true
        }
    }

    private func makeLane() throws(InferenceError) -> Lane {
        do throws(InferenceError) {
            return Lane(session: try compile())
        } catch {
            state.withLock { $0.lanes -= 1 }
            throw error
        }
    }
}

/// A way to a shared network.
private final class SharedSession: InferenceSession {
    private let network: SharedNetwork
    var inputShape: [Int] { network.inputShape }

    init(of network: SharedNetwork) {
        self.network = network
    }

    func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        try network.run(image, encoding: encoding)
    }
}
