import PathModel

/// The frames of a file, an image sequence, a URL or standard input, decoded by FFmpeg.
public final class VideoSource: FrameSource {
    public let description: StreamDescription
    public var counts: SourceCounts { reader.counts }

    private let reader: FrameReader
    /// Decoded on opening, to know what the stream really holds.
    private var first: DecodedFrame?

    /// Opens a source and decodes its first frame.
    ///
    /// - Parameters:
    ///   - rate: frames a second of the video to give; nil gives all.
    ///   - threads: of the decoder.
    ///   - interrupt: makes this and later calls return with `DecodingError.interrupted`.
    public init(
        _ source: SourceName, rate: Double? = nil, threads: Int, interrupt: InterruptFlag
    ) throws(DecodingError) {
        silenceFFmpeg()
        let demuxer = try Demuxer(source, interrupt: interrupt)
        reader = try FrameReader(demuxer, decoder: Decoder(for: demuxer, threads: threads), rate: rate)
        guard let first = try reader.next() else {
            throw .noVideo(source: source.redacted, reason: "not one frame of its video could be decoded")
        }
        description = demuxer.describe(first: first)
        self.first = first
    }

    public func next() throws(DecodingError) -> DecodedFrame? {
        guard let first else { return try reader.next() }
        self.first = nil
        return first
    }
}
