import Analyzing
import Capturing
import Decoding
import Following
import Foundation
import PathModel
import Pipeline
import Recording
import Settings
import Synchronization

/// What the daemon's parts tell of themselves, for those who watch: HTTP, the service manager, the log.
final class Board: Sendable {
    /// What belongs to the daemon as it is configured now.
    struct Parts {
        var feeds: [FeedThread] = []
        var outputs: [Outputs.Entry] = []
        var pool: WorkerPool?
        var workers = 0
        /// This machine's and others'.
        var configuredCameras = 0
    }

    /// What was counted before a camera began anew.
    private struct Past {
        var regions: RegionTally
        var observedSeconds: Double
    }

    private struct State {
        var parts = Parts()
        var past: [String: Past] = [:]
        var reloads = DaemonStatus.Reload()
        var isReady = false
        var standstill = StandstillWatch()
        var rates: [String: (analyzed: Int, at: ContinuousClock.Instant, rate: Double)] = [:]
    }

    private let version: String
    private let session: String
    private let shard: Shard?
    private let configuration: String
    private let announcements: Announcements?
    /// RFC 3339.
    private let started = Date.now.formatted(.iso8601)
    private let state = Mutex(State())

    init(
        version: String, session: String, shard: Shard? = nil, configuration: String,
        announcements: Announcements? = nil
    ) {
        self.shard = shard
        self.announcements = announcements
        self.version = version
        self.session = session
        self.configuration = configuration
    }

    func show(_ parts: Parts) {
        state.withLock { state in
            // Counters go on where a camera begins anew; those of cameras that are gone are forgotten.
            var past: [String: Past] = [:]
            for feed in parts.feeds { past[feed.settings.name] = state.past[feed.settings.name] }
            for feed in state.parts.feeds where !parts.feeds.contains(where: { $0 === feed }) {
                let name = feed.settings.name
                guard parts.feeds.contains(where: { $0.settings.name == name }) else { continue }
                let status = feed.monitor.status
                var (regions, seconds) = (status.regions, status.observedSeconds)
                if let before = past[name] {
                    regions.add(before.regions)
                    seconds += before.observedSeconds
                }
                past[name] = Past(regions: regions, observedSeconds: seconds)
            }
            (state.past, state.parts) = (past, parts)
        }
    }

    func setReady(_ isReady: Bool) { state.withLock { $0.isReady = isReady } }

    func noteReload(succeeded: Bool, message: String) {
        state.withLock { state in
            if succeeded { state.reloads.succeeded += 1 } else { state.reloads.failed += 1 }
            state.reloads.message = message
        }
    }

    /// Measures frames per second since the last call; to be called about once a second.
    func tick() {
        state.withLock { state in
            let now = ContinuousClock.now
            state.standstill.tick(at: now)
            var measured: [String: (analyzed: Int, at: ContinuousClock.Instant, rate: Double)] = [:]
            for feed in state.parts.feeds {
                let (name, analyzed) = (feed.settings.name, feed.monitor.status.analyzed)
                let before = state.rates[name] ?? (analyzed, now, 0)
                let seconds = (now - before.at) / .seconds(1)
                // A camera that was restarted counts from 0 again.
                let count = Double(max(0, analyzed - before.analyzed))
                let rate = seconds > 0 ? (count / seconds * 100).rounded() / 100 : before.rate
                measured[name] = (analyzed, now, rate)
            }
            state.rates = measured
        }
    }

    /// The parts that all cameras share and that show no sign of life. A camera is none of them: another's hang is no
    /// reason to start all anew.
    var stuck: [String] { unresponsive.shared }

    /// What shows no sign of life.
    var unresponsive: (shared: [String], cameras: [String]) {
        let (parts, standstill) = state.withLock { ($0.parts, $0.standstill) }
        let isWorkerStuck = standstill.isStuck(silent: parts.pool?.longestJob ?? 0)
        let cameras = parts.feeds.filter { standstill.isStuck(silent: $0.monitor.silence) }
        return (isWorkerStuck ? ["a detection worker"] : [], cameras.map { "camera \($0.settings.name)" })
    }

    /// Everything, for those who watch.
    var status: DaemonStatus {
        let (shared, cameras) = unresponsive
        let now = state.withLock { $0 }
        return DaemonStatus(
            version: version, processID: ProcessInfo.processInfo.processIdentifier, session: session,
            shard: shard, configuredCameras: now.parts.configuredCameras, started: started,
            configuration: configuration, isReady: now.isReady,
            stuck: shared + cameras, memoryBytes: ProcessMemory.resident, workers: now.parts.workers,
            backlog: now.parts.pool?.backlog ?? 0, reloads: now.reloads,
            cameras: now.parts.feeds.map { feed in
                let name = feed.settings.name
                var status = feed.monitor.status
                if let past = now.past[name] {
                    status.regions.add(past.regions)
                    status.observedSeconds += past.observedSeconds
                }
                return DaemonStatus.Camera(
                    name: name, source: feed.settings.source, framesPerSecond: now.rates[name]?.rate ?? 0,
                    silence: feed.monitor.silence, pictures: feed.booth?.made, status: status)
            },
            outputs: now.parts.outputs.map { DaemonStatus.Output($0.path, $0.sink.status) },
            mqtt: announcements?.status.map(DaemonStatus.Broker.init))
    }

    /// The line for `systemctl status`.
    var summary: String {
        let status = status
        let running = status.cameras.count { $0.status.state == .running }
        let rate = status.cameras.map(\.framesPerSecond).reduce(0, +)
        let people = status.cameras.map(\.status.people).reduce(0, +)
        let waiting = status.cameras.filter { $0.status.state == .waiting }.map(\.name)
        var text = shard.map { "shard \($0): " } ?? ""
        text += "\(running) of \(status.cameras.count) cameras running, "
        text += "\((rate * 10).rounded() / 10) frames/s, \(people) people"
        if !waiting.isEmpty { text += "; waiting: \(waiting.prefix(5).joined(separator: ", "))" }
        if !status.stuck.isEmpty { text += "; stuck: \(status.stuck.joined(separator: ", "))" }
        return text
    }

    /// Where a camera's pictures for people are; nil where nobody may see them.
    func booth(of camera: String) -> PictureBooth? {
        state.withLock { $0.parts.feeds.first { $0.settings.name == camera }?.booth }
    }

    /// How each camera is doing, by name.
    var cameras: [(name: String, status: FeedStatus)] {
        state.withLock { $0.parts.feeds.map { ($0.settings.name, $0.monitor.status) } }
    }
}

extension FeedSettings.Source {
    /// Without credentials.
    var redacted: String {
        switch self {
        case .camera(let request), .file(let request), .directory(let request): request.name.redacted
        }
    }
}
