import Glibc
import Inference
import PathModel

/// Finds the face of a person whose box is known, in the frame's original picture. Each worker has its own.
public final class FaceFinder {
    /// Heads smaller than this many pixels of the original picture are not searched: a face would be under about 20.
    public static let minimumHeadSide = 48.0
    /// Below this confidence Face Mesh has lost the face (face_landmarks_detector in MediaPipe).
    private static let minimumMeshConfidence = 0.5
    /// The mesh is trained on squares half as large again as the detector's box.
    private static let meshMargin = 1.5

    private let detector: BlazeFace
    private let mesh: FaceMesh

    /// - Parameters:
    ///   - detector: a session of MediaPipe's `face_detection_short_range.tflite`.
    ///   - mesh: a session of MediaPipe's `face_landmark.tflite`.
    public init(detector: any InferenceSession, mesh: any InferenceSession) throws(InferenceError) {
        self.detector = try BlazeFace(session: detector, network: "face_detection_short_range.tflite")
        self.mesh = try FaceMesh(session: mesh, network: "face_landmark.tflite")
    }

    /// Whether a person is large enough for a face to be looked for.
    ///
    /// - Parameters:
    ///   - person: in ratios of the frame.
    ///   - frame: its size as shown.
    public static func isLargeEnough(_ person: BoundingBox, frame: PixelSize) -> Bool {
        headRegion(of: person, frame: frame).side >= minimumHeadSide
    }

    /// Finds the face of each of several people in one frame; no face is given to two of them.
    ///
    /// - Parameter people: in ratios of the frame.
    /// - Returns: as many as `people`, nil where no face was found.
    public func find(_ people: [BoundingBox], in cutter: any PictureCutter) throws(InferenceError) -> [Face?] {
        var faces: [Face?] = []
        for person in people {
            faces.append(try find(person, in: cutter))
        }
        return Self.shareOut(faces, among: people)
    }

    private func find(_ person: BoundingBox, in cutter: any PictureCutter) throws(InferenceError) -> Face? {
        let head = Self.headRegion(of: person, frame: cutter.frameSize)
        guard let image = head.picture(from: cutter, pixels: BlazeFace.side) else { return nil }
        let candidates = try detector.detect(image)
        guard let best = candidates.max(by: { Self.fit($0) < Self.fit($1) }) else { return nil }
        let square = Self.meshSquare(of: best, in: head)
        guard let closeUp = square.picture(from: cutter, pixels: FaceMesh.side) else { return nil }
        let (points, confidence) = try mesh.locate(closeUp)
        guard confidence >= Self.minimumMeshConfidence else { return nil }
        return face(best, in: head, mesh: points, of: square, frame: cutter.frameSize)
    }

    /// The square in which a person's head is: over the middle of the box, from a little above its top. As wide as the
    /// box of someone seen to the waist, or half as high as that of someone standing.
    private static func headRegion(of person: BoundingBox, frame: PixelSize) -> Square {
        let box = person.scaled(x: Double(frame.width), y: Double(frame.height))
        let side = min(max(box.width, 0.4 * box.height), 1.2 * min(box.width, box.height)) * 1.1
        return Square(
            center: Point(x: box.center.x, y: box.top + 0.4 * side), side: side, angle: 0)
    }

    /// Prefers a certain face near the middle of the head region: someone else's is nearer its edge.
    private static func fit(_ candidate: BlazeFace.Candidate) -> Double {
        candidate.confidence - abs(candidate.box.center.x - 0.5)
    }

    private static func meshSquare(of candidate: BlazeFace.Candidate, in head: Square) -> Square {
        let center = head.point(u: candidate.box.center.x, v: candidate.box.center.y)
        let (left, right) = candidate.eyes
        return Square(
            center: center, side: max(candidate.box.width, candidate.box.height) * head.side * meshMargin,
            angle: atan2(right.y - left.y, right.x - left.x))
    }

    private func face(
        _ candidate: BlazeFace.Candidate, in head: Square, mesh points: [Point], of square: Square, frame: PixelSize
    ) -> Face {
        let (scaleX, scaleY) = (1 / Double(frame.width), 1 / Double(frame.height))
        let corner = head.point(u: candidate.box.left, v: candidate.box.top)
        let box = BoundingBox(
            left: corner.x, top: corner.y, width: candidate.box.width * head.side,
            height: candidate.box.height * head.side)
        let landmarks = FaceMesh.landmarkIndices.map { kind, indices in
            let sum = indices.reduce(Point(x: 0, y: 0)) { Point(x: $0.x + points[$1].x, y: $0.y + points[$1].y) }
            let at = square.point(u: sum.x / Double(indices.count), v: sum.y / Double(indices.count))
            return Landmark(kind: kind, position: Point(x: at.x * scaleX, y: at.y * scaleY))
        }
        return Face(box: box.scaled(x: scaleX, y: scaleY), confidence: candidate.confidence, landmarks: landmarks)
    }

    /// Leaves a face that several people's head regions hold to the one whose box it is most in the middle of.
    private static func shareOut(_ faces: [Face?], among people: [BoundingBox]) -> [Face?] {
        func distance(_ index: Int) -> Double {
            guard let face = faces[index] else { return .infinity }
            return abs(face.box.center.x - people[index].center.x) / people[index].width
                + abs(face.box.top - people[index].top) / people[index].height
        }
        return faces.indices.map { index in
            guard let face = faces[index] else { return nil }
            let rivals = faces.indices.filter { $0 != index && (faces[$0]?.box.iou(face.box) ?? 0) > 0.3 }
            return rivals.contains { (distance($0), $0) < (distance(index), index) } ? nil : face
        }
    }
}
