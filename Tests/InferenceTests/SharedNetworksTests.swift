import Dispatch
import Glibc
import PathModel
import Synchronization
import TestSupport
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(30))) struct SharedNetworksTests {
    private final class Compilations: Sendable {
        private let keys = Mutex<[Int]>([])
        var all: [Int] { keys.withLock { $0 } }
        func add(_ key: Int) { keys.withLock { $0.append(key) } }
    }

    private final class Meeting: Sendable {
        private let expected: Int
        private let counts = Mutex<(now: Int, most: Int)>((0, 0))
        var most: Int { counts.withLock { $0.most } }

        init(expected: Int) { self.expected = expected }

        /// Stays until as many as are expected have met, 20 s at most, and a little longer: more may come.
        func attend() {
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<1000 where most < expected { usleep(20_000) }
            usleep(20_000)
            counts.withLock { $0.now -= 1 }
        }
    }

    private let compiled = Compilations()
    private let picture = PixelBuffer(size: PixelSize(width: 32, height: 32), format: .bgr24)

    /// A network of a number, whose sessions do what a test wants.
    private func network(
        _ key: Int, of networks: SharedNetworks<Int>, concurrency: Int = 1,
        run: @escaping @Sendable () throws(InferenceError) -> Void = {}
    ) throws -> SharedNetwork {
        try networks.network(for: key, concurrency: concurrency) { [compiled] () throws(InferenceError) in
            compiled.add(key)
            return ScriptedSession(inputShape: [1, 3, 32, 32]) { _ throws(InferenceError) in
                try run()
                return []
            }
        }
    }

    /// The ninth of eight took the place of one that was in use: it was compiled again for each frame.
    @Test func aNetworkInUseIsCompiledOnceHoweverManyOthersThereAre() throws {
        let networks = SharedNetworks<Int>(room: 3)
        let inUse = try (0..<5).map { try network($0, of: networks) }
        for _ in 0..<3 { for key in 0..<5 { #expect(try network(key, of: networks) === inUse[key]) } }
        #expect(compiled.all == [0, 1, 2, 3, 4])
    }

    @Test func whatNobodyUsesIsKeptUntilRoomIsNeededAndTheLeastRecentlyWantedGoes() throws {
        let networks = SharedNetworks<Int>(room: 3)
        for key in [1, 2, 3, 1, 4, 1, 3, 2] { _ = try network(key, of: networks) }
        #expect(compiled.all == [1, 2, 3, 4, 2])
    }

    /// Inferences that meet take a session each, up to what is allowed; more of them wait.
    @Test(arguments: [1, 2]) func asManyInferencesRunAtATimeAsAreAllowed(allowed: Int) throws {
        let networks = SharedNetworks<Int>(room: 1, patience: 0)
        let meeting = Meeting(expected: allowed)
        let run: @Sendable () -> Void = { meeting.attend() }
        _ = try network(0, of: networks, run: run)
        let shared = try network(0, of: networks, concurrency: allowed, run: run)
        let picture = picture
        let group = DispatchGroup()
        for number in 0..<6 {
            // A queue each has a thread each, however busy the machine is.
            DispatchQueue(label: "inference \(number)").async(group: group) {
                _ = try? shared.makeSession().run(picture, encoding: .nchw)
            }
        }
        group.wait()
        #expect(meeting.most == allowed)
        #expect(compiled.all.count == allowed)
    }

    /// For 71 frames by two workers, compiling the network a second time took a third of all processor time.
    @Test(arguments: [(patience: 1e9, compilations: 1), (patience: 1, compilations: 2)])
    func aSessionMoreIsCompiledOnceInferencesHaveWaitedLongerThanThat(patience: Double, compilations: Int) throws {
        let networks = SharedNetworks<Int>(room: 1, patience: patience)
        // Both are there before either goes on.
        let meeting = Mutex(0)
        let shared = try network(0, of: networks, concurrency: 2) { usleep(5000) }
        let (picture, compiled) = (picture, compiled)
        let group = DispatchGroup()
        for number in 0..<2 {
            DispatchQueue(label: "inference \(number)").async(group: group) {
                meeting.withLock { $0 += 1 }
                while meeting.withLock({ $0 }) < 2 { usleep(1000) }
                // Compiling takes no time, but on a busy machine the thread may be away meanwhile.
                for round in 0..<4000 where round < 40 || compiled.all.count < compilations {
                    _ = try? shared.makeSession().run(picture, encoding: .nchw)
                }
            }
        }
        group.wait()
        #expect(compiled.all.count == compilations)
    }

    @Test func aFailureGivesTheTurnBack() throws {
        let failure = InferenceError.failed(network: "n", reason: "it was told to")
        let network = try network(0, of: SharedNetworks(room: 1)) { () throws(InferenceError) in throw failure }
        let session = network.makeSession()
        for _ in 0..<3 {
            #expect(throws: failure) { try session.run(picture, encoding: .nchw) }
        }
        #expect(compiled.all == [0])
    }
}
