import Announcing
import Following
import PathModel
import Settings
import Synchronization

/// What the daemon tells an MQTT broker, if there is one.
///
/// Cameras' threads tell events, the daemon's everything else.
final class Announcements: Sendable {
    private let current = Mutex<(settings: BrokerSettings, announcer: Announcer)?>(nil)
    private let version: String
    private let shard: Shard?
    private let log: Log

    init(version: String, shard: Shard? = nil, log: Log) {
        (self.version, self.shard, self.log) = (version, shard, log)
    }

    /// Seconds for taking leave.
    private static let farewell = 1.0

    /// Tells this broker from now on.
    func configure(_ settings: BrokerSettings?) {
        var settings = settings
        settings?.machine = shard?.number
        guard current.withLock({ $0?.settings }) != settings else { return }
        finish()
        guard let settings else { return }
        let (log, shard) = (log, shard)
        let announcer = Announcer(settings, owns: { shard?.has($0) ?? true }) {
            log.write($0 ? .warning : .notice, nil, $1)
        }
        current.withLock { $0 = (settings, announcer) }
    }

    /// How it goes; nil where nobody is told.
    var status: Announcer.Status? { current.withLock { $0?.announcer }?.status }

    /// How the cameras are now.
    func show(_ cameras: @autoclosure () -> [DaemonStatus.Camera]) {
        guard let (settings, announcer) = current.withLock({ $0 }) else { return }
        let shown = cameras().map { camera in
            Announcement.Camera(
                name: camera.name, state: camera.status.state.rawValue, people: camera.status.people,
                zones: camera.status.regions.zones.map { .init(name: $0.name, people: $0.people) },
                lines: camera.status.regions.lines.map { .init(name: $0.name, inward: $0.inward, outward: $0.outward) })
        }
        announcer.keep(Announcement.states(of: shown, settings, version: version))
    }

    /// Something happened that is recorded. Points are too many.
    func tell(camera: String, _ event: PathRecord.Event, _ line: String) {
        switch event {
        case .zone, .line, .crowd, .pathStart, .pathEnd, .gap, .counts:
            current.withLock { $0?.announcer }?.tell(camera: camera, line)
        default: break
        }
    }

    /// Takes leave.
    func finish() {
        let announcer = current.withLock { current in
            defer { current = nil }
            return current?.announcer
        }
        announcer?.finish(within: Self.farewell)
    }
}
