import Annotating
import Decoding
import PathModel

/// Writes a video of the analysed frames with their records drawn on them.
///
/// A second pass over the source, so that pictures need not wait in memory for their records to be settled.
public final class AnnotatedVideo {
    private let masks: [BoundingBox]
    private var points: [Int: [PathPoint]] = [:]

    /// A video without drawings yet.
    ///
    /// - Parameter masks: blacked out in the video too, in ratios of the frame.
    public init(masks: [BoundingBox]) {
        self.masks = masks
    }

    /// Remembers a record for its frame.
    public func add(_ record: PathRecord) {
        guard case .path(let point) = record.event else { return }
        points[point.frame.index, default: []].append(point)
    }

    /// Decodes the source again and writes the video.
    ///
    /// - Parameter progress: called after each frame with the microseconds of video written.
    /// - Throws: `DecodingError`; `.interrupted` leaves a video that ends there.
    public func write(
        _ name: SourceName, to path: String, rate: Double?, threads: Int, interrupt: InterruptFlag,
        progress: (Int64) -> Void
    ) throws(DecodingError) {
        let source = try VideoSource(name, rate: rate, threads: threads, interrupt: interrupt)
        let description = source.description
        let shown = min(description.frameRate ?? 25, rate ?? .infinity)
        let writer = try VideoWriter(path: path, frameSize: description.frameSize, frameRate: shown)
        let scaler = PictureScaler()
        var painter = PathPainter()
        do throws(DecodingError) {
            while let frame = try source.next() {
                var image = PixelBuffer(size: description.frameSize, format: .rgb24)
                try scaler.draw(frame.picture, scaledTo: image.size, into: &image)
                for mask in masks { image.fill(mask.coveringPixels(of: image.size), with: 0) }
                let elapsed = frame.info.time.microseconds - description.start.microseconds
                image = painter.paint(points[frame.info.index] ?? [], at: frame.info.time, on: image)
                try writer.add(image, at: elapsed)
                progress(elapsed)
            }
        } catch .broken {
            // The records say where the stream broke off; the video ends there.
        } catch .interrupted {
            try writer.finish()
            throw .interrupted
        }
        try writer.finish()
    }
}
