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
    /// The one that was wanted last comes last.
    private let entries = Mutex<[Entry]>([])

    /// - Parameter room: how many networks are kept. Those in use stay, even if they are more.
    init(room: Int) {
        self.room = room
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
            let network = SharedNetwork(first: try compile(), concurrency: concurrency, compile: compile)
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

/// A network whose inferences take turns. As many sessions of it are compiled as were ever in use at a time.
final class SharedNetwork: Network {
    typealias Compile = @Sendable () throws(InferenceError) -> any InferenceSession

    /// A session, in use by the thread that took it out of `State.free`, and by no other.
    private struct Lane: @unchecked Sendable {
        let session: any InferenceSession
    }

    private struct State {
        var free: [Lane]
        var concurrency: Int
    }

    fileprivate let inputShape: [Int]
    private let compile: Compile
    private let state: Mutex<State>
    /// Holds back who has no session to take and may not make one.
    private let turns: DispatchSemaphore

    init(first: any InferenceSession, concurrency: Int, compile: @escaping Compile) {
        inputShape = first.inputShape
        self.compile = compile
        state = Mutex(State(free: [Lane(session: first)], concurrency: max(1, concurrency)))
        turns = DispatchSemaphore(value: max(1, concurrency))
    }

    /// Lets as many inferences run at a time, or as many as before where those were more.
    func allow(_ concurrency: Int) {
        let more = state.withLock { state in
            defer { state.concurrency = max(state.concurrency, concurrency) }
            return max(0, concurrency - state.concurrency)
        }
        for _ in 0..<more { turns.signal() }
    }

    func makeSession() -> any InferenceSession { SharedSession(of: self) }

    fileprivate func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        turns.wait()
        defer { turns.signal() }
        let lane: Lane
        if let free = state.withLock({ $0.free.popLast() }) {
            lane = free
        } else {
            lane = Lane(session: try compile())
        }
        defer { state.withLock { $0.free.append(lane) } }
        return try lane.session.run(image, encoding: encoding)
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
