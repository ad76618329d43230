import Analyzing
import Following
import Inference
import PathModel
import Rekognition

/// How jobs are done.
public struct JobSettings: Sendable {
    /// What a job may take.
    public struct Limits: Hashable, Sendable {
        /// Jobs that wait or are worked on.
        public var queue = 100
        /// Of a video, in bytes.
        public var bytes: Int64 = 10_000_000_000
        /// Of a video, in seconds.
        public var seconds = 6.0 * 3600

        /// 100 jobs, 10 GB, 6 hours.
        public init() {}
    }

    /// The folder of the database and the results; made where it isn't there.
    public var folder: String
    /// Jobs that are worked on at once.
    public var parallelJobs = 2
    public var limits = Limits()
    /// Seconds after a job's end at which nothing of it is left.
    public var keep = 7.0 * 86400
    /// What is recorded of an analysis.
    public var results = ResultSettings()
    /// Whether a job fails whose video is cut short or damaged.
    public var failsPartial = false
    /// What is looked for. `startTime` doesn't count.
    public var options: AnalysisOptions

    /// The defaults.
    ///
    /// - Parameter folder: of the database and the results.
    public init(folder: String, options: AnalysisOptions) {
        (self.folder, self.options) = (folder, options)
    }
}

/// What jobs share with the rest of the program.
public struct JobContext: Sendable {
    /// Detection workers, of all jobs.
    public var pool: WorkerPool
    /// Loads networks.
    public var engine: any InferenceEngine
    /// Where the face networks are.
    public var modelFolder: String
    /// Footpath's own path, to start decoding processes by.
    public var program: String
    /// Footpath's version.
    public var version: String
    /// Whether a message is sent at a job's end.
    public var notifies: @Sendable (JobRequest) -> Bool
    /// Called when a message was put into the database, from any thread.
    public var messageAdded: @Sendable () -> Void
    /// Takes messages for people.
    public var log: @Sendable (LogLevel, String) -> Void

    /// What jobs share.
    public init(
        pool: WorkerPool, engine: any InferenceEngine, modelFolder: String, program: String, version: String,
        notifies: @escaping @Sendable (JobRequest) -> Bool = { _ in false },
        messageAdded: @escaping @Sendable () -> Void = {},
        log: @escaping @Sendable (LogLevel, String) -> Void
    ) {
        (self.pool, self.engine, self.modelFolder) = (pool, engine, modelFolder)
        (self.program, self.version) = (program, version)
        (self.notifies, self.messageAdded, self.log) = (notifies, messageAdded, log)
    }
}

/// Jobs by state.
public struct JobCounts: Hashable, Sendable {
    /// Jobs that wait, that are worked on, and that are done and still known.
    public var queued = 0, running = 0, succeeded = 0, failed = 0
    /// Seconds since the oldest job that isn't done was started; nil where all are done.
    public var oldest: Double?
    /// Messages that have still to be sent.
    public var messages = 0

    /// None.
    public init() {}
}

extension JobSettings {
    /// Of all that changes what is found in an object.
    func fingerprint(_ context: JobContext) throws(InferenceError) -> String {
        let models = try ModelSet.identify(options: options, modelFolder: context.modelFolder)
        let parts =
            [context.version, "\(results)"] + models.map(\.sha256) + options.recorded.map { "\($0.key)=\($0.value)" }
        return parts.joined(separator: "\n")
    }
}
