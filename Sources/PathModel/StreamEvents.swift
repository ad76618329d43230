/// What was opened.
public struct StreamStart: Hashable, Sendable {
    /// Whose time the stream's clock is.
    public enum Clock: String, Sendable, Codable {
        /// The file's PTS, or, where it has none, its frame rate.
        case file, estimated
        /// The camera's, by RTCP sender reports, or this machine's, when pictures arrive.
        case ntp, arrival
    }

    /// Where a file's zero lies in UTC.
    public enum TimeOrigin: String, Sendable {
        /// The container's `creation_time` is the time of the first frame.
        case creationTime = "creation_time"
        /// The user said when the first frame was taken.
        case option
        /// Nobody knows: PTS zero is written as 1970-01-01T00:00:00Z.
        case epoch
        /// A camera's `time` is what `clock` says; `pts_ms` is counted from the session's start.
        case clock
    }

    /// 1 for the first connection of the session, one more after each reconnection.
    public var run: Int
    /// FFmpeg's codec name.
    public var codec: String
    /// FFmpeg's demuxer name.
    public var container: String
    /// The frame as a viewer shows it: rotation and sample aspect ratio applied, in pixels.
    public var frameSize: PixelSize
    /// Frames a second as the container states it; nil where it doesn't.
    public var frameRate: Double?
    /// Length as the container states it; nil where it doesn't.
    public var durationMilliseconds: Int64?
    /// FFmpeg's pixel format name.
    public var pixelFormat: String
    /// `tv` (limited), `pc` (full) or `unknown`, as FFmpeg names them.
    public var colorRange: String
    /// Whose time `pts_ms` is.
    public var clock: Clock
    /// What `time` is counted from.
    public var timeOrigin: TimeOrigin
    /// How far a live `time` may be off, as known at the start; nil for files.
    public var clockErrorMilliseconds: Int64?
    /// Where it is decoded, `software` or FFmpeg's name of the kind of device; nil where nothing else could be chosen.
    public var decoder: String?
    /// Where the pictures come from, without credentials.
    public var source: String

    /// What was opened.
    public init(
        run: Int, codec: String, container: String, frameSize: PixelSize, frameRate: Double?,
        durationMilliseconds: Int64?, pixelFormat: String, colorRange: String, clock: Clock, timeOrigin: TimeOrigin,
        source: String, clockErrorMilliseconds: Int64? = nil, decoder: String? = nil
    ) {
        self.run = run
        self.codec = codec
        self.container = container
        self.frameSize = frameSize
        self.frameRate = frameRate
        self.durationMilliseconds = durationMilliseconds
        self.pixelFormat = pixelFormat
        self.colorRange = colorRange
        self.clock = clock
        self.timeOrigin = timeOrigin
        self.source = source
        self.clockErrorMilliseconds = clockErrorMilliseconds
        self.decoder = decoder
    }
}

/// A stretch of the stream that was not seen.
public struct Gap: Hashable, Sendable {
    /// Why frames are missing.
    public enum Reason: String, Sendable {
        case stalled, disconnected, overload
        /// A piece of the file isn't there.
        case missing
        case decodeError = "decode_error"
        /// The camera's clock or this machine's was set: `to` may lie before `from`.
        case clockChanged = "clock_changed"
    }

    /// Time of the last frame before.
    public var from: Timestamp
    /// Time of the first frame after.
    public var to: Timestamp
    /// Why.
    public var reason: Reason
    /// How many frames are missing; nil where nobody knows.
    public var framesLost: Int?

    /// A stretch that was not seen.
    public init(from: Timestamp, to: Timestamp, reason: Reason, framesLost: Int?) {
        self.from = from
        self.to = to
        self.reason = reason
        self.framesLost = framesLost
    }
}

/// How a live feed is doing, every so often.
public struct FeedStats: Hashable, Sendable {
    /// A number by its key.
    public struct Figure: Hashable, Sendable {
        /// snake_case, as in the JSON.
        public var key: String
        /// The number.
        public var value: Int

        /// A key and its number.
        public init(_ key: String, _ value: Int) {
            self.key = key
            self.value = value
        }
    }

    /// What the counts are of, in milliseconds.
    public var intervalMilliseconds: Int64 = 0
    /// `opening`, `running`, `waiting`, ...
    public var state = ""
    /// Numbers by their keys, in the order of the record: what only grows counts in the interval.
    public var figures: [Figure] = []
    /// From when a picture was taken to when its records were written, in the interval; nil without frames.
    public var latencyP50Milliseconds: Int64?, latencyP99Milliseconds: Int64?
    /// Where it is decoded; nil while nothing is.
    public var decoder: String?
    /// Whose clock tells the time now; nil while there are no pictures.
    public var clock: StreamStart.Clock?
    /// How far the time may be off; nil where unknown.
    public var clockErrorMilliseconds: Int64?
    /// Resident memory of the whole program without its camera processes, in bytes.
    public var memory: Int64 = 0

    /// Nothing so far.
    public init() {}
}

/// How a stream ended.
public struct StreamEnd: Hashable, Sendable {
    /// Why a stream ended.
    public enum Reason: String, Sendable {
        /// The end of the file.
        case endOfFile = "end_of_file"
        /// The file goes on, but can't be read or decoded further.
        case decodeError = "decode_error"
        /// The user asked for it.
        case interrupted
        /// The pictures changed their size; the next run follows.
        case sizeChanged = "size_changed"
        /// The camera closed the connection, or it broke.
        case disconnected
        /// Nothing came for too long.
        case stalled
        /// The camera's clock or this machine's was set.
        case clockChanged = "clock_changed"
    }

    /// Why it ended.
    public var reason: Reason
    /// What FFmpeg said; nil for an ordinary end.
    public var message: String?
    /// Frames that were decoded.
    public var frames: Int
    /// Frames that were searched for people.
    public var analyzed: Int
    /// Packets and frames that the decoder or demuxer rejected or marked as damaged.
    public var decodeErrors: Int

    /// The end of a stream.
    public init(reason: Reason, message: String?, frames: Int, analyzed: Int, decodeErrors: Int) {
        self.reason = reason
        self.message = message
        self.frames = frames
        self.analyzed = analyzed
        self.decodeErrors = decodeErrors
    }
}
