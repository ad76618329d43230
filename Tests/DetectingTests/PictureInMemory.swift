import Detecting
import PathModel
import TestSupport

/// Cuts out of a picture in memory; takes the nearest pixel.
struct PictureInMemory: PictureCutter {
    let image: PixelBuffer
    var frameSize: PixelSize { image.size }

    func cut(_ region: BoundingBox, size: PixelSize) -> PictureCut? {
        func span(_ low: Double, _ high: Double, _ length: Int) -> Range<Int>? {
            let start = max(0, Int((low * Double(length) + 1e-6).rounded(.down)))
            let end = min(length, Int((high * Double(length) - 1e-6).rounded(.up)))
            return start < end ? start..<end : nil
        }
        guard let columns = span(region.left, region.right, frameSize.width),
            let rows = span(region.top, region.bottom, frameSize.height)
        else { return nil }
        let covered = BoundingBox(
            left: Double(columns.lowerBound), top: Double(rows.lowerBound), width: Double(columns.count),
            height: Double(rows.count)
        ).scaled(x: 1 / Double(frameSize.width), y: 1 / Double(frameSize.height))
        let target = PixelSize(
            width: max(1, Int((covered.width / region.width * Double(size.width)).rounded())),
            height: max(1, Int((covered.height / region.height * Double(size.height)).rounded())))
        let stepX = Double(columns.count) / Double(target.width)
        let stepY = Double(rows.count) / Double(target.height)
        var piece = PixelBuffer(size: target, format: .rgb24)
        for y in 0..<target.height {
            for x in 0..<target.width {
                let from = nearest(
                    Double(columns.lowerBound) + (Double(x) + 0.5) * stepX,
                    Double(rows.lowerBound) + (Double(y) + 0.5) * stepY)
                let at = (y * target.width + x) * PixelBuffer.channels
                for channel in 0..<PixelBuffer.channels { piece.bytes[at + channel] = image.bytes[from + channel] }
            }
        }
        return PictureCut(image: piece, region: covered)
    }

    private func nearest(_ x: Double, _ y: Double) -> Int {
        (min(Int(y), frameSize.height - 1) * frameSize.width + min(Int(x), frameSize.width - 1)) * PixelBuffer.channels
    }
}

func randomPicture(_ size: PixelSize, seed: UInt64) -> PixelBuffer {
    var random = ScriptedRandom(seed: seed)
    var image = PixelBuffer(size: size, format: .rgb24)
    for index in image.bytes.indices { image.bytes[index] = .random(in: 0...255, using: &random) }
    return image
}
