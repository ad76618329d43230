import Analyzing
import Following
import Foundation
import Notifying
import PathModel
import Signing

/// What `footpath serve` is to do: a configuration file, checked.
public struct ServeConfig: Sendable {
    /// Where videos are.
    public enum Media: Sendable {
        /// A folder whose folders are the buckets.
        case directory(String)
        /// An S3-compatible store.
        case store(ObjectAddresses)
    }

    /// What clients can cost.
    public struct Limits: Hashable, Sendable {
        /// Jobs that wait or run.
        public var queue = 100
        /// Bytes of a video.
        public var size: Int64 = 10_000_000_000
        /// Seconds of a video.
        public var length = 6 * 3600.0
        /// Requests at once.
        public var requests = 256
        /// Open connections.
        public var connections = 10_000
    }

    /// Where clients ask.
    public var listen: DaemonConfig.Listener
    /// Who may ask; nil is whoever reaches the address, which is this machine's own then.
    public var keys: AccessKeys?
    /// Where videos and pictures are.
    public var media: Media
    /// The folder of jobs and results.
    public var state: String
    /// How many jobs run at once.
    public var parallelJobs: Int
    public var limits: Limits
    /// Seconds for which results stay.
    public var keep: Double
    /// Points of a path a second; nil is every analysed frame.
    public var sampleRate: Double?
    public var landmarks: Landmark.Selection
    /// Whether a video that could only be seen in part is a failure.
    public var failsPartial: Bool
    /// Who is told of a job's end; nil is nobody.
    public var receiver: Receiver?
    /// Where operators can ask for health and metrics; nil is nowhere.
    public var http: DaemonConfig.Listener?
    /// Messages below aren't written.
    public var logLevel: LogLevel
    /// How messages are written.
    public var logFormat: DaemonConfig.LogFormat
    /// Detection workers.
    public var workers: Int
    public var analysis: AnalysisOptions
    /// What is taken as it is, but should be otherwise.
    public var warnings: [String]

    static let keysOfFile = [
        "listen", "keys", "auth", "media", "state", "parallel_jobs", "limits", "keep", "sample_rate", "landmarks",
        "partial", "sns", "webhook", "http", "log", "workers", "analysis",
    ]

    private enum Partial: String, CaseIterable {
        case keep, fail
    }

    private enum Landmarks: String, CaseIterable {
        case five, all
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - environment: `CREDENTIALS_DIRECTORY` says where secrets are that are named without a folder.
    ///   - needsSecrets: false leaves them unread, for those who only check.
    ///   - looksAtFiles: whether networks and folders must be there, as far as whoever asks can see them.
    ///   - cores: how many workers to have where the file doesn't say.
    /// - Throws: `SettingsError` with all that is wrong, each problem with its line and path.
    public init(
        path: String, environment: [String: String] = ProcessInfo.processInfo.environment, needsSecrets: Bool = true,
        looksAtFiles: Bool = false, cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws(SettingsError) {
        let problems = ConfigProblems(file: path, looksAtFiles: looksAtFiles)
        let root = try ConfigFile.read(path, problems)
        let top = root.mapping(Self.keysOfFile)
        let secrets = Secrets(folder: environment["CREDENTIALS_DIRECTORY"], areNeeded: needsSecrets)
        let clients = ClientConfig(secrets: secrets)
        listen = clients.listen(top?["listen"], in: root)
        keys = clients.keys(top?["keys"], auth: top?["auth"], listen, in: root)
        media = MediaConfig(secrets: secrets).media(top?["media"], in: root)
        receiver = ReceiverConfig(secrets: secrets).receiver(sns: top?["sns"], webhook: top?["webhook"])
        state = Self.state(top?["state"], in: root)
        parallelJobs = top?["parallel_jobs"]?.integer(1...64) ?? 2
        limits = top?["limits"].map(Self.limits) ?? Limits()
        keep = top?["keep"]?.duration(1...31_622_400) ?? 7 * 86400
        sampleRate = top?["sample_rate"]?.rate()
        let chosen: Landmarks = top?["landmarks"]?.choice() ?? .five
        landmarks = chosen == .all ? .all : .five
        failsPartial = top?["partial"]?.choice(Partial.self) == .fail
        http = top?["http"].flatMap(DaemonConfig.listener)
        (logLevel, logFormat) = DaemonConfig.log(top?["log"])
        let workers = top?["workers"]?.integer(1...64) ?? max(1, min(64, cores))
        self.workers = workers
        analysis = Self.analysis(top?["analysis"], in: root, landmarks: chosen.rawValue, workers: workers)
        warnings = problems.warnings
        if !problems.all.isEmpty { throw SettingsError(problems: problems.all) }
    }

    /// Whether a file is one of these, and not a daemon's, by its keys; false where it can't be read.
    public static func isMeant(by path: String) -> Bool {
        guard let keys = try? ConfigFile.read(path, ConfigProblems(file: path)).mapping(nil)?.values.keys else {
            return false
        }
        return Set(keys).isDisjoint(with: ["cameras", "output"])
            && !Set(keys).isDisjoint(with: ["listen", "media", "keys", "auth", "state"])
    }

    // MARK: - Parts

    private static func state(_ value: ConfigValue?, in root: ConfigValue) -> String {
        guard let value else {
            root.fail("state is missing; name a folder for jobs and results, such as state: /var/lib/footpath-serve")
            return ""
        }
        return value.text() ?? ""
    }

    private static func limits(_ value: ConfigValue) -> Limits {
        var limits = Limits()
        guard let mapping = value.mapping(["queue", "size", "length", "requests", "connections"]) else { return limits }
        limits.queue = mapping["queue"]?.integer(1...100_000) ?? limits.queue
        limits.size = mapping["size"]?.size(1000...1_000_000_000_000_000) ?? limits.size
        limits.length = mapping["length"]?.duration(1...604_800) ?? limits.length
        limits.requests = mapping["requests"]?.integer(1...10_000) ?? limits.requests
        limits.connections = mapping["connections"]?.integer(1...100_000) ?? limits.connections
        return limits
    }

    /// Who counts people, and how much is recorded, is the daemon's.
    private static let foreign =
        LayoutConfig.keys + ["counts_settle", "counts_interval", "detail", "landmarks", "raw_landmarks"]

    private static func analysis(
        _ value: ConfigValue?, in root: ConfigValue, landmarks: String, workers: Int
    ) -> AnalysisOptions {
        let known = AnalysisConfig.keys.filter { !foreign.contains($0) }
        let mapping = value?.mapping(known) ?? ConfigMapping(owner: root, values: [:], isUnderstood: true)
        return AnalysisConfig.options(of: mapping, more: ["landmarks": [landmarks]], cores: workers, isLive: false)
    }
}

extension ConfigValue {
    /// Points a second; `all` is nil.
    fileprivate func rate() -> Double? {
        if text() == "all" { return nil }
        guard let rate = number() else { return nil }
        if !(0.01...1000 ~= rate) { fail("must be 0.01 to 1000 points a second, or all") }
        return rate
    }
}
