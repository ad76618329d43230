import Decoding
import PathModel

/// How far the analysis of a feed is.
public struct FeedProgress: Sendable {
    /// Frames whose people were tracked.
    public var analyzed = 0
    /// Microseconds of the video behind the last of them.
    public var elapsed: Int64 = 0
    /// The video's length in microseconds; nil where unknown.
    public var duration: Int64?
    /// Confirmed tracks in the last frame.
    public var people = 0
}

/// What came of a feed so far.
public struct FeedSummary: Sendable {
    /// Frames decoded.
    public var frames = 0
    /// Frames analysed.
    public var analyzed = 0
    /// Paths, points and faces recorded.
    public var paths = 0, points = 0, faces = 0
    /// Damaged packets and frames.
    public var damaged = 0
    /// How the stream ended.
    public var end = StreamEnd.Reason.endOfFile
    /// Why, where it did not end at its end.
    public var message: String?
    /// In their order; of a piece of a file only.
    public var observed: [ObservedStretch] = []
    /// The same, of a stream that broke off.
    public var error: DecodingError?
}
