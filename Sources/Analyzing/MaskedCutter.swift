import Decoding
import Detecting
import PathModel

/// Cuts out of a picture with its masks blacked out.
///
/// Cuts are of few sizes and scales: a swscale context is for one of them, and making it takes longer than the cut.
package struct MaskedCutter: PictureCutter {
    /// Sides of cuts are multiples of it, in pixels.
    private static let grain = 32.0
    /// By how much cuts may be reduced. A side of `grain` pixels comes from a whole number of pixels, and an even one.
    private static let steps: [Double] = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64]

    /// A scaler with room for what faces in one video need.
    static func makeScaler() -> PictureScaler { PictureScaler(conversions: 24) }

    package let picture: Picture
    package let scaler: PictureScaler
    package let masks: [Mask]

    package init(picture: Picture, scaler: PictureScaler, masks: [Mask]) {
        self.picture = picture
        self.scaler = scaler
        self.masks = masks
    }

    package var frameSize: PixelSize { picture.size }

    package func cut(_ region: BoundingBox, size: PixelSize) -> PictureCut? {
        let (width, height) = (Double(frameSize.width), Double(frameSize.height))
        let pixels = region.scaled(x: width, y: height)
        guard pixels.right > 0, pixels.bottom > 0, pixels.left < width, pixels.top < height else { return nil }
        let reduction = min(pixels.width / Double(size.width), pixels.height / Double(size.height))
        let step = Self.steps.last { $0 <= reduction } ?? 1
        let (x, y) = (
            Self.span(pixels.left, pixels.width, step, of: width),
            Self.span(pixels.top, pixels.height, step, of: height)
        )
        let window = BoundingBox(left: x.start, top: y.start, width: x.length, height: y.length)
        guard let snapped = scaler.wholePixels(of: window.scaled(x: 1 / width, y: 1 / height), in: picture)
        else { return nil }
        let target = PixelSize(
            width: max(1, Int((snapped.width * width / step).rounded())),
            height: max(1, Int((snapped.height * height / step).rounded())))
        var image = PixelBuffer(size: target, format: .rgb24)
        guard (try? scaler.draw(picture, region: snapped, scaledTo: target, into: &image)) != nil else { return nil }
        if !masks.isEmpty { image.fill(PixelCover(masks, of: snapped, size: target), with: 0) }
        return PictureCut(image: image, region: snapped)
    }

    /// Along one direction: a stretch of one of the lengths that holds another and lies in the frame, unless that is
    /// too short.
    private static func span(
        _ start: Double, _ length: Double, _ step: Double, of frame: Double
    ) -> (start: Double, length: Double) {
        // What chroma's grid takes away at either end is at most two pixels.
        let long = ((length + 4) / step / grain).rounded(.up) * grain * step
        guard long < frame else { return (0, frame) }
        let wanted = ((start + (length - long) / 2) / 2).rounded() * 2
        return (min(max(0, wanted), frame - long), long)
    }
}
