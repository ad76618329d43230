import Decoding
import Foundation
import PathModel

/// What a camera process is asked for: the first line of its standard input, since a command line shows in `ps`.
public struct CameraRequest: Hashable, Sendable, Codable {
    /// A URL with its credentials, a device, or a file.
    public var source: String
    /// What people are shown instead, where the source comes from a secret.
    public var shown: String?
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
    public var name: SourceName { SourceName(source, shown: shown) }
}

/// What a camera process opened.
public struct CameraDescription: Hashable, Sendable, Codable {
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

/// A picture of a camera.
public struct CameraFrame: Sendable {
    /// The picture, and its time: UTC in microseconds since 1970 for a live source, else the file's PTS.
    public var frame: DecodedFrame
    /// Whose clock its time is.
    public var clock: ClockSource
    /// How far the time may be off, in microseconds; see `LiveClock.Reading`.
    public var clockError: Int64
    /// A clock was set: this time and those before don't belong together.
    public var isClockStep: Bool
    /// For the next connection's `CameraRequest.clockSkew`.
    public var clockSkew: Int64?
    /// When it was decoded, in microseconds since 1970 UTC.
    public var arrival: Int64
    /// How many pictures that were wanted had to give way to newer ones since the one before.
    public var dropped: Int
    /// Of the whole connection so far.
    public var counts: SourceCounts

    /// A picture that came.
    public init(
        frame: DecodedFrame, clock: ClockSource, clockError: Int64, isClockStep: Bool, arrival: Int64, dropped: Int,
        counts: SourceCounts
    ) {
        (self.frame, self.clock, self.clockError, self.isClockStep) = (frame, clock, clockError, isClockStep)
        (self.arrival, self.dropped, self.counts) = (arrival, dropped, counts)
    }
}

/// What a source tells, in order: `started` where a process reads it, `opened`, then frames, then `ended`.
public enum CameraEvent: Sendable {
    case started(processID: Int32)
    case opened(CameraDescription)
    case frame(CameraFrame)
    /// The error is why; nil at the end of a file. The counts are of all that was read; nothing where nobody knows.
    case ended(DecodingError?, SourceCounts)
}

/// The head of a message on the pipe from a camera process.
///
/// A message is two 32-bit numbers of the machine's byte order, the bytes of the head and those of the body; then the
/// head as JSON; then the body, a picture's planes. Both ends are the same program on the same machine.
enum CameraMessage: Codable {
    case opened(CameraDescription)
    case frame(PictureHead)
    case ended(DecodingError?, SourceCounts)
}

/// A picture without its pixels.
struct PictureHead: Codable {
    var index: Int
    var time: Int64
    var isTimeEstimated: Bool
    var followsDamage: Bool
    var clock: ClockSource
    var clockError: Int64
    var isClockStep: Bool
    var clockSkew: Int64?
    var arrival: Int64
    var dropped: Int
    var counts: SourceCounts
    var layout: PictureLayout
}

/// How a picture's bytes are to be read.
struct PictureLayout: Codable, Hashable {
    /// FFmpeg's name.
    var pixelFormat: String
    var width: Int32
    var height: Int32
    /// As a viewer shows it.
    var size: PixelSize
    var orientation: Orientation
    /// FFmpeg's numbers; both ends are one program.
    var colorRange: UInt32
    var colorSpace: UInt32
}
