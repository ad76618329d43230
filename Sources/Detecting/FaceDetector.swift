import Inference
import PathModel

/// Finds faces in a square picture.
protocol FaceDetector {
    /// The side of the picture that it looks at, in pixels.
    var side: Int { get }

    /// The faces in a picture of `side` by `side`, RGB, best first.
    func detect(_ image: PixelBuffer) throws(InferenceError) -> [FaceCandidate]
}

/// A face in the square that was searched, in ratios of the square.
struct FaceCandidate {
    var box: BoundingBox
    /// 0...1.
    var confidence: Double
    /// The eye on the left of the picture, then the one on the right.
    var eyes: (left: Point, right: Point)
    /// The five of `Landmark.Selection.five`, as the detector itself places them.
    var landmarks: [Landmark]
}
