import PathModel

/// How a source is opened and read, beyond its name.
public struct SourceOptions: Hashable, Sendable, Codable {
    /// Options of FFmpeg's protocols and demuxers, by their names there, such as `rtsp_transport`.
    public var parameters: [String: String] = [:]
    /// FFmpeg's name of the demuxer; nil lets FFmpeg guess. `v4l2` and others of libavdevice are loaded when named.
    public var format: String?
    /// Whether pictures come when they come, so that nothing may wait for later ones.
    public var isLive = false
    /// FFmpeg's number of the video stream to read; nil takes the best.
    public var stream: Int?
    /// Whether a source may be a playlist or a sequence of pictures, and lead elsewhere. Not what nobody named: a file that was
    /// found in a folder, or an object in a store, is one video.
    public var mayNameFiles = true
    /// The most pixels of a picture: what needs more is not decoded.
    public var largestPicture = PixelSize(width: 8192, height: 8192)
    /// Where to decode.
    public var hardware = HardwareDecoding.none
    /// Seconds that opening and probing may take together; nil sets no limit.
    public var openTimeout: Double?
    /// Seconds that a read may take; nil sets no limit.
    public var readTimeout: Double?

    /// The defaults: a file.
    ///
    /// - Parameter stream: FFmpeg's number of the video stream; nil takes the best.
    public init(stream: Int? = nil) { self.stream = stream }
}

/// Which hardware decodes.
public enum HardwareDecoding: String, CaseIterable, Hashable, Sendable, Codable {
    /// Whatever there is, else the processor.
    case auto
    /// Intel's and AMD's.
    case vaapi
    /// NVIDIA's.
    case cuda
    /// The processor.
    case none
}
