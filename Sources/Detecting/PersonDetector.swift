import Inference
import PathModel

/// Finds people with the person network or a YOLOX-style one.
public final class PersonDetector: Detector {
    public let inputSize: PixelSize
    private let session: any InferenceSession
    private let network: String
    private let minimumScore: Double
    private var head: GridHead?

    /// IoU from which two boxes are the same person (the person network's card).
    private static let suppressionIoU = 0.6

    /// - Parameters:
    ///   - network: its name, for errors.
    ///   - minimumScore: boxes below are left out, 0...1.
    /// - Throws: `InferenceError.wrongShape` where the input is not `[1, 3, height, width]` in steps of 32.
    public init(session: any InferenceSession, network: String, minimumScore: Double) throws(InferenceError) {
        let shape = session.inputShape
        guard shape.count == 4, shape[0] == 1, shape[1] == 3, shape[2] > 0, shape[3] > 0, shape[2] % 32 == 0,
            shape[3] % 32 == 0
        else {
            throw .wrongShape(
                network: network, reason: "its input is \(shape); a person network takes [1, 3, height, width], "
                    + "height and width multiples of 32")
        }
        self.session = session
        self.network = network
        self.minimumScore = minimumScore
        inputSize = PixelSize(width: shape[3], height: shape[2])
    }

    public func detect(_ image: PixelBuffer, content: PixelSize) throws(InferenceError) -> [Detection] {
        let outputs = try session.run(image, encoding: InputEncoding(layout: .nchw))
        let head = try head(for: outputs)
        let found = head.decode(outputs[0].values, minimumScore: minimumScore, content: content)
        return suppress(found, iou: Self.suppressionIoU)
    }

    private func head(for outputs: [Tensor]) throws(InferenceError) -> GridHead {
        if let head { return head }
        guard outputs.count == 1, let head = GridHead(outputShape: outputs[0].shape, inputSize: inputSize) else {
            throw .wrongShape(
                network: network, reason: "its output is \(outputs.map(\.shape)); for an input of \(inputSize) a person "
                    + "network gives [1, \(GridHead.cellCount(of: inputSize)), 5], YOLOX six or more columns")
        }
        self.head = head
        return head
    }
}
