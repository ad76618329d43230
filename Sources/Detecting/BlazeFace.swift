import Glibc
import Inference
import PathModel

/// MediaPipe's short-range face detector (BlazeFace, Bazarevsky et al. 2019): a 128x128 picture, 896 anchors.
///
/// The network names the subject's side; here left is the viewer's.
final class BlazeFace: FaceDetector {
    let side = 128
    /// The network's own threshold (face_detection_short_range.pbtxt in MediaPipe).
    private static let minimumScore = 0.5
    private static let suppressionIoU = 0.3
    /// How wide a mouth is by the distance of the eyes: the network places its middle alone (`HeadPose`'s canonical face).
    private static let mouthByEyes = 0.78
    private let session: any InferenceSession
    private let network: String
    private let anchors: [Point]

    init(session: any InferenceSession, network: String) throws(InferenceError) {
        try session.requireSquareInput(side, network: network)
        self.session = session
        self.network = network
        anchors = Self.makeAnchors()
    }

    func detect(_ image: PixelBuffer) throws(InferenceError) -> [FaceCandidate] {
        let outputs = try session.run(image, encoding: .nhwc(offset: 127.5, scale: 1 / 127.5))
        guard let boxes = outputs.first(where: { $0.shape == [1, anchors.count, 16] })?.values,
            let scores = outputs.first(where: { $0.shape == [1, anchors.count, 1] })?.values
        else {
            throw .wrongShape(network: network, reason: "its outputs are \(outputs.map(\.shape)), not BlazeFace's")
        }
        let candidates = anchors.indices.compactMap { anchor -> FaceCandidate? in
            let score = 1 / (1 + exp(-Double(scores[anchor])))
            return score >= Self.minimumScore ? candidate(boxes, anchor: anchor, score: score) : nil
        }
        return merge(candidates)
    }

    /// A row: centre x, y, width, height, then six points x, y, in pixels from the anchor.
    private func candidate(_ rows: [Float], anchor: Int, score: Double) -> FaceCandidate {
        func value(_ column: Int) -> Double { Double(rows[anchor * 16 + column]) / Double(side) }
        func point(_ column: Int) -> Point {
            Point(x: anchors[anchor].x + value(column), y: anchors[anchor].y + value(column + 1))
        }
        let center = point(0)
        let box = BoundingBox(
            left: center.x - value(2) / 2, top: center.y - value(3) / 2, width: value(2), height: value(3))
        // The subject's right comes first: the eyes, the nose's tip, the mouth's middle; ears follow.
        let (left, right, mouth) = (point(4), point(6), point(10))
        let half = Point(
            x: (right.x - left.x) / 2 * Self.mouthByEyes, y: (right.y - left.y) / 2 * Self.mouthByEyes)
        let five = [
            left, right, point(8), Point(x: mouth.x - half.x, y: mouth.y - half.y),
            Point(x: mouth.x + half.x, y: mouth.y + half.y),
        ]
        return FaceCandidate(
            box: box, confidence: score, eyes: (left, right),
            landmarks: zip(Landmark.Selection.five.kinds, five).map { Landmark(kind: $0, position: $1) })
    }

    /// Weighted suppression: overlapping candidates become their mean by score, which jitters less than the best one.
    private func merge(_ candidates: [FaceCandidate]) -> [FaceCandidate] {
        var rest = candidates.indices.sorted {
            (-candidates[$0].confidence, $0) < (-candidates[$1].confidence, $1)
        }.map { candidates[$0] }
        var merged: [FaceCandidate] = []
        while let best = rest.first {
            let group = rest.filter { $0.box.iou(best.box) >= Self.suppressionIoU }
            rest.removeAll { $0.box.iou(best.box) >= Self.suppressionIoU }
            guard !group.isEmpty else {
                rest.removeFirst()
                continue
            }
            let total = group.reduce(0) { $0 + $1.confidence }
            func mean(_ value: (FaceCandidate) -> Double) -> Double {
                group.reduce(0) { $0 + value($1) * $1.confidence } / total
            }
            merged.append(
                FaceCandidate(
                    box: BoundingBox(
                        left: mean(\.box.left), top: mean(\.box.top), width: mean(\.box.width),
                        height: mean(\.box.height)),
                    confidence: best.confidence,
                    eyes: (
                        left: Point(x: mean(\.eyes.left.x), y: mean(\.eyes.left.y)),
                        right: Point(x: mean(\.eyes.right.x), y: mean(\.eyes.right.y))
                    ),
                    landmarks: best.landmarks.indices.map { index in
                        Landmark(
                            kind: best.landmarks[index].kind,
                            position: Point(
                                x: mean { $0.landmarks[index].position.x }, y: mean { $0.landmarks[index].position.y }))
                    }))
        }
        return merged
    }

    /// Two anchors in each of 16x16 cells, six in each of 8x8, all at the cell's middle.
    private static func makeAnchors() -> [Point] {
        [(cells: 16, perCell: 2), (cells: 8, perCell: 6)].flatMap { grid in
            (0..<grid.cells).flatMap { y in
                (0..<grid.cells).flatMap { x in
                    let middle = Point(
                        x: (Double(x) + 0.5) / Double(grid.cells), y: (Double(y) + 0.5) / Double(grid.cells))
                    return repeatElement(middle, count: grid.perCell)
                }
            }
        }
    }
}
