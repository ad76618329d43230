import Decoding
import Foundation
import PathModel
import Pipeline
import Recording
import Settings

/// What the daemon's parts tell of themselves, for those who watch: HTTP, the service manager, the log.
final class Board: @unchecked Sendable {
    /// What belongs to the daemon as it is configured now.
    struct Parts {
        var feeds: [CameraFeed] = []
        var outputs: [Outputs.Entry] = []
        var pool: WorkerPool?
        var workers = 0
    }

    private let version: String
    private let session: String
    private let configuration: String
    private let started = Date.now
    // `lock` protects all that follows.
    private let lock = NSLock()
    private var parts = Parts()
    private var reloads = DaemonStatus.Reload()
    private var isReady = false
    private var standstill = StandstillWatch()
    private var rates: [String: (analyzed: Int, at: ContinuousClock.Instant, rate: Double)] = [:]

    init(version: String, session: String, configuration: String) {
        self.version = version
        self.session = session
        self.configuration = configuration
    }

    func show(_ parts: Parts) { lock.withLock { self.parts = parts } }

    func setReady(_ isReady: Bool) { lock.withLock { self.isReady = isReady } }

    func noteReload(succeeded: Bool, message: String) {
        lock.withLock {
            if succeeded { reloads.succeeded += 1 } else { reloads.failed += 1 }
            reloads.message = message
        }
    }

    /// Measures frames per second since the last call; to be called about once a second.
    func tick() {
        lock.withLock {
            let now = ContinuousClock.now
            standstill.tick(at: now)
            var measured: [String: (analyzed: Int, at: ContinuousClock.Instant, rate: Double)] = [:]
            for feed in parts.feeds {
                let (name, analyzed) = (feed.settings.name, feed.monitor.status.analyzed)
                let before = rates[name] ?? (analyzed, now, 0)
                let seconds = (now - before.at) / .seconds(1)
                // A camera that was restarted counts from 0 again.
                let rate = seconds > 0 ? Double(max(0, analyzed - before.analyzed)) / seconds : before.rate
                measured[name] = (analyzed, now, rate)
            }
            rates = measured
        }
    }

    /// The parts that all cameras share and that show no sign of life. A camera is none of them: another's hang is no
    /// reason to start all anew.
    var stuck: [String] { unresponsive.shared }

    /// What shows no sign of life.
    var unresponsive: (shared: [String], cameras: [String]) {
        let (parts, standstill) = lock.withLock { (self.parts, self.standstill) }
        let isWorkerStuck = standstill.isStuck(silent: parts.pool?.longestJob ?? 0)
        let cameras = parts.feeds.filter { standstill.isStuck(silent: $0.monitor.silence) }
        return (isWorkerStuck ? ["a detection worker"] : [], cameras.map { "camera \($0.settings.name)" })
    }

    /// Everything, for `/status`.
    var status: DaemonStatus {
        let (shared, cameras) = unresponsive
        return lock.withLock {
            DaemonStatus(
                version: version, processID: ProcessInfo.processInfo.processIdentifier, session: session,
                started: started.formatted(.iso8601), configuration: configuration, isReady: isReady,
                stuck: shared + cameras,
                memoryBytes: ResidentMemory.bytes, workers: parts.workers, backlog: parts.pool?.backlog ?? 0,
                reloads: reloads, cameras: parts.feeds.map { camera($0) },
                outputs: parts.outputs.map { DaemonStatus.Output($0.path, $0.sink.status) })
        }
    }

    /// The line for `systemctl status`.
    var summary: String {
        let status = status
        let running = status.cameras.filter { $0.state == CameraState.running.rawValue }.count
        let rate = status.cameras.map(\.framesPerSecond).reduce(0, +)
        let people = status.cameras.map(\.people).reduce(0, +)
        let waiting = status.cameras.filter { $0.state == CameraState.waiting.rawValue }.map(\.name)
        var text = "\(running) of \(status.cameras.count) cameras running, "
        text += "\((rate * 10).rounded() / 10) frames/s, \(people) people"
        if !waiting.isEmpty { text += "; waiting: \(waiting.prefix(5).joined(separator: ", "))" }
        if !status.stuck.isEmpty { text += "; stuck: \(status.stuck.joined(separator: ", "))" }
        return text
    }

    /// The counts of each camera, by name.
    var cameras: [(name: String, status: CameraStatus)] {
        lock.withLock { parts.feeds.map { ($0.settings.name, $0.monitor.status) } }
    }

    /// Called with the lock held.
    private func camera(_ feed: CameraFeed) -> DaemonStatus.Camera {
        let seen = feed.monitor.status
        let last = seen.lastFrame.map { Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601) }
        let gaps = seen.gaps.map { ($0.key.rawValue, $0.value) }
        return DaemonStatus.Camera(
            name: feed.settings.name, source: feed.settings.source.redacted, state: seen.state.rawValue,
            message: seen.message, people: seen.people, decoder: seen.decoder, clock: seen.clock?.rawValue,
            clockErrorMilliseconds: seen.clockError, frameWidth: seen.frameSize?.width,
            frameHeight: seen.frameSize?.height, framesRead: seen.read, framesAnalyzed: seen.analyzed,
            framesDropped: seen.dropped, framesPerSecond: rates[feed.settings.name]?.rate ?? 0, damaged: seen.damaged,
            failures: seen.failures, runs: seen.runs, paths: seen.paths, points: seen.points, faces: seen.faces,
            gaps: Dictionary(gaps) { $0 + $1 }, queueDepth: seen.inFlight, lastFrame: last, processID: seen.processID,
            silence: feed.monitor.silence)
    }
}

extension CameraSettings.Source {
    /// Without credentials.
    var redacted: String {
        switch self {
        case .camera(let request), .file(let request), .directory(let request): request.name.redacted
        }
    }
}
