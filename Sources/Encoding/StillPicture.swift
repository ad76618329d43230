import Decoding
import PathModel

/// One picture of a source, to be looked at.
public enum StillPicture {
    /// A camera's first pictures may be damaged, and a video's black.
    private static let settling = 1.0
    private static let mostFrames = 120

    /// The picture a second after the source's first, or its last where it is shorter.
    ///
    /// - Parameters:
    ///   - largest: it is reduced to fit in.
    /// - Throws: `DecodingError` where there is none.
    public static func early(of source: VideoSource, within largest: PixelSize) throws(DecodingError) -> PixelBuffer {
        var best: DecodedFrame?
        var count = 0
        while count < mostFrames, let frame = try next(of: source, has: best != nil) {
            count += 1
            if best == nil || !frame.followsDamage { best = frame }
            if frame.info.time.seconds(since: source.description.start) >= settling { break }
        }
        guard let best else {
            throw .noVideo(source: "", reason: "not one frame of its video could be decoded")
        }
        return try image(of: best.picture, within: largest)
    }

    /// A picture in RGB, reduced to fit in a size; never enlarged.
    public static func image(
        of picture: Picture, within largest: PixelSize, by scaler: PictureScaler = PictureScaler()
    ) throws(DecodingError) -> PixelBuffer {
        let (width, height) = (Double(picture.size.width), Double(picture.size.height))
        let share = min(1, Double(largest.width) / width, Double(largest.height) / height)
        let size = PixelSize(
            width: max(1, Int((width * share).rounded())), height: max(1, Int((height * share).rounded())))
        var image = PixelBuffer(size: size, format: .rgb24)
        try scaler.draw(picture, scaledTo: size, into: &image)
        return image
    }

    /// Where a source breaks off, what came before will do.
    private static func next(of source: VideoSource, has: Bool) throws(DecodingError) -> DecodedFrame? {
        do throws(DecodingError) {
            return try source.next()
        } catch .broken where has {
            return nil
        } catch .stalled where has {
            return nil
        }
    }
}
