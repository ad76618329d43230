/// The program, its networks and the settings that change results.
public struct SessionStart: Hashable, Sendable {
    /// A network and the hash of its file.
    public struct Model: Hashable, Sendable, Codable {
        /// What it is used for or called, without a folder.
        public var name: String
        /// SHA-256 of the file's bytes, lower-case hexadecimal.
        public var sha256: String

        /// A network's name and hash.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// A setting's value.
    public enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
        case flag(Bool)
    }

    /// A setting by its key.
    public struct Setting: Hashable, Sendable {
        /// snake_case, as in the JSON.
        public var key: String
        /// Its value.
        public var value: Value

        /// A key and its value.
        public init(_ key: String, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Footpath's version.
    public var version: String
    /// The networks in use.
    public var models: [Model]
    /// Only what changes results, in a fixed order.
    public var settings: [Setting]
    /// The machine's share of the cameras, such as `2/5`; nil where one machine follows all.
    public var shard: String?

    /// The start of a session.
    public init(version: String, models: [Model], settings: [Setting], shard: String? = nil) {
        self.version = version
        self.models = models
        self.settings = settings
        self.shard = shard
    }
}

/// The totals of a session.
public struct SessionEnd: Hashable, Sendable {
    /// Frames that were searched for people.
    public var analyzed: Int
    /// Confirmed tracks.
    public var paths: Int
    /// `path` records.
    public var points: Int
    /// `path` records with a face.
    public var faces: Int

    /// The totals of a session.
    public init(analyzed: Int, paths: Int, points: Int, faces: Int) {
        self.analyzed = analyzed
        self.paths = paths
        self.points = points
        self.faces = faces
    }
}
