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
    ///   - window: what to give of a regular file, as the whole file's reading gives it; nil gives all. What is described is
    ///     the whole file, but for the size of the window's first picture. A window may have no frame.
    /// - Throws: beside what `next` does `.unreadable` where there is nothing to read, or the window isn't one of this file;
    ///   `.noVideo` where not one frame can be decoded.
    public init(
        _ source: SourceName, options: SourceOptions = SourceOptions(), fps: Double? = nil, threads: Int,
        interrupt: InterruptFlag, window: SourceWindow? = nil
    ) throws(DecodingError) {
        FFmpegLog.listen()
        if let window, window.beginsInside {
            var described = try Self.describe(source, options: options, window: window, interrupt: interrupt)
            reader = try RepeatableReader(
                source, options: options, fps: fps, threads: threads, window: window, interrupt: interrupt)
            do throws(DecodingError) {
                first = try reader.next()
            } catch .broken {
                // It is told again by `next`.
                first = nil
            }
            if let picture = first?.picture {
                (described.frameSize, described.codedSize) = (picture.size, picture.codedSize)
            }
            description = described
            return
        }
        reader = try RepeatableReader(
            source, options: options, fps: fps, threads: threads, window: window, interrupt: interrupt)
        let first = try Self.first(of: reader, source, options)
        description = reader.demuxer.describe(first: first)
        self.first = first
    }

    /// What a file is that a window is of.
    private static func describe(
        _ source: SourceName, options: SourceOptions, window: SourceWindow, interrupt: InterruptFlag
    ) throws(DecodingError) -> StreamDescription {
        guard source.isRegularFile else {
            throw .unreadable(source: source.redacted, reason: "only a file can be read from its middle on")
        }
        let whole = try RepeatableReader(source, options: options, fps: nil, threads: 1, interrupt: interrupt)
        let description = whole.demuxer.describe(first: try first(of: whole, source, options))
        guard description.start.microseconds == window.origin else {
            let times = "\(description.start.microseconds) µs instead of \(window.origin) µs"
            throw .unreadable(
                source: source.redacted,
                reason: "its first frame is at \(times): it changed since it was cut into pieces")
        }
        return description
    }

    private static func first(
        of reader: RepeatableReader, _ source: SourceName, _ options: SourceOptions
    ) throws(DecodingError) -> DecodedFrame {
        if let first = try reader.next() { return first }
        var why = reader.lastError.map { ": \(message(averror: $0)) (FFmpeg's error \($0))" } ?? ""
        if reader.lastError == footpath_averror(EINVAL) {
            why += "; are its pictures larger than \(options.largestPicture) (--max-picture, max_picture)?"
        }
        throw .noVideo(source: source.redacted, reason: "not one frame of its video could be decoded\(why)")
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
