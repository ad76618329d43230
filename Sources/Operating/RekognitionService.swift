import Analyzing
import Answering
import Buckets
import Capturing
import Dispatch
import Following
import Foundation
import Inference
import Jobs
import Notifying
import Pipeline
import Rekognition
import Serving
import Settings
import Signing
import Synchronization
import Waiting

/// `footpath serve`: Rekognition's People Pathing for videos that lie in buckets.
///
/// Threads: the one that calls `run` ticks and ends everything; clients have those of `APIServer`, jobs one each, messages
/// one, operators' pages one, and each worker one.
public final class RekognitionService {
    /// Seconds in which jobs, the message on its way and the workers must end: everything together is promised within 5.
    private static let (farewell, messageFarewell, workersFarewell) = (1.5, 0.3, 0.3)

    /// Pictures that faces are looked for in at once.
    private static let mostPictures = 4

    let config: ServeConfig
    let jobs: JobService
    let pool: WorkerPool
    let notifier: Notifier?
    let api: APIServer
    let board: ServiceBoard
    private let log: Log
    private let manager: ServiceManager
    private let commands: Mailbox<Daemon.Command>
    private var server: HTTPServer?
    private var pulse: Pulse

    /// Reads the configuration, tries the networks, opens the jobs and answers clients.
    ///
    /// - Throws: `SettingsError`, `InferenceError`, `JobsError`, or an error of an address.
    public init(_ surroundings: Daemon.Surroundings, commands: Mailbox<Daemon.Command>, log: Log) throws {
        (self.log, self.commands) = (log, commands)
        manager = ServiceManager()
        pulse = Pulse(manager, log: log)
        config = try ServeConfig(path: surroundings.configuration)
        log.configure(level: config.logLevel, format: config.logFormat)
        config.warnings.forEach { log.write(.warning, nil, $0) }
        manager.alive()
        try FeedSettings(name: "serve", source: .file(SourceRequest(source: "")), options: config.analysis)
            .checkNetworks(engine: surroundings.engine, modelFolder: surroundings.modelFolder)
        manager.alive()
        pool = WorkerPool(count: config.workers)
        let store = try Self.store(config.media, log)
        let bell = Bell()
        let jobs = try JobService(
            Self.jobSettings(config), objects: store,
            context: Self.context(config, surroundings, pool, bell, log))
        self.jobs = jobs
        notifier = config.receiver.map { receiver in
            Notifier(receiver, outbox: jobs.outbox) { log.write(LogLevel($0), nil, $1) }
        }
        bell.connect(notifier)
        let pictures = StoredPictures(
            store: store,
            search: try PictureFaceSearch(
                engine: surroundings.engine, modelFolder: surroundings.modelFolder, options: config.analysis,
                program: surroundings.program, parallel: min(Self.mostPictures, config.workers),
                log: { log.write(.error, nil, $0) }))
        let tokens = try PageTokens(file: config.state + "/page-tokens.key")
        var limits = APILimits()
        (limits.connections, limits.requests) = (config.limits.connections, config.limits.requests)
        let note: @Sendable (String) -> Void = { log.write(.warning, nil, $0) }
        api = try APIServer(
            host: config.listen.host, port: Int(config.listen.port),
            answers: Answers(jobs: jobs, pictures: pictures, keys: config.keys, tokens: tokens, log: note),
            limits: limits, log: note)
        board = ServiceBoard(
            version: surroundings.version, jobs: jobs, pool: pool, workers: config.workers, notifier: notifier, api: api
        )
        if let listener = config.http { try listen(listener) }
    }

    /// Answers clients and runs jobs until it is told to stop.
    ///
    /// - Returns: whether it ended in time.
    public func run() -> Daemon.Ending {
        jobs.run()
        board.setReady(true)
        manager.ready()
        log.write(
            .notice, nil, "answers Rekognition's clients at http://\(config.listen.shown(port: UInt16(api.port)))")
        if config.keys == nil { log.write(.warning, nil, "auth: none: whoever is on this machine may ask") }
        let ticking = Ticker(commands)
        defer { withExtendedLifetime(ticking) {} }
        while let command = commands.take() {
            switch command {
            case .tick: tick()
            case .reload: log.write(.warning, nil, "SIGHUP: changes need a restart; nothing was read anew")
            case .stop: return stop()
            }
        }
        return stop()
    }

    // MARK: - Parts

    private static func store(_ media: ServeConfig.Media, _ log: Log) throws -> any ObjectStore {
        let report: @Sendable (String) -> Void = { log.write(.info, nil, $0) }
        switch media {
        case .directory(let folder): return try DirectoryStore(folder: folder, report: report)
        case .store(let addresses): return S3Store(addresses, report: report)
        }
    }

    private static func jobSettings(_ config: ServeConfig) -> JobSettings {
        var settings = JobSettings(folder: config.state, options: config.analysis)
        settings.parallelJobs = config.parallelJobs
        settings.limits.queue = config.limits.queue
        settings.limits.bytes = config.limits.size
        settings.limits.seconds = config.limits.length
        settings.keep = config.keep
        settings.results = ResultSettings(sampleRate: config.sampleRate, landmarks: config.landmarks)
        settings.failsPartial = config.failsPartial
        return settings
    }

    private static func context(
        _ config: ServeConfig, _ surroundings: Daemon.Surroundings, _ pool: WorkerPool, _ bell: Bell, _ log: Log
    ) -> JobContext {
        let notifies: @Sendable (JobRequest) -> Bool =
            switch config.receiver {
            case .sns: { $0.channel != nil }
            case .webhook: { _ in true }
            case nil: { _ in false }
            }
        return JobContext(
            pool: pool, engine: surroundings.engine, modelFolder: surroundings.modelFolder,
            program: surroundings.program, version: surroundings.version, notifies: notifies,
            messageAdded: { bell.ring() }, log: { log.write($0, nil, $1) })
    }

    private func listen(_ listener: DaemonConfig.Listener) throws {
        let (log, pages) = (log, ServicePages(board: board))
        let server = try HTTPServer(
            host: listener.host, port: listener.port, report: { log.write(.error, nil, $0) }, answer: pages.answer)
        self.server = server
        log.write(.info, nil, "health and metrics at http://\(listener.shown(port: server.port))/metrics")
    }

    // MARK: - Time

    private func tick() {
        board.tick()
        log.tick()
        pulse.beat(stuck: board.stuck.map { [$0] } ?? [], summary: board.summary)
    }

    // MARK: - The end

    private func stop() -> Daemon.Ending {
        manager.stopping("ending; jobs that run begin again at the next start")
        board.setReady(false)
        log.write(.notice, nil, "ending; jobs that run begin again at the next start")
        let ended = DispatchGroup()
        DispatchQueue(label: "footpath.serve.end").async(group: ended) { [api] in api.stop() }
        let isComplete = jobs.stop(within: Self.farewell)
        if !isComplete { log.write(.error, nil, "a job did not end in time and is left behind") }
        notifier?.stop(within: Self.messageFarewell)
        pool.cancel(within: Self.workersFarewell)
        _ = ended.wait(timeout: .now() + 2)
        server?.stop()
        log.write(.notice, nil, "ended")
        log.finish()
        return isComplete ? .complete : .unfinished
    }
}

/// Tells the notifier of new messages; it is made after the jobs, which ring.
private final class Bell: Sendable {
    private let notifier = Mutex<Notifier?>(nil)

    func connect(_ notifier: Notifier?) { self.notifier.withLock { $0 = notifier } }

    func ring() { notifier.withLock { $0 }?.wake() }
}

extension LogLevel {
    fileprivate init(_ weight: Notifier.Weight) {
        self =
            switch weight {
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}

extension DaemonConfig.Listener {
    /// As URLs have it.
    func shown(port: UInt16) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
