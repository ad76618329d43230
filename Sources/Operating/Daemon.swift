import Analyzing
import Dispatch
import Following
import Foundation
import Inference
import Pipeline
import Recording
import Serving
import Settings
import Waiting

/// `footpath run`: many cameras, for months.
///
/// Threads: the one that calls `run` configures, ticks and ends everything; each camera has two of its own (see
/// `FeedThread`), each worker one; HTTP one. Signals and the clock's ticks come as commands.
public final class Daemon {
    /// What the daemon is asked to do.
    public enum Command: Sendable {
        case tick, reload, stop
    }

    /// How it ended.
    public enum Ending: Sendable {
        /// As it was told to.
        case complete
        /// As it was told to, but a camera didn't end in time.
        case unfinished
        /// By itself, since whoever read the standard output is gone.
        case withoutOutput
    }

    /// What doesn't change while it runs.
    public struct Surroundings: Sendable {
        /// The configuration file.
        public var configuration: String
        /// Which of the configuration's cameras are followed; nil is all, as one machine does.
        public var shard: Shard?
        /// Loads networks.
        public var engine: any InferenceEngine
        /// Where the face networks are.
        public var modelFolder: String
        /// Footpath's own path, to start camera processes by.
        public var program: String
        /// Footpath's version.
        public var version: String

        /// What doesn't change.
        public init(
            configuration: String, shard: Shard? = nil, engine: any InferenceEngine, modelFolder: String,
            program: String, version: String
        ) {
            self.configuration = configuration
            self.shard = shard
            self.engine = engine
            self.modelFolder = modelFolder
            self.program = program
            self.version = version
        }
    }

    /// Seconds in which cameras must end, and then workers: everything together is promised within 5, of which outputs
    /// take 1 at most.
    private static let (farewell, workersFarewell) = (3.0, 0.5)

    let surroundings: Surroundings
    let log: Log
    let board: Board
    let hours = RecentHours()
    let manager: ServiceManager
    let announcements: Announcements
    var config: DaemonConfig
    var outputs: Outputs
    var pool: WorkerPool
    var feeds: [FeedThread] = []
    var server: HTTPServer?
    let session = UUID().uuidString.lowercased()
    private let commands: Mailbox<Command>
    private var pulse: Pulse
    private var load = LoadWatch()

    /// Reads the configuration, tries the networks, opens outputs and HTTP.
    ///
    /// - Throws: `SettingsError`, `InferenceError`, `RecordingError`, or an error of the HTTP address.
    public init(_ surroundings: Surroundings, commands: Mailbox<Command>, log: Log) throws {
        self.surroundings = surroundings
        self.commands = commands
        self.log = log
        manager = ServiceManager()
        pulse = Pulse(manager, log: log)
        config = try Self.config(surroundings)
        log.configure(level: config.logLevel, format: config.logFormat)
        config.warnings.forEach { log.write(.warning, nil, $0) }
        announcements = Announcements(version: surroundings.version, shard: surroundings.shard, log: log)
        board = Board(
            version: surroundings.version, session: session, shard: surroundings.shard,
            configuration: surroundings.configuration, announcements: announcements)
        try Self.checkNetworks(of: config.cameras, surroundings, beat: manager.alive)
        outputs = Outputs(config.output, log: log)
        try outputs.open(feeds: config.cameras.map(\.name))
        pool = WorkerPool(count: config.workers)
        if let listener = config.http { try listen(listener) }
        announcements.configure(config.mqtt)
    }

    /// Follows the cameras until it is told to stop.
    ///
    public func run() -> Ending {
        for camera in config.cameras { start(camera, session: session) }
        show()
        board.setReady(true)
        manager.ready()
        log.write(
            .notice, nil,
            "following \(feeds.count) \(feeds.count == 1 ? "camera" : "cameras") with \(config.workers) "
                + "\(config.workers == 1 ? "worker" : "workers"), records to \(config.output.path)")
        tellShare()
        let ticking = Ticker(commands)
        defer { withExtendedLifetime(ticking) {} }
        while let command = commands.take() {
            switch command {
            case .tick:
                tick()
                // As a pipe's writer ends with its reader; a service manager starts both again.
                if outputs.hasEnded {
                    _ = stop()
                    return .withoutOutput
                }
            case .reload: reload()
            case .stop: return stop()
            }
        }
        return stop()
    }

    // MARK: - Parts

    static func config(_ surroundings: Surroundings) throws(SettingsError) -> DaemonConfig {
        try DaemonConfig(path: surroundings.configuration, shards: [surroundings.shard ?? .whole])
    }

    /// Says which cameras are this machine's, where there are others'.
    func tellShare() {
        guard let shard = surroundings.shard else { return }
        let names =
            config.cameras.isEmpty
            ? "; it waits for a reload" : ": \(config.cameras.map(\.name).joined(separator: ", "))"
        log.write(.notice, nil, "shard \(shard) has \(config.cameras.count) of \(config.names.count) cameras\(names)")
    }

    /// - Parameter beat: called before each that takes its time.
    /// - Throws: where a network of theirs doesn't load or doesn't run.
    static func checkNetworks(
        of cameras: [FeedSettings], _ surroundings: Surroundings, beat: () -> Void
    ) throws(InferenceError) {
        var seen: Set<AnalysisOptions> = []
        for camera in cameras where seen.insert(camera.options).inserted {
            beat()
            try camera.checkNetworks(engine: surroundings.engine, modelFolder: surroundings.modelFolder)
        }
    }

    func start(_ camera: FeedSettings, session: String) {
        let log = log
        let context = FeedContext(
            pool: pool, engine: surroundings.engine, modelFolder: surroundings.modelFolder,
            program: surroundings.program, version: surroundings.version, session: session,
            shard: surroundings.shard?.description, stateFolder: ProcessInfo.processInfo.environment["STATE_DIRECTORY"],
            artist: { PictureArtist($0, booth: $1, tell: $2).look }, announce: announcements.tell,
            log: { log.write($0, $1, $2) })
        do {
            let feed = FeedThread(camera, context: context, output: try outputs.output(for: camera.name))
            feeds.append(feed)
            feed.start()
        } catch {
            log.write(.error, camera.name, "is not followed: \(error)")
        }
    }

    func listen(_ listener: DaemonConfig.Listener) throws {
        let (log, pages) = (log, StatusPages(board: board, live: LiveAnswers(board: board, hours: hours)))
        let server = try HTTPServer(
            host: listener.host, port: listener.port, report: { log.write(.error, nil, $0) }, answer: pages.answer)
        self.server = server
        let address = "http://\(listener.shown(port: server.port))"
        log.write(.info, nil, "health and metrics at \(address)/status, a page for people at \(address)/")
    }

    /// Puts what there is now on the board.
    func show() {
        board.show(
            Board.Parts(
                feeds: feeds, outputs: outputs.entries, pool: pool, workers: config.workers,
                configuredCameras: config.names.count))
        announcements.show(board.status.cameras)
    }

    // MARK: - Time

    private func tick() {
        feeds.forEach { $0.tick() }
        board.tick()
        announcements.show(board.status.cameras)
        hours.note(board.cameras)
        log.tick()
        for message in load.messages(board.cameras) { log.write(.warning, nil, message) }
        let (stuck, cameras) = board.unresponsive
        pulse.beat(stuck: stuck, others: cameras, summary: board.summary)
    }

    // MARK: - The end

    private func stop() -> Ending {
        manager.stopping("ending all paths")
        board.setReady(false)
        log.write(.notice, nil, "ending all paths")
        let late = end(feeds)
        pool.cancel(within: Self.workersFarewell)
        announcements.show(board.status.cameras)
        announcements.finish()
        outputs.finish()
        server?.stop()
        log.write(.notice, nil, "ended")
        log.finish()
        return late.isEmpty ? .complete : .unfinished
    }

    /// Ends cameras.
    ///
    /// - Returns: those that didn't end in time.
    func end(_ feeds: [FeedThread]) -> [FeedThread] {
        feeds.forEach { $0.stop() }
        let end = Date(timeIntervalSinceNow: Self.farewell)
        let late = feeds.filter { !$0.wait(seconds: max(0, end.timeIntervalSinceNow)) }
        for feed in late { log.write(.error, feed.settings.name, "did not end in time and is left behind") }
        return late
    }
}

/// Sends a tick a second.
final class Ticker {
    private let timer: any DispatchSourceTimer

    init(_ commands: Mailbox<Daemon.Command>) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "footpath.tick"))
        timer.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(100))
        timer.setEventHandler { commands.post(.tick) }
        timer.resume()
    }

    deinit {
        timer.cancel()
    }
}
