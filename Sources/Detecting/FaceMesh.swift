import Glibc
import Inference
import PathModel

/// MediaPipe's Face Mesh (Kartynnik et al. 2019): a 192x192 picture of an upright face, 468 points.
final class FaceMesh {
    static let side = 192
    static let pointCount = 468
    private let session: any InferenceSession
    private let network: String

    init(session: any InferenceSession, network: String) throws(InferenceError) {
        guard session.inputShape == [1, Self.side, Self.side, 3] else {
            throw .wrongShape(network: network, reason: "its input is \(session.inputShape), not [1, 192, 192, 3]")
        }
        self.session = session
        self.network = network
    }

    /// The mesh of the face in a picture of 192x192 RGB.
    ///
    /// - Returns: the points in ratios of the picture, and the network's confidence that there is a face, 0...1.
    func locate(_ image: PixelBuffer) throws(InferenceError) -> (points: [Point], confidence: Double) {
        let outputs = try session.run(image, encoding: InputEncoding(layout: .nhwc, scale: 1 / 255))
        guard let mesh = outputs.first(where: { $0.values.count == Self.pointCount * 3 })?.values,
            let flag = outputs.first(where: { $0.values.count == 1 })?.values.first
        else {
            throw .wrongShape(network: network, reason: "its outputs are \(outputs.map(\.shape)), not Face Mesh's")
        }
        let points = (0..<Self.pointCount).map {
            Point(x: Double(mesh[$0 * 3]) / Double(Self.side), y: Double(mesh[$0 * 3 + 1]) / Double(Self.side))
        }
        return (points, 1 / (1 + exp(-Double(flag))))
    }

    /// The mesh points whose mean is a landmark. The mesh counts the subject's right first, which is the viewer's left
    /// (canonical_face_model_uv_visualization.png in MediaPipe). An eye is the middle of its two corners.
    static let landmarkIndices: [(kind: Landmark.Kind, indices: [Int])] = [
        (.eyeLeft, [33, 133]), (.eyeRight, [362, 263]), (.nose, [1]), (.mouthLeft, [61]), (.mouthRight, [291]),
    ]
}
