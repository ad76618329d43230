import Glibc
import Inference
import PathModel

/// MediaPipe's Face Mesh (Kartynnik et al. 2019): a 192x192 picture of an upright face, 468 points.
final class FaceMesh {
    static let side = 192
    static let pointCount = 468
    /// What it is more certain of is a face (MediaPipe's face_landmark graphs).
    static let minimumConfidence = 0.5
    private let session: any InferenceSession
    private let network: String

    init(session: any InferenceSession, network: String) throws(InferenceError) {
        try session.requireSquareInput(Self.side, network: network)
        self.session = session
        self.network = network
    }

    /// The mesh of the face in a picture of 192x192 RGB.
    ///
    /// - Returns: the points in ratios of the picture, and the network's confidence that there is a face, 0...1.
    func locate(_ image: PixelBuffer) throws(InferenceError) -> (points: [Point], confidence: Double) {
        let outputs = try session.run(image, encoding: .nhwc(scale: 1 / 255))
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
}

extension FaceMesh {
    /// The named points of a mesh, in the order of `kinds`.
    static func landmarks(_ kinds: [Landmark.Kind], of points: [Point]) -> [Landmark] {
        kinds.map { kind in
            let indices = meshIndices(of: kind)
            let sum = indices.reduce(Point(x: 0, y: 0)) { Point(x: $0.x + points[$1].x, y: $0.y + points[$1].y) }
            let count = Double(indices.count)
            return Landmark(kind: kind, position: Point(x: sum.x / count, y: sum.y / count))
        }
    }

    /// The mesh points whose mean is a landmark.
    ///
    /// Indices from canonical_face_model_uv_visualization.png in MediaPipe (mediapipe/modules/face_geometry/data). The
    /// mesh counts the subject's right side first, which is the viewer's left. The mesh has no pupils: they, like the
    /// eyes, are the middle of an eye's corners, unless `Iris` measures them. A brow's ends and top are the middle of its upper and lower edge.
    static func meshIndices(of kind: Landmark.Kind) -> [Int] {
        switch kind {
        case .eyeLeft, .leftPupil: [33, 133]
        case .eyeRight, .rightPupil: [362, 263]
        case .nose: [1]
        case .mouthLeft: [61]
        case .mouthRight: [291]
        case .leftEyeBrowLeft: [70, 46]
        case .leftEyeBrowRight: [107, 55, 66, 65]
        case .leftEyeBrowUp: [105, 52]
        case .rightEyeBrowLeft: [336, 285, 296, 295]
        case .rightEyeBrowRight: [300, 276]
        case .rightEyeBrowUp: [334, 282]
        case .leftEyeLeft: [33]
        case .leftEyeRight: [133]
        case .leftEyeUp: [159]
        case .leftEyeDown: [145]
        case .rightEyeLeft: [362]
        case .rightEyeRight: [263]
        case .rightEyeUp: [386]
        case .rightEyeDown: [374]
        case .noseLeft: [240]
        case .noseRight: [460]
        case .mouthUp: [0]
        case .mouthDown: [17]
        case .upperJawlineLeft: [127]
        case .midJawlineLeft: [172]
        case .chinBottom: [152]
        case .midJawlineRight: [397]
        case .upperJawlineRight: [356]
        }
    }
}
