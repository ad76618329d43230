import Announcing
import Following
import Foundation
import Recording

/// What `footpath run` is to do: a configuration file, checked.
public struct DaemonConfig: Sendable {
    /// Where records go.
    public struct Output: Hashable, Sendable {
        /// A file, where `{feed}` stands for the camera's name and `{shard}` for this machine's number; `-` for standard
        /// output; or `unix:` and a socket's path.
        public var path: String
        /// When lines reach the disk.
        public var sync: SyncPolicy
        /// When a new file is begun; nil leaves that to others.
        public var rotation: Rotation?
        /// Bytes that wait for a slow reader of the socket.
        public var queueBytes: Int

        /// Where the records of a camera of this name go.
        public func target(for feed: String) -> OutputTarget { OutputTarget(path.replacing("{feed}", with: feed)) }
    }

    /// An address of this machine to listen at.
    public struct Listener: Hashable, Sendable {
        /// As numbers, without brackets.
        public var host: String
        /// 0 lets the system choose.
        public var port: UInt16

        private static let hosts = ["127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1"]

        init(host: String, port: UInt16) {
            (self.host, self.port) = (host, port)
        }

        /// - Parameter text: `127.0.0.1:9464`, `localhost:9464` or `[::1]:9464`; nil where it is nothing of the kind.
        public init?(_ text: String) {
            guard let (name, port) = Self.parts(text), let host = Self.hosts[name] else { return nil }
            self.init(host: host, port: port)
        }

        static func parts(_ text: String) -> (host: String, port: UInt16)? {
            guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
                return nil
            }
            return (String(text[..<colon]), port)
        }
    }

    /// How messages are written.
    public enum LogFormat: String, CaseIterable, Hashable, Sendable {
        /// For people; with priorities for the journal where it listens.
        case text
        /// An object a line.
        case json
    }

    /// Where records go.
    public var output: Output
    /// Where health and metrics can be asked for; nil is nowhere.
    public var http: Listener?
    /// Who is told by MQTT; nil is nobody.
    public var mqtt: BrokerSettings?
    /// Messages below aren't written.
    public var logLevel: LogLevel
    /// How messages are written.
    public var logFormat: LogFormat
    /// Detection workers.
    public var workers: Int
    /// Who is followed: of the configuration's cameras those of this machine's share.
    public var cameras: [FeedSettings]
    /// All of the configuration's cameras by name, whoever follows them.
    public var names: [String]
    /// What is taken as it is, but should be otherwise.
    public var warnings: [String]

    /// Reads a file. All of it is checked, whoever is followed: what this machine may have to take over some day, too.
    ///
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - shards: whose cameras are to be followed, each with no more than one machine can follow; nil is everybody's, with
    ///     no bound, for those who follow none.
    ///   - environment: `CREDENTIALS_DIRECTORY` says where secrets are that are named without a folder.
    ///   - needsSecrets: false leaves them unread, for those who only check.
    ///   - looksAtFiles: whether networks and folders of outputs must be there, as far as whoever asks can see them.
    ///   - cores: how many workers to have where the file doesn't say.
    /// - Throws: `SettingsError` with all that is wrong, each problem with its line and path.
    public init(
        path: String, shards: [Shard]? = [.whole],
        environment: [String: String] = ProcessInfo.processInfo.environment, needsSecrets: Bool = true,
        looksAtFiles: Bool = false, cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws(SettingsError) {
        let problems = ConfigProblems(file: path, looksAtFiles: looksAtFiles)
        let root = try ConfigFile.read(path, problems)
        let known = ["output", "http", "mqtt", "log", "workers", "stats_interval", "defaults", "cameras"]
        let top = root.mapping(known)
        output = Self.output(top?["output"], in: root)
        http = top?["http"].flatMap(Self.listener)
        (logLevel, logFormat) = Self.log(top?["log"])
        workers = top?["workers"]?.integer(1...64) ?? max(1, min(64, cores))
        let secrets = Secrets(folder: environment["CREDENTIALS_DIRECTORY"], areNeeded: needsSecrets)
        mqtt = top?["mqtt"].flatMap(BrokerConfig(secrets: secrets).broker)
        let reader = CameraConfig(
            secrets: secrets,
            statsInterval: top?["stats_interval"]?.duration(1...86400) ?? 60)
        let all = reader.cameras(top?["cameras"], defaults: top?["defaults"], in: root)
        names = all.map(\.name)
        cameras = all
        if let shards {
            cameras = Self.share(of: all, shards, top?["cameras"])
            output.path = output.path.replacing("{shard}", with: "\(shards.first?.number ?? 1)")
        }
        if looksAtFiles, let value = top?["output"]?.mapping(nil)?["path"] {
            let output = output
            let paths = cameras.compactMap { camera -> String? in
                guard case .file(let path) = output.target(for: camera.name) else { return nil }
                return path
            }
            for path in Set(paths).sorted() { Self.checkPlace(path, value) }
        }
        warnings = problems.warnings
        if !problems.all.isEmpty { throw SettingsError(problems: problems.all) }
    }

    /// The cameras of these shares, all of one number of machines.
    private static func share(of all: [FeedSettings], _ shards: [Shard], _ value: ConfigValue?) -> [FeedSettings] {
        let owners = all.map { Shard.owner(of: $0.name, among: shards.first?.count ?? 1) }
        for shard in shards {
            let count = owners.count { $0 == shard.number }
            guard count > CameraConfig.mostCameras else { continue }
            let most = "\(count) cameras, and one footpath run follows at most \(CameraConfig.mostCameras)"
            value?.fail(
                shard.count == 1
                    ? "are \(most); divide them among several machines by --shard"
                    : "shard \(shard) would have \(most); divide them among more machines")
        }
        let numbers = Set(shards.map(\.number))
        return zip(all, owners).filter { numbers.contains($0.1) }.map(\.0)
    }

    // MARK: - Output

    private static func output(_ value: ConfigValue?, in root: ConfigValue) -> Output {
        var output = Output(path: "-", sync: .standard, rotation: nil, queueBytes: 4_000_000)
        guard let value else {
            root.fail(
                "output is missing; say where records go, such as output: {path: \"/var/log/footpath/{feed}.jsonl\"}")
            return output
        }
        guard let mapping = value.mapping(["path", "sync", "rotate", "queue"]) else { return output }
        if let path = mapping["path"] {
            if let text = path.text() { output.path = Self.outputPath(text, path) }
        } else {
            value.fail("path is missing; give a file, \"-\" for standard output, or unix:/run/footpath/records.sock")
        }
        output.sync = mapping["sync"]?.choice(SyncName.self)?.policy ?? .standard
        output.queueBytes = Int(mapping["queue"]?.size(10_000...1_000_000_000) ?? 4_000_000)
        if let rotate = mapping["rotate"] {
            output.rotation = Self.rotation(rotate)
            guard case .file = OutputTarget(output.path) else {
                rotate.fail("only files are rotated")
                return output
            }
        }
        return output
    }

    private static func outputPath(_ text: String, _ value: ConfigValue) -> String {
        if text.replacing("{feed}", with: "").replacing("{shard}", with: "").contains(where: { "{}".contains($0) }) {
            value.fail("\(text): {feed} and {shard} are the only words in braces")
        }
        if case .socket(let path) = OutputTarget(text) {
            if !path.hasPrefix("/") {
                value.fail("\(text): give the socket's whole path, such as unix:/run/x.sock")
            }
            if text.contains("{feed}") { value.fail("\(text): there is one socket for all cameras") }
            // sun_path of unix(7), with its end.
            if path.utf8.count >= 108 { value.fail("a socket's path has at most 107 bytes") }
        }
        return text
    }

    /// Whether a file can come to be there.
    private static func checkPlace(_ path: String, _ value: ConfigValue) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            value.fail("\(path): is a folder; give a file in it")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        // systemd makes these when the service starts (LogsDirectory= and others).
        let isMadeLater = ["/var/log/footpath", "/var/lib/footpath", "/run/footpath"].contains { folder.hasPrefix($0) }
        if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            if !isMadeLater { value.fail("\(folder): there is no such folder") }
        } else if !isFolder.boolValue {
            value.fail("\(folder): is no folder")
        }
    }

    private static func rotation(_ value: ConfigValue) -> Rotation? {
        guard let mapping = value.mapping(["size", "age", "keep", "compress"]) else { return nil }
        let size = mapping["size"]?.size(10_000...1_000_000_000_000)
        let age = mapping["age"]?.duration(60...31_622_400)
        if mapping["size"] == nil && mapping["age"] == nil { value.fail("give size, age or both") }
        return Rotation(
            maximumBytes: size, maximumAge: age.map { .seconds($0) }, keep: mapping["keep"]?.integer(1...10_000) ?? 30,
            compresses: mapping["compress"]?.flag() ?? false)
    }

    private enum SyncName: String, CaseIterable {
        case never, interval, line

        var policy: SyncPolicy {
            switch self {
            case .never: .never
            case .interval: .standard
            case .line: .line
            }
        }
    }

    // MARK: - HTTP and messages

    static func log(_ value: ConfigValue?) -> (LogLevel, LogFormat) {
        let log = value?.mapping(["level", "format"])
        return (log?["level"]?.choice(LogLevel.Name.self)?.level ?? .info, log?["format"]?.choice() ?? .text)
    }

    static func listener(_ http: ConfigValue) -> Listener? {
        guard let mapping = http.mapping(["listen"]) else { return nil }
        guard let value = mapping.needed("listen", "listen is missing; give HOST:PORT, such as listen: 127.0.0.1:9464")
        else { return nil }
        guard let text = value.text() else { return nil }
        if let listener = Listener(text) { return listener }
        value.fail(
            Listener.parts(text) == nil
                ? "\(value.shown(text)): give HOST:PORT, such as 127.0.0.1:9464"
                : "\(value.shown(text)): only this machine may ask: 127.0.0.1 or \"[::1]\"; put a proxy before it for others"
        )
        return nil
    }
}

extension LogLevel {
    /// Levels by their names.
    enum Name: String, CaseIterable {
        case error, warning, notice, info, debug

        var level: LogLevel {
            switch self {
            case .error: .error
            case .warning: .warning
            case .notice: .notice
            case .info: .info
            case .debug: .debug
            }
        }
    }
}
