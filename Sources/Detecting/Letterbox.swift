import PathModel

/// How a frame is fitted into a network's input: scaled at one ratio, at the top left, the rest grey.
public enum Letterbox {
    /// The grey around the frame that the person network and YOLOX were trained with.
    public static let fill: UInt8 = 114

    /// The size a frame takes in an input: one of its sides is the input's.
    public static func content(of frame: PixelSize, in input: PixelSize) -> PixelSize {
        let scale = min(Double(input.width) / Double(frame.width), Double(input.height) / Double(frame.height))
        func side(_ length: Int, _ limit: Int) -> Int {
            min(limit, max(1, Int((Double(length) * scale).rounded())))
        }
        return PixelSize(width: side(frame.width, input.width), height: side(frame.height, input.height))
    }

    /// The input size for a frame's shape: sides in steps of 32, at most the pixels of `budget`, and of those the one
    /// in which the frame comes out largest; the smaller input where two show it alike.
    public static func inputSize(for frame: PixelSize, budget: PixelSize) -> PixelSize {
        let pixels = budget.width * budget.height
        var best = PixelSize(width: 32, height: 32)
        for height in stride(from: 32, through: pixels / 32, by: 32) {
            for width in stride(from: 32, through: pixels / height, by: 32) {
                let size = PixelSize(width: width, height: height)
                let (shown, bestShown) = (content(of: frame, in: size).area, content(of: frame, in: best).area)
                if shown > bestShown || (shown == bestShown && size.area < best.area) { best = size }
            }
        }
        return best
    }
}

extension PixelSize {
    fileprivate var area: Int { width * height }
}
