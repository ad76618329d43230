import Glibc
import PathModel

/// A face that the detector saw, in pixels of the frame, and where.
struct DetectedFace {
    let region: Square
    let patch: FramePatch
    let box: BoundingBox
    let confidence: Double
    /// How certain it is where the mesh takes it for none, 0...1.
    ///
    /// Measured on real clips: the mesh refuses most blurred faces of some twenty pixels, but the detector takes backs of
    /// heads for faces, with scores up to 0.85. It then places the eyes of somebody who looks aside. Of 250 backs of less than
    /// 30 pixels none had eyes as far apart as asked for here, and a score of 0.65; of 52 faces of people who come nearer 43
    /// had.
    let confidenceAlone: Double
    /// The detector's own.
    let landmarks: [Landmark]
    /// Clockwise, in radians.
    private let angle: Double

    init(_ candidate: FaceCandidate, in region: Square, patch: FramePatch) {
        func inFrame(_ point: Point) -> Point { region.point(u: point.x, v: point.y) }
        self.region = region
        self.patch = patch
        let center = inFrame(candidate.box.center)
        let (width, height) = (candidate.box.width * region.side, candidate.box.height * region.side)
        box = BoundingBox(left: center.x - width / 2, top: center.y - height / 2, width: width, height: height)
        confidence = candidate.confidence
        landmarks = candidate.landmarks.map { Landmark(kind: $0.kind, position: inFrame($0.position)) }
        let (left, right) = (inFrame(candidate.eyes.left), inFrame(candidate.eyes.right))
        angle = atan2(right.y - left.y, right.x - left.x)
        let looksHere = hypot(right.x - left.x, right.y - left.y) >= 0.41 * width
        confidenceAlone = looksHere && width < 30 ? confidence - 0.15 : 0
    }

    func meshSquare(margin: Double) -> Square {
        Square(center: box.center, side: max(box.width, box.height) * margin, angle: angle)
    }
}
