import Decoding
import PathModel

/// What is asked of a source: to a camera's process the first line of its standard input, since a command line shows in `ps`.
public struct SourceRequest: Hashable, Sendable, Codable {
    /// A URL with its credentials, a device, or a file.
    public var source: String
    /// What people are shown instead, where the source comes from a secret.
    public var shown: String?
    /// The path of a file whose name isn't UTF-8, in place of `source`.
    public var path: [UInt8]?
    /// How to open and read it. Of a live source only the newest picture is kept for a reader who is slow, and times are UTC;
    /// any other waits for its reader, and times are its PTS.
    public var options = SourceOptions()
    /// Pictures a second to give; nil gives all.
    public var fps: Double?
    /// Threads of the decoder.
    public var threads = 1
    /// How far the camera's clock is ahead of this machine's, in microseconds, as the last connection told; nil where
    /// nothing is known.
    public var clockSkew: Int64?

    /// A request for a source.
    public init(source: String, shown: String? = nil) {
        self.source = source
        self.shown = shown
    }

    /// The source by both names.
    public var name: SourceName { path.map(SourceName.init(path:)) ?? SourceName(source, shown: shown) }
}

/// What was opened.
public struct OpenedSource: Hashable, Sendable, Codable {
    /// What the container and the first picture say.
    public var stream: StreamDescription
    /// Where it is decoded: `software`, or FFmpeg's name of the kind of device; nil where nothing else could be chosen.
    public var decoder: String?

    /// What was opened.
    public init(stream: StreamDescription, decoder: String?) {
        self.stream = stream
        self.decoder = decoder
    }
}

/// What a source tells of a picture beside what it shows.
public struct CaptureFacts: Hashable, Sendable, Codable {
    /// Whose clock its time is.
    public var clock = StreamStart.Clock.file
    /// How far the time may be off, in microseconds; see `LiveClock.Reading`.
    public var clockError: Int64 = 0
    /// A clock was set: this time and those before don't belong together.
    public var isClockStep = false
    /// For the next connection's `SourceRequest.clockSkew`.
    public var clockSkew: Int64?
    /// How many pictures that were wanted had to give way to newer ones since the one before.
    public var dropped = 0
    /// Of the whole connection so far.
    public var counts: SourceCounts

    /// Of a file's picture.
    public init(counts: SourceCounts) { self.counts = counts }
}

/// A picture of a source.
public struct SourceFrame: Sendable {
    /// The picture, and its time: UTC in microseconds since 1970 for a live source, else the file's PTS.
    public var frame: DecodedFrame
    /// What else is known of it.
    public var facts: CaptureFacts

    /// A picture that came.
    public init(_ frame: DecodedFrame, _ facts: CaptureFacts) {
        self.frame = frame
        self.facts = facts
    }
}

/// What a source tells, in order: `started` where a process reads it, `opened`, then frames, then `ended`.
public enum SourceEvent: Sendable {
    case started(processID: Int32)
    case opened(OpenedSource)
    case frame(SourceFrame)
    /// The error is why; nil at the end of a file. The counts are of all that was read; nothing where nobody knows.
    case ended(DecodingError?, SourceCounts)
}
