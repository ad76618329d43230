import CFFmpeg
import Glibc
import PathModel

/// The frames of a file, an image sequence, a URL or standard input, decoded by FFmpeg. For one thread at a time, which its calls
/// may block.
public final class VideoSource {
    /// What was opened.
    public let description: StreamDescription
    /// What was read so far.
    public var counts: SourceCounts { reader.counts }

    /// Where it is decoded: `software`, or FFmpeg's name of the kind of device.
    package var device: String { reader.device }

    /// Called after each packet that was read, on the thread that reads: it may take long from one frame to the next, as where
    /// a file is decoded again from its start.
    package var whileReading: () -> Void {
        get { reader.whileReading }
        set { reader.whileReading = newValue }
    }

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
        FFmpegLog.listen()
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
        SHA256Digest.of(reader.demuxer.source.fingerprint ?? first.map { Self.fingerprint(of: $0.picture) } ?? [])
    }

    /// The next frame to analyse, in presentation order; nil at the end of the stream.
    ///
    /// - Throws: `DecodingError.broken` where the stream breaks off, after its last whole frame was given;
    ///   `.interrupted` when the interrupt flag is raised.
    public func next() throws(DecodingError) -> DecodedFrame? {
        guard let first else { return try reader.next() }
        self.first = nil
        return first
    }
}
