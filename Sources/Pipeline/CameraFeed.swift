import Decoding
import Dispatch
import Foundation
import Inference
import PathModel
import Recording

/// What a daemon follows under one name.
public struct CameraSettings: Hashable, Sendable {
    /// Where pictures come from.
    public enum Source: Hashable, Sendable {
        /// A camera, or one file.
        case stream(CameraRequest)
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

    /// A camera.
    public init(name: String, source: Source, options: AnalysisOptions, statsInterval: Double = 60) {
        self.name = name
        self.source = source
        self.options = options
        self.statsInterval = statsInterval
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
    /// Takes messages for people.
    public let log: @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void

    /// What all cameras share.
    public init(
        pool: WorkerPool, engine: any InferenceEngine, modelFolder: String, program: String, version: String,
        session: String, stateFolder: String?,
        log: @escaping @Sendable (_ level: LogLevel, _ camera: String, _ text: String) -> Void
    ) {
        self.pool = pool
        self.engine = engine
        self.modelFolder = modelFolder
        self.program = program
        self.version = version
        self.session = session
        self.stateFolder = stateFolder
        self.log = log
    }
}

extension FeedContext {
    /// Writes records; what goes wrong is for the log.
    func record(_ camera: String, _ recorder: StreamRecorder, _ body: (StreamRecorder) throws -> Void) {
        do {
            try body(recorder)
        } catch RecordingError.finished {
            // A camera that ends late finds its output closed; the daemon has told that it is late.
        } catch {
            log(.error, camera, "\(error)")
        }
    }
}

/// One camera's supervised life: opening, running, waiting to try again, for ever.
///
/// Threads: one of its own follows, tracks and records; one more reads from the camera's process while there is one.
public final class CameraFeed: Sendable {
    /// What was asked for.
    public let settings: CameraSettings
    /// How it is doing.
    public let monitor = CameraMonitor()

    private let context: FeedContext
    private let output: RecordOutput
    private let stopping = InterruptFlag()
    private let inbox = BoundedQueue<CameraMessageToFeed>(capacity: .max)
    private let group = DispatchGroup()

    /// A camera that doesn't run yet.
    public init(_ settings: CameraSettings, context: FeedContext, output: RecordOutput) {
        self.settings = settings
        self.context = context
        self.output = output
    }

    /// Lets it live.
    public func start() {
        DispatchQueue(label: "footpath.camera.\(settings.name)").async(group: group) { [self] in
            CameraLife(settings, context: context, output: output, inbox: inbox, monitor: monitor, stopping: stopping)
                .live()
        }
    }

    /// Shows that time passes; to be called about once a second.
    public func tick() {
        inbox.push(.tick)
    }

    /// Asks it to end all paths and stop.
    public func stop() {
        stopping.raise()
        inbox.push(.tick)
    }

    /// Waits for its end.
    ///
    /// - Returns: whether it ended within `seconds`.
    public func wait(seconds: Double) -> Bool {
        group.wait(timeout: .now() + seconds) == .success
    }
}

/// What reaches a camera's thread.
enum CameraMessageToFeed: Sendable {
    case started(processID: Int32)
    case event(CameraEvent)
    case outcome(Outcome, run: Int)
    case tick
}
