import Glibc
import PathModel

/// A quick look at a video file, to plan with: whether it can be read and decoded, how long it is, and what tells it from others.
public struct FileLook: Sendable {
    /// Bytes.
    public let size: Int64
    /// SHA-256 of what tells its content from others, in lower-case hexadecimal digits; see `VideoSource.fingerprint`.
    public let fingerprint: String
    /// What its container and its first frame say; `duration` is what the container claims.
    public let description: StreamDescription

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
        description = try VideoSource(source, options: options, threads: 1, interrupt: interrupt).description
        guard let (size, fingerprint) = Self.identity(of: source) else {
            throw .unreadable(source: source.redacted, reason: "it can't be read any more")
        }
        (self.size, self.fingerprint) = (size, fingerprint)
    }

    /// A regular file's bytes and its fingerprint, without decoding anything; nil where it can't be read, or is none.
    public static func identity(of source: SourceName) -> (size: Int64, fingerprint: String)? {
        guard !source.isStandardInput, source.isRegularFile, let (size, bytes) = source.ends else { return nil }
        return (Int64(size), SHA256Digest.of(bytes))
    }
}
