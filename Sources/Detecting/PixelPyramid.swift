import PathModel

extension PixelBuffer {
    /// This picture at half the size in both directions, drawn at the top left of `target`: each pixel the mean of four.
    ///
    /// - Parameter content: the part of this picture to halve; an odd last row or column counts twice.
    /// - Returns: the size it takes in `target`.
    func halve(_ content: PixelSize, into target: inout PixelBuffer) -> PixelSize {
        let half = PixelSize(
            width: min((content.width + 1) / 2, target.size.width),
            height: min((content.height + 1) / 2, target.size.height))
        let channels = Self.channels
        for y in 0..<half.height {
            let top = 2 * y * size.width * channels
            let bottom = min(2 * y + 1, content.height - 1) * size.width * channels
            var at = y * target.size.width * channels
            for x in 0..<half.width {
                let left = 2 * x * channels
                let right = min(2 * x + 1, content.width - 1) * channels
                for channel in 0..<channels {
                    let above = UInt16(bytes[top + left + channel]) + UInt16(bytes[top + right + channel])
                    let below = UInt16(bytes[bottom + left + channel]) + UInt16(bytes[bottom + right + channel])
                    target.bytes[at] = UInt8((above + below + 2) / 4)
                    at += 1
                }
            }
        }
        return half
    }
}
