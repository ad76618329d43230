import PathModel

/// A part of a file that is read by itself: from a keyframe on, with the numbers and times of the whole file's reading.
///
/// It holds for the file that it was made of (`PacketScan.windows`). Times are microseconds on the stream's clock, as `FrameInfo.time`.
public struct SourceWindow: Hashable, Sendable, Codable {
    /// PTS of the keyframe that it begins with, in the stream's time base; its DTS where the container has no PTS.
    public var seek: Int64
    /// That frame's number in the whole file, in presentation order. 0: the file is read from its beginning.
    public var firstFrame: Int
    /// That frame's time.
    public var start: Int64
    /// The first time that is not given; nil: to the end of the file.
    public var end: Int64?
    /// Time of the file's first frame: `StreamDescription.start`, and where the grid of sampled frames begins.
    public var origin: Int64
    /// Time of the frame before the first one, which tells whether a sampling rate wants that; nil where there is none.
    public var previous: Int64?
    /// Where the file's latest packet ends, which tells whether the file is cut short; nil where that is behind `end`, or unknown.
    public var reached: Int64?

    /// A window; see its parts.
    public init(
        seek: Int64, firstFrame: Int, start: Int64, end: Int64? = nil, origin: Int64, previous: Int64? = nil,
        reached: Int64? = nil
    ) {
        self.seek = seek
        self.firstFrame = firstFrame
        self.start = start
        self.end = end
        self.origin = origin
        self.previous = previous
        self.reached = reached
    }

    /// Whether there is anything of the file before it.
    var beginsInside: Bool { firstFrame > 0 }
}
