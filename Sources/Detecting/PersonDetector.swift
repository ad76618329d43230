import Inference
import PathModel

/// Finds people with the person network or a YOLOX-style one, at several scales.
///
/// A network that finds large people badly sees the picture at half and at a quarter of the size, too, which costs less
/// than a third more. The person network needs one scale.
public final class PersonDetector: Detector {
    /// One scale: a session, and its input.
    private struct Level {
        let session: any InferenceSession
        let size: PixelSize
        var image: PixelBuffer
        var head: GridHead?
    }

    public var inputSize: PixelSize { levels[0].size }
    private var levels: [Level] = []
    private let network: String
    private let minimumScore: Double

    /// IoU from which two boxes are the same person (the person network's card).
    private static let suppressionIoU = 0.6

    /// - Parameters:
    ///   - sessions: one for each scale, with the input sizes of `inputSizes(from:levels:)`.
    ///   - network: its name, for errors.
    ///   - minimumScore: boxes below are left out, 0...1.
    /// - Throws: `InferenceError.wrongShape` where an input is not `[1, 3, height, width]` in steps of 32.
    public init(
        sessions: [any InferenceSession], network: String, minimumScore: Double
    ) throws(InferenceError) {
        precondition(!sessions.isEmpty)
        self.network = network
        self.minimumScore = minimumScore
        for session in sessions {
            let shape = session.inputShape
            guard shape.count == 4, shape[0] == 1, shape[1] == 3, shape[2] > 0, shape[3] > 0, shape[2] % 32 == 0,
                shape[3] % 32 == 0
            else {
                let isOpen = shape.count == 4 && shape[1] == 3 && shape[2] <= 0 && shape[3] <= 0
                throw .wrongShape(
                    network: network,
                    reason: isOpen
                        ? "it takes pictures of any size: say which by a quality (balanced) or an input size (448x256)"
                        : "its input is \(shape); a person network takes [1, 3, height, width], height and width "
                            + "multiples of 32")
            }
            let size = PixelSize(width: shape[3], height: shape[2])
            let image = PixelBuffer(size: size, format: .bgr24, filledWith: Letterbox.fill)
            levels.append(Level(session: session, size: size, image: image))
        }
    }

    /// The input sizes of `levels` scales, each half the one before, in steps of 32.
    public static func inputSizes(from size: PixelSize, levels: Int) -> [PixelSize] {
        (0..<max(1, levels)).map { level in
            func side(_ length: Int) -> Int { ((length >> level) + 31) / 32 * 32 }
            return PixelSize(width: side(size.width), height: side(size.height))
        }
    }

    public func detect(_ image: PixelBuffer, content: PixelSize) throws(InferenceError) -> [Detection] {
        var found = try detect(image, content: content, level: 0)
        var content = content
        for level in levels.indices.dropFirst() {
            let half =
                level == 1
                ? image.halve(content, into: &levels[level].image)
                : levels[level - 1].image.halve(content, into: &levels[level].image)
            content = half
            found += try detect(levels[level].image, content: content, level: level)
        }
        return suppress(found, iou: Self.suppressionIoU)
    }

    private func detect(_ image: PixelBuffer, content: PixelSize, level: Int) throws(InferenceError) -> [Detection] {
        let outputs = try levels[level].session.run(image, encoding: .nchw)
        let head = try head(for: outputs, level: level)
        return head.decode(outputs[0].values, minimumScore: minimumScore, content: content)
    }

    private func head(for outputs: [Tensor], level: Int) throws(InferenceError) -> GridHead {
        if let head = levels[level].head { return head }
        let size = levels[level].size
        guard outputs.count == 1, let head = GridHead(outputShape: outputs[0].shape, inputSize: size) else {
            throw .wrongShape(
                network: network,
                reason: "its output is \(outputs.map(\.shape)); for an input of \(size) a person network gives "
                    + "[1, \(GridHead.cellCount(of: size)), 5], YOLOX six or more columns")
        }
        levels[level].head = head
        return head
    }
}
