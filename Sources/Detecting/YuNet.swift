import Glibc
import Inference
import PathModel

/// YuNet (Wu, Peng and Yu 2023), a face detector with five landmarks that a user may bring as an ONNX file.
///
/// Outputs as in OpenCV's face_detect.cpp: for each stride `cls`, `obj`, `bbox` and `kps` rows, one per cell.
final class YuNet: FaceDetector {
    let side: Int
    /// The side that a network without a size of its own is asked for: a face of a head region is about 80 pixels then.
    static let preferredSide = 192
    private static let strides = [8, 16, 32]
    private static let minimumScore = 0.5
    private static let suppressionIoU = 0.3
    private let session: any InferenceSession
    private let network: String

    init(session: any InferenceSession, network: String) throws(InferenceError) {
        let shape = session.inputShape
        guard shape.count == 4, shape[0] == 1, shape[1] == 3, shape[2] == shape[3], shape[2] % 32 == 0, shape[2] > 0
        else {
            throw .wrongShape(network: network, reason: "its input is \(shape), not [1, 3, side, side] in steps of 32")
        }
        self.session = session
        self.network = network
        side = shape[2]
    }

    func detect(_ image: PixelBuffer) throws(InferenceError) -> [FaceCandidate] {
        // It was trained on BGR; the cutters give RGB.
        let outputs = try session.run(image.withSwappedChannels(), encoding: .nchw)
        var candidates: [FaceCandidate] = []
        for stride in Self.strides { candidates += try decode(outputs, stride: stride) }
        candidates.sort { $0.confidence > $1.confidence }
        var kept: [FaceCandidate] = []
        for candidate in candidates where !kept.contains(where: { $0.box.iou(candidate.box) > Self.suppressionIoU }) {
            kept.append(candidate)
        }
        return kept
    }

    private func decode(_ outputs: [Tensor], stride: Int) throws(InferenceError) -> [FaceCandidate] {
        let cells = side / stride
        let rows = cells * cells
        let singles = outputs.filter { $0.shape == [1, rows, 1] }
        guard singles.count == 2, let boxes = outputs.first(where: { $0.shape == [1, rows, 4] })?.values,
            let points = outputs.first(where: { $0.shape == [1, rows, 10] })?.values
        else { throw .wrongShape(network: network, reason: "its outputs are \(outputs.map(\.shape)), not YuNet's") }
        let scale = Double(stride) / Double(side)
        return (0..<rows).compactMap { row -> FaceCandidate? in
            let certainty = singles.map { min(max(Double($0.values[row]), 0), 1) }
            let score = (certainty[0] * certainty[1]).squareRoot()
            guard score >= Self.minimumScore else { return nil }
            let (x, y) = (Double(row % cells), Double(row / cells))
            func point(_ index: Int) -> Point {
                Point(
                    x: (x + Double(points[row * 10 + index * 2])) * scale,
                    y: (y + Double(points[row * 10 + index * 2 + 1])) * scale)
            }
            let center = Point(x: (x + Double(boxes[row * 4])) * scale, y: (y + Double(boxes[row * 4 + 1])) * scale)
            let (width, height) = (
                exp(Double(boxes[row * 4 + 2])) * scale, exp(Double(boxes[row * 4 + 3])) * scale
            )
            let box = BoundingBox(
                left: center.x - width / 2, top: center.y - height / 2, width: width, height: height)
            // The subject's right comes first, which is the viewer's left.
            let landmarks = Landmark.Selection.five.kinds.enumerated().map {
                Landmark(kind: $0.element, position: point($0.offset))
            }
            return FaceCandidate(
                box: box, confidence: score, eyes: (left: point(0), right: point(1)), landmarks: landmarks)
        }
    }
}

extension PixelBuffer {
    /// The same picture with its first and third channels exchanged: RGB to BGR.
    fileprivate func withSwappedChannels() -> PixelBuffer {
        var swapped = self
        for start in stride(from: 0, to: bytes.count, by: Self.channels) { swapped.bytes.swapAt(start, start + 2) }
        return swapped
    }
}
