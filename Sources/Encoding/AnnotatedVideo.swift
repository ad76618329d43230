import Decoding
import PathModel
import Recording

/// Writes a video of the analysed frames with their records drawn on them.
///
/// It decodes the source a second time, as far as the records are settled: neither pictures nor records wait in memory.
/// Confined to one thread.
public final class AnnotatedVideo {
    private let file: NewFile
    private let masks: [Mask]
    private let source: VideoSource
    private let writer: VideoWriter
    private let scaler = PictureScaler()
    private var painter = PathPainter()
    /// The frame to be drawn next; nil behind the last one.
    private var frame: DecodedFrame?
    /// Of `frame`.
    private var points: [PathPoint] = []
    private var failure: (any Error)?

    /// Opens a source again and begins a video.
    ///
    /// - Parameters:
    ///   - path: as the user named the video; its ending says which container.
    ///   - file: where it is written.
    ///   - masks: blacked out in the video too.
    ///   - options: how it was opened.
    ///   - fps: frames a second of the video to draw, as they were analysed; nil draws all.
    /// - Throws: `DecodingError` or `EncodingError`.
    public init(
        _ name: SourceName, path: String, file: NewFile, masks: [Mask],
        options: SourceOptions = SourceOptions(), fps: Double?, threads: Int, interrupt: InterruptFlag
    ) throws {
        (self.file, self.masks) = (file, masks)
        source = try VideoSource(name, options: options, fps: fps, threads: threads, interrupt: interrupt)
        let description = source.description
        writer = try VideoWriter(
            path: path, at: file.path, frameSize: description.frameSize,
            frameRate: min(description.frameRate ?? 25, fps ?? .infinity))
        frame = try source.next()
    }

    /// Draws the frames before a record's, and remembers the record for its own. Records come in order.
    public func add(_ record: PathRecord) {
        guard case .path(let point) = record.event else { return }
        draw { $0.index < point.frame.index }
        if frame?.info.index == point.frame.index { points.append(point) }
    }

    /// Draws the frames that are left and gives the file its name.
    ///
    /// - Throws: `EncodingError.unwritten` or `RecordingError`; then there is no file.
    public func finish() throws {
        draw { _ in true }
        do {
            if let failure { throw failure }
            try writer.finish()
            try file.finish()
        } catch {
            discard()
            throw error
        }
    }

    /// Gives the video up.
    public func discard() { file.discard() }

    /// What goes wrong is told by `finish`: records go on without the video.
    private func draw(while isDue: (FrameInfo) -> Bool) {
        do {
            while let frame, failure == nil, isDue(frame.info) {
                try draw(frame)
                points = []
                self.frame = try source.next()
            }
        } catch DecodingError.broken, DecodingError.interrupted {
            // The records reach no further either.
            frame = nil
        } catch {
            failure = error
        }
    }

    /// A picture that can't be scaled is left out, as it is of the analysis.
    private func draw(_ frame: DecodedFrame) throws(EncodingError) {
        let description = source.description
        var image = PixelBuffer(size: description.frameSize, format: .rgb24)
        guard (try? scaler.draw(frame.picture, scaledTo: image.size, into: &image)) != nil else { return }
        if !masks.isEmpty { image.fill(PixelCover(masks, size: image.size), with: 0) }
        image = painter.paint(points, at: frame.info.time, on: image)
        try writer.add(image, at: frame.info.time.microseconds - description.start.microseconds)
    }
}
