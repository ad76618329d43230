import Analyzing
import Capturing
import Decoding
import PathModel

/// What a daemon follows under one name.
public struct FeedSettings: Hashable, Sendable {
    /// Where pictures come from.
    public enum Source: Hashable, Sendable {
        /// A camera, for ever.
        case camera(SourceRequest)
        /// One file, once.
        case file(SourceRequest)
        /// Each new file in a folder, once. The request says how to read it; its `source` is the folder.
        case directory(SourceRequest)
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
    /// Whether people may look at its pictures.
    public var showsPictures: Bool
    /// Who is unrecognisable in these; nil is nobody.
    public var blur: Blur?

    /// A camera.
    public init(
        name: String, source: Source, options: AnalysisOptions, statsInterval: Double = 60, settle: Double = 10,
        showsPictures: Bool = false, blur: Blur? = nil
    ) {
        self.name = name
        self.source = source
        self.options = options
        self.statsInterval = statsInterval
        self.settle = settle
        self.showsPictures = showsPictures
        self.blur = blur
    }
}

/// How much a message matters, as in syslog(3).
public enum LogLevel: Int, Hashable, Sendable, Comparable {
    case error = 3, warning = 4, notice = 5, info = 6, debug = 7

    public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}
