import Recording

/// What Rekognition's responses say of a video.
public struct VideoMetadata: Hashable, Sendable, Codable {
    /// Whether luma takes all values or those of television.
    public enum ColorRange: String, Sendable, Codable {
        case full = "FULL"
        case limited = "LIMITED"
    }

    /// FFmpeg's name, such as `h264`.
    public var codec: String
    /// Milliseconds.
    public var duration: Int64
    /// The long name of FFmpeg's demuxer, such as `QuickTime / MOV`.
    public var format: String
    /// Frames a second.
    public var frameRate: Double
    /// Pixels, as a viewer shows it.
    public var frameWidth: Int, frameHeight: Int
    /// Nil where the video doesn't say.
    public var colorRange: ColorRange?

    /// What is known of a video.
    public init(
        codec: String, duration: Int64, format: String, frameRate: Double, frameWidth: Int, frameHeight: Int,
        colorRange: ColorRange? = nil
    ) {
        (self.codec, self.duration, self.format, self.frameRate) = (codec, duration, format, frameRate)
        (self.frameWidth, self.frameHeight, self.colorRange) = (frameWidth, frameHeight, colorRange)
    }

    /// The text of the responses' `VideoMetadata`.
    public var json: [UInt8] {
        var line = JSONLine()
        line.add("Codec", codec)
        line.add("DurationMillis", duration)
        line.add("Format", format)
        line.add("FrameRate", float: frameRate)
        line.add("FrameHeight", frameHeight)
        line.add("FrameWidth", frameWidth)
        if let colorRange { line.add("ColorRange", colorRange.rawValue) }
        return line.closedBytes
    }
}
