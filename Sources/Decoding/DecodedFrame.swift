import PathModel

/// A frame's number, time and picture.
public struct DecodedFrame: Sendable {
    /// Which frame, and when.
    public var info: FrameInfo
    /// What it shows.
    public var picture: Picture
    /// Something was damaged since the frame given before: frames may be missing between the two.
    public var followsDamage: Bool
    /// What a live stream says of when it was taken.
    package var streamTime = StreamTime()

    /// A frame.
    public init(info: FrameInfo, picture: Picture, followsDamage: Bool) {
        self.info = info
        self.picture = picture
        self.followsDamage = followsDamage
    }
}

/// What a live stream itself says of when a picture was taken.
public struct StreamTime: Hashable, Sendable {
    /// Microseconds; nil where the format has no times.
    public var pts: Int64?
    /// Added to a PTS it gives UTC in microseconds since 1970 by the camera's latest sender report; nil before the first.
    public var reportedOffset: Int64?
}

/// How much of a stream was read.
public struct SourceCounts: Hashable, Sendable, Codable {
    /// Frames decoded, wanted or not; those before a window count.
    public var decoded = 0
    /// Packets and frames that were damaged.
    public var damaged = 0

    /// Nothing so far.
    public init() {}
}

/// What a stream is, as its container and its first frame say.
public struct StreamDescription: Hashable, Sendable, Codable {
    /// FFmpeg's name of the codec.
    public var codec: String
    /// FFmpeg's name of the demuxer.
    public var container: String
    /// The frame as a viewer shows it.
    public var frameSize: PixelSize
    /// The frame as coded.
    public var codedSize: PixelSize
    /// Frames a second; nil where the container doesn't say.
    public var frameRate: Double?
    /// Microseconds; nil where the container doesn't say.
    public var duration: Int64?
    /// FFmpeg's name of the pixel format.
    public var pixelFormat: String
    /// `tv`, `pc` or `unknown`.
    public var colorRange: String
    /// Clockwise turn that a viewer applies, in degrees: 0, 90, 180 or 270. Mirroring is not counted.
    public var rotation: Int
    /// Time of the first frame.
    public var start: Timestamp
    /// The first frame had no PTS.
    public var isTimeEstimated: Bool
    /// The container's `creation_time` as it is written there.
    public var creationTime: String?
}
