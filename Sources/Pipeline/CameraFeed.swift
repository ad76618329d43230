import Decoding
import Dispatch
import Foundation
import Inference
import PathModel
import Recording
import Waiting

/// What a daemon follows under one name.
public struct CameraSettings: Hashable, Sendable {
    /// Where pictures come from.
    public enum Source: Hashable, Sendable {
        /// A camera, for ever.
        case camera(CameraRequest)
        /// One file, once.
        case file(CameraRequest)
        /// Each new file in a folder, once. The request says how to read it; its `source` is the folder.
        case directory(CameraRequest)
    }

    /// Its name in records.
    public var name: String
    /// Where its pictures come from.
    public var source: Source
    /// What is looked for. `workers` and `startTime` don't count.
    public var options: AnalysisOptions
    /// Seconds between `stats` records.
    public var statsInterval: Double
    /// Seconds for which a folder's file must rest before it counts as whole.
    public var settle: Double

    /// A camera.
    public init(
        name: String, source: Source, options: AnalysisOptions, statsInterval: Double = 60, settle: Double = 10
    ) {
        self.name = name
        self.source = source
        self.options = options
        self.statsInterval = statsInterval
        self.settle = settle
    }
}

/// How much a message matters, as in syslog(3).
public enum LogLevel: Int, Hashable, Sendable, Comparable {
    case error = 3, warning = 4, notice = 5, info = 6, debug = 7

    public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What all cameras of a daemon share.
public struct FeedContext: Sendable {
    /// Detection workers.
    public let pool: WorkerPool
    /// Loads networks.
    public let engine: any InferenceEngine
    /// Where the face networks are.
    public let modelFolder: String
    /// Footpath's own path, to start camera processes by.
    public let program: String
    /// Footpath's version.
    public let version: String
    /// UUID of this start of the program.
    public let session: String
    /// Where what was done of folders is remembered; nil forgets it when the program ends.
    public let stateFolder: String?
    /// The clocks that cameras live by.
    public let clocks: any Clocks
    /// Takes messages for people.
    public let log: @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void

    /// What all cameras share.
    public init(
        pool: WorkerPool, engine: any InferenceEngine, modelFolder: String, program: String, version: String,
        session: String, stateFolder: String?, clocks: any Clocks = SystemClocks(),
        log: @escaping @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void
    ) {
        self.pool = pool
        self.engine = engine
        self.modelFolder = modelFolder
        self.program = program
        self.version = version
        self.session = session
        self.stateFolder = stateFolder
        self.clocks = clocks
        self.log = log
    }
}

/// One feed's life on a thread of its own: a camera's for ever, a file's until it is done.
///
/// Its source may have threads, too: see `CameraOpening` and `FolderLister`. They may hang with what they read, this one can't.
public final class CameraFeed: Sendable {
    /// Seconds that what reads the source gets to end, once all is written.
    private static let farewell = 1.0

    /// What was asked for.
    public let settings: CameraSettings
    /// How it is doing.
    public let monitor = CameraMonitor()

    private let context: FeedContext
    private let output: RecordOutput
    private let mailbox = Mailbox<FeedMessage>()
    private let group = DispatchGroup()

    /// A camera that doesn't run yet.
    public init(_ settings: CameraSettings, context: FeedContext, output: RecordOutput) {
        self.settings = settings
        self.context = context
        self.output = output
    }

    /// Lets it live.
    public func start() {
        DispatchQueue(label: "footpath.feed.\(settings.name)").async(group: group) { [self] in
            let driver = driver()
            // Nothing that its hands do throws.
            try? driver.run()
            driver.finish(within: Self.farewell)
            monitor.end()
        }
    }

    /// Has its thread show that it lives; to be called about once a second.
    public func tick() { mailbox.post(.woke) }

    /// Asks it to end all paths and stop.
    public func stop() { mailbox.post(.stop) }

    /// Waits for its end.
    ///
    /// - Returns: whether it ended within `seconds`.
    public func wait(seconds: Double) -> Bool {
        group.wait(timeout: .now() + seconds) == .success
    }

    private func driver() -> FeedDriver {
        let (settings, context, output) = (settings, context, output)
        let tell: @Sendable (LogLevel, String) -> Void = { context.log($0, settings.name, $1) }
        let lister = settings.folder.map { folder in
            FolderLister(folder: folder, memory: context.stateFolder.map { "\($0)/\(settings.name).done" }) {
                tell(.warning, $0)
            }
        }
        let models = try? ModelSet.identify(options: settings.options, modelFolder: context.modelFolder)
        let start = SessionStart(
            version: context.version, models: models ?? [], settings: settings.options.recorded)
        let session = FeedSession(settings, start: start, done: lister?.remembered ?? "")
        let clocks = context.clocks
        let hands = FeedDriver.Hands(
            clocks: clocks, opening: CameraProcesses(program: context.program, feed: settings.name),
            workers: { size, report in
                let models = ModelSet(
                    engine: context.engine, modelFolder: context.modelFolder, options: settings.options,
                    frameSize: size)
                return context.pool.jobs(
                    of: WorkerPool.Client(models: models, options: settings.options, report: report))
            },
            write: { records, origin in
                let writer = RecordWriter(
                    output: output, feed: settings.name, session: context.session, origin: origin,
                    observed: { clocks.now.utcMilliseconds })
                for record in records {
                    do {
                        try writer.write(record)
                    } catch RecordingError.finished {
                        // A camera that ends late finds its output closed; the daemon has told that it is late.
                    } catch {
                        tell(.error, "\(error)")
                    }
                }
            },
            tell: tell, show: monitor.show, lister: lister)
        return FeedDriver(session, hands, mailbox: mailbox)
    }
}

extension CameraSettings {
    /// The folder that is watched; nil where it is a camera or a file.
    fileprivate var folder: String? {
        if case .directory(let request) = source { request.source } else { nil }
    }
}
