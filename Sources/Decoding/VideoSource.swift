import CFFmpeg
import Glibc
import PathModel

/// The frames of a file, an image sequence, a URL or standard input, decoded by FFmpeg.
public final class VideoSource: FrameSource {
    public let description: StreamDescription
    public var counts: SourceCounts { reader.counts }

    /// Where it is decoded: `software`, or FFmpeg's name of the kind of device.
    package var device: String { reader.device }

    private let reader: RepeatableReader
    /// Decoded on opening, to know what the stream really holds.
    private var first: DecodedFrame?

    /// Opens a source and decodes its first frame.
    ///
    /// - Parameters:
    ///   - fps: frames a second of the video to give; nil gives all.
    ///   - options: how to open and read it.
    ///   - threads: of the decoder, for a file. What can't be read a second time is decoded by one thread.
    ///   - interrupt: makes this and later calls return with `DecodingError.interrupted`.
    public init(
        _ source: SourceName, options: SourceOptions = SourceOptions(), fps: Double? = nil, threads: Int,
        interrupt: InterruptFlag
    ) throws(DecodingError) {
        footpath_silence()
        reader = try RepeatableReader(source, options: options, fps: fps, threads: threads, interrupt: interrupt)
        guard let first = try reader.next() else {
            var why = reader.lastError.map { ": \(message(averror: $0)) (FFmpeg's error \($0))" } ?? ""
            if reader.lastError == footpath_averror(EINVAL) {
                why += "; are its pictures larger than \(options.largestPicture) (--max-picture, max_picture)?"
            }
            throw .noVideo(source: source.redacted, reason: "not one frame of its video could be decoded\(why)")
        }
        description = reader.demuxer.describe(first: first)
        self.first = first
    }

    /// SHA-256 of what tells its content from others: of a file the size and the first and last MiB, else the first frame,
    /// provided that wasn't given yet.
    public func fingerprint() -> String {
        let content = reader.demuxer.source.fingerprint ?? first.map { Self.fingerprint(of: $0.picture) } ?? []
        guard let digest = SHA256Digest() else { return "" }
        digest.update(content)
        return digest.hexadecimal()
    }

    public func next() throws(DecodingError) -> DecodedFrame? {
        guard let first else { return try reader.next() }
        self.first = nil
        return first
    }
}
