import Glibc
import PathModel

/// A quick look at a video file, to plan with: whether it can be read and decoded, how long it is, and what tells it from others.
public struct FileLook: Sendable {
    /// Bytes.
    public let size: Int64
    /// SHA-256 of what tells its content from others, in lower-case hexadecimal digits; see `VideoSource.fingerprint`.
    public let fingerprint: String
    /// What the container claims, in microseconds; nil where it doesn't say.
    public let duration: Int64?
    /// Where its clock begins, more or less: the time of the first frame that decoding begins with, in microseconds.
    public let start: Int64

    /// Opens a regular file and decodes its first frame. Many threads may look at files at a time.
    ///
    /// - Throws: what `VideoSource` throws; `.unreadable` for what is no regular file, too.
    public init(
        _ source: SourceName, options: SourceOptions = SourceOptions(), interrupt: InterruptFlag
    ) throws(DecodingError) {
        var status = stat()
        if stat(source.cPath, &status) != 0 {
            throw .unreadable(source: source.redacted, reason: String(cString: strerror(errno)))
        }
        try source.checkReadable()
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(source: source.redacted, reason: "is no regular file")
        }
        (duration, start) = try Self.tryOut(source, options: options, interrupt: interrupt)
        guard let (size, fingerprint) = Self.identity(of: source) else {
            throw .unreadable(source: source.redacted, reason: "it can't be read any more")
        }
        (self.size, self.fingerprint) = (size, fingerprint)
    }

    /// Decodes the first frame. Containers whose headers say all are read no further, unless that frame gives rise to doubt.
    private static func tryOut(
        _ source: SourceName, options: SourceOptions, interrupt: InterruptFlag
    ) throws(DecodingError) -> (duration: Int64?, start: Int64) {
        FFmpegLog.listen()
        let demuxer = try Demuxer(source, options: options, trustsHeaders: true, interrupt: interrupt)
        var breakage: DecodingError?
        if demuxer.isKnownByHeaders, let packet = try demuxer.nextPacket(breakage: &breakage),
            let pts = packet.pts, try demuxer.decodes(alone: packet)
        {
            return (demuxer.duration, demuxer.microseconds(pts))
        }
        let video = try VideoSource(source, options: options, threads: 1, interrupt: interrupt).description
        return (video.duration, video.start.microseconds)
    }

    /// A regular file's bytes and its fingerprint, without decoding anything; nil where it can't be read, or is none.
    public static func identity(of source: SourceName) -> (size: Int64, fingerprint: String)? {
        guard !source.isStandardInput, source.isRegularFile, let (size, bytes) = source.ends else { return nil }
        return (Int64(size), SHA256Digest.of(bytes))
    }
}
