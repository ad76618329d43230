import PathModel

/// Cuts regions out of one frame's original picture.
public protocol PictureCutter {
    /// The frame's size in pixels, as shown.
    var frameSize: PixelSize { get }

    /// What of `region` lies in the frame, and some of what is around it, at least as fine as in a picture of the whole
    /// region of `size`, or as it is.
    ///
    /// - Parameters:
    ///   - region: in ratios of the frame; may lie partly outside it.
    ///   - size: of the whole region, in pixels.
    /// - Returns: nil where the region lies outside the frame or can't be cut.
    func cut(_ region: BoundingBox, size: PixelSize) -> PictureCut?
}

/// A piece of a frame.
public struct PictureCut: Sendable {
    /// The piece, RGB.
    public var image: PixelBuffer
    /// What it shows, in ratios of the frame.
    public var region: BoundingBox

    /// A piece that shows `region`.
    public init(image: PixelBuffer, region: BoundingBox) {
        self.image = image
        self.region = region
    }
}
