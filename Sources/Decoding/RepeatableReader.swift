import PathModel

/// Reads a source so that every run gives the same pictures, damaged ones included.
///
/// What a damaged frame looks like, and whether it is flagged, depends on how a decoder's threads take turns. So at the
/// first sign of damage a file is opened again and decoded by one thread. Frames given before owe nothing to the damage.
final class RepeatableReader {
    private(set) var demuxer: Demuxer
    /// Where the latest frame was decoded: `software`, or FFmpeg's name of the kind of device.
    var device: String { decoder.device }
    var counts: SourceCounts { reader.counts }
    /// FFmpeg's code for the latest packet or frame that was rejected.
    var lastError: Int32? { decoder.lastError }
    /// Called after each packet that was read.
    var whileReading: () -> Void = {} { didSet { reader.whileReading = whileReading } }

    private let options: SourceOptions
    private let fps: Double?
    private let window: SourceWindow?
    private let interrupt: InterruptFlag
    private var decoder: Decoder
    private var reader: FrameReader
    private var isParallel: Bool
    /// Frames that `reader` gave.
    private var given = 0

    /// - Parameters:
    ///   - threads: of the decoder, for a file. What can't be read a second time is decoded by one thread.
    ///   - window: what to give of the file; nil is all.
    init(
        _ source: SourceName, options: SourceOptions, fps: Double?, threads: Int, window: SourceWindow? = nil,
        interrupt: InterruptFlag
    ) throws(DecodingError) {
        (self.options, self.fps, self.window, self.interrupt) = (options, fps, window, interrupt)
        isParallel = threads > 1 && source.isRegularFile
        demuxer = try Demuxer(source, options: options, interrupt: interrupt)
        decoder = try Decoder(
            for: demuxer, threads: isParallel ? threads : 1, beginsInside: window?.beginsInside ?? false
        ) {
            HardwareDevice.first(of: options.hardware, for: $0)
        }
        reader = try FrameReader(demuxer, decoder: decoder, fps: fps, window: window)
    }

    /// The next frame to analyse; see `VideoSource.next`.
    func next() throws(DecodingError) -> DecodedFrame? {
        let outcome: Result<DecodedFrame?, DecodingError>
        do throws(DecodingError) { outcome = .success(try reader.next()) } catch { outcome = .failure(error) }
        if isParallel && (decoder.hasComplained || counts.damaged > 0) {
            try readAgain()
            return try reader.next()
        }
        given += 1
        return try outcome.get()
    }

    private func readAgain() throws(DecodingError) {
        isParallel = false
        demuxer = try Demuxer(demuxer.source, options: options, interrupt: interrupt)
        decoder = try Decoder(for: demuxer, threads: 1, beginsInside: window?.beginsInside ?? false) { [options] in
            HardwareDevice.first(of: options.hardware, for: $0)
        }
        reader = try FrameReader(demuxer, decoder: decoder, fps: fps, window: window)
        reader.whileReading = whileReading
        for _ in 0..<given { _ = try reader.next() }
    }
}
