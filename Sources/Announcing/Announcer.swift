import Foundation
import Synchronization

/// Tells an MQTT broker how things are and what happens, on a thread of its own.
///
/// Nothing here waits for the broker but that thread. It connects for ever, at first after 1 s, then 2, ... 60 s. What is
/// to be kept (retained) is sent again at every connection; events wait meanwhile, as far as there is room for them.
public final class Announcer: Sendable {
    /// How it goes.
    public struct Status: Hashable, Sendable {
        /// Whether the broker is there.
        public var isConnected = false
        /// How often it was.
        public var connections = 0
        /// Events that arrived, and that did not and won't.
        public var arrived = 0, lost = 0
        /// Bytes of events that wait.
        public var queuedBytes = 0
        /// Why it isn't there; nil where it is.
        public var trouble: String?
    }

    private struct State {
        var kept = KeptStates()
        var events = EventQueue()
        var status = Status()
        var isEnding = false
    }

    private static let longestPause = 60.0
    /// Milliseconds after which it looks for something new to send.
    private static let look: Int32 = 200
    /// Seconds after which everything is sent again where other machines share the topics: one that had a camera until now
    /// says at its end that it is stopped, whoever has taken it over before.
    private static let renewal = 30.0

    private let settings: BrokerSettings
    private let report: @Sendable (_ isTrouble: Bool, String) -> Void
    private let owns: @Sendable (_ camera: String) -> Bool
    private let state = Mutex(State())
    private let ended = DispatchGroup()

    /// - Parameters:
    ///   - owns: whether a camera of this name would be this machine's, so that what the broker still keeps of it is this
    ///     machine's to withdraw.
    ///   - report: told when the broker is there, and why it isn't any more; from the thread.
    public init(
        _ settings: BrokerSettings, owns: @escaping @Sendable (_ camera: String) -> Bool = { _ in true },
        report: @escaping @Sendable (_ isTrouble: Bool, String) -> Void
    ) {
        self.settings = settings
        self.owns = owns
        self.report = report
        ended.enter()
        let thread = Thread { [self] in
            run()
            ended.leave()
        }
        thread.name = "mqtt"
        thread.start()
    }

    /// How it goes.
    public var status: Status {
        state.withLock { state in
            var status = state.status
            (status.arrived, status.lost) = (state.events.arrived, state.events.lost)
            status.queuedBytes = state.events.bytes
            return status
        }
    }

    /// What the broker is to keep: values by topics. What isn't among them any more is withdrawn.
    public func keep(_ states: [String: String]) { state.withLock { $0.kept.want(states) } }

    /// Something happened with a camera.
    public func tell(camera: String, _ text: String) {
        let event = EventQueue.Event(topic: "\(settings.topic)/\(camera)/event", text: text)
        state.withLock { $0.events.add(event) }
    }

    /// Sends what it can and takes leave, in so many seconds at most.
    public func finish(within seconds: Double) {
        state.withLock { $0.isEnding = true }
        _ = ended.wait(timeout: .now() + seconds)
    }

    // MARK: - The thread

    private var statusTopic: String { Announcement.statusTopic(settings) }
    private var isEnding: Bool { state.withLock { $0.isEnding } }

    private func run() {
        var pause = 1.0
        while !isEnding {
            do throws(BrokerConnection.Failure) {
                let connection = try BrokerConnection(
                    settings, willTopic: statusTopic, will: "offline", while: { !isEnding })
                pause = 1
                begin(connection)
                try serve(connection)
            } catch {
                fail(error.description)
            }
            wait(pause * .random(in: 0.75...1.25))
            pause = min(Self.longestPause, pause * 2)
        }
        state.withLock { $0.events.end() }
    }

    private func begin(_ connection: BrokerConnection) {
        state.withLock { state in
            state.kept.forget()
            state.status.isConnected = true
            state.status.connections += 1
            state.status.trouble = nil
        }
        report(false, "the MQTT broker at \(settings.name) is there")
        // Of what was kept before by whom it stops to hold good.
        for pattern in Announcement.patterns(settings) { connection.find(pattern) }
        _ = connection.publish(statusTopic, "online", isSure: true)
    }

    /// Until it is told to end, or the connection breaks off.
    private func serve(_ connection: BrokerConnection) throws(BrokerConnection.Failure) {
        var renewed = ContinuousClock.now
        while !isEnding {
            send(by: connection)
            try connection.loop(milliseconds: Self.look)
            listen(to: connection)
            if settings.machine != nil, .now - renewed >= .seconds(Self.renewal) {
                state.withLock { $0.kept.renew() }
                renewed = .now
            }
        }
        _ = connection.publish(statusTopic, "offline", isSure: true)
        let end = ContinuousClock.now + .seconds(0.5)
        repeat {
            send(by: connection)
            try connection.loop(milliseconds: 20)
            listen(to: connection)
        } while ContinuousClock.now < end
            && (connection.isBusy || !state.withLock { $0.kept.isSettled && $0.events.isEmpty })
    }

    /// As much as the connection takes at once: what it doesn't waits here, where there is a bound.
    private func send(by connection: BrokerConnection) {
        while !connection.isBusy, let next = state.withLock({ $0.kept.next() }) {
            _ = connection.publish(next.topic, next.value)
        }
        while !connection.isBusy, let event = state.withLock({ $0.events.next }) {
            let id = connection.publish(event.topic, event.text, isSure: true, isRetained: false)
            state.withLock { state in
                if let id { state.events.send(as: id) } else { state.events.drop() }
            }
        }
    }

    private func listen(to connection: BrokerConnection) {
        while let id = connection.acknowledged() { state.withLock { $0.events.acknowledge(id) } }
        while let topic = connection.found() {
            guard let camera = Announcement.camera(of: topic, settings), owns(camera) else { continue }
            state.withLock { $0.kept.find(topic) }
        }
    }

    private func fail(_ reason: String) {
        let isNew = state.withLock { state in
            state.events.disconnect()
            defer { (state.status.isConnected, state.status.trouble) = (false, reason) }
            return state.status.trouble != reason
        }
        if isNew, !isEnding {
            report(true, "the MQTT broker at \(settings.name) can't be had: \(reason); it is tried again and again")
        }
    }

    private func wait(_ seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isEnding, ContinuousClock.now < end { usleep(100_000) }
    }
}
