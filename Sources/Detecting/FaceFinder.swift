import Glibc
import Inference
import PathModel

/// Finds the faces of people whose boxes are known, in the frame's original picture. Each worker has its own.
public final class FaceFinder {
    /// What of the search can be chosen.
    public struct Options: Hashable, Sendable {
        /// Which points are wanted.
        public var landmarks = Landmark.Selection.five
        /// Faces below are left out, 0...1. The detectors themselves give none below 0.5.
        public var minimumConfidence = 0.5
        /// Faces narrower than this many pixels of the original picture are left out.
        public var minimumWidth = 20.0

        /// The defaults.
        public init() {}
    }

    /// The mesh is trained on squares half as large again as the detector's box.
    private static let meshMargin = 1.5
    /// Farther from the middle of the head region than this a face is someone else's, in the region's sides.
    private static let farthest = 0.6
    /// Faces that overlap more are one and the same.
    private static let sameFaceIoU = 0.3
    /// A mesh picture of fewer pixels than this is cut anew, where the frame has more.
    private static let finePixels = 160.0
    /// Pupils are measured in eyes of at least as many pixels of the original picture from corner to corner.
    private static let smallestEye = 12.0

    /// What is wanted of the next search. More landmarks than five need a mesh.
    public var options: Options
    private let detector: any FaceDetector
    private let mesh: FaceMesh?
    private let iris: Iris?

    /// - Parameters:
    ///   - detector: a session of MediaPipe's `face_detection_short_range.tflite`.
    ///   - mesh: a session of MediaPipe's `face_landmark.tflite`; not needed where no landmarks are wanted.
    ///   - iris: a session of MediaPipe's `iris_landmark.tflite`; without it pupils are the middles of the eyes.
    public convenience init(
        detector: any InferenceSession, mesh: (any InferenceSession)?, iris: (any InferenceSession)? = nil,
        options: Options = Options()
    ) throws(InferenceError) {
        try self.init(
            BlazeFace(session: detector, network: "face_detection_short_range.tflite"), mesh: mesh, iris: iris, options)
    }

    /// A finder with YuNet, whose own five landmarks are taken where there is no mesh.
    ///
    /// - Parameter network: what messages call YuNet's file.
    public convenience init(
        yuNet: any InferenceSession, network: String, mesh: (any InferenceSession)?,
        iris: (any InferenceSession)? = nil, options: Options = Options()
    ) throws(InferenceError) {
        try self.init(YuNet(session: yuNet, network: network), mesh: mesh, iris: iris, options)
    }

    private init(
        _ detector: any FaceDetector, mesh: (any InferenceSession)?, iris: (any InferenceSession)?, _ options: Options
    ) throws(InferenceError) {
        self.options = options
        self.detector = detector
        self.mesh = try mesh.map { session throws(InferenceError) in
            try FaceMesh(session: session, network: "face_landmark.tflite")
        }
        self.iris = try iris.map { session throws(InferenceError) in
            try Iris(session: session, network: "iris_landmark.tflite")
        }
    }

    /// The input shape to give a YuNet network that has none of its own.
    public static let yuNetInputShape = [1, 3, YuNet.preferredSide, YuNet.preferredSide]

    /// Whether a person is large enough for a face of `minimumWidth` to be possible.
    ///
    /// - Parameters:
    ///   - person: in ratios of the frame.
    ///   - frame: its size as shown.
    public static func isLargeEnough(_ person: BoundingBox, frame: PixelSize, minimumWidth: Double) -> Bool {
        // Measured: few faces are more than 0.34 times as wide as the region in which a head is looked for, those of people of
        // whose body little is seen. Of 233 faces of 20 pixels and more in ten videos none is in a region of less than 64.
        PersonInView(box: person).headRegion(frame: frame).side * 0.34 >= minimumWidth
    }

    /// Runs the networks once on an empty picture.
    ///
    /// - Throws: `InferenceError.wrongShape` where they are no face networks.
    public func check() throws(InferenceError) {
        _ = try detector.detect(
            PixelBuffer(size: PixelSize(width: detector.side, height: detector.side), format: .rgb24))
    }

    /// Finds the face of each wanted person in one frame; no face is given to two of them.
    ///
    /// - Returns: as many as `people`, nil where no face was found.
    public func find(_ people: [PersonInView], in cutter: any PictureCutter) throws(InferenceError) -> [Face?] {
        var detectedFaces: [DetectedFace] = []
        for person in people where person.isWanted {
            detectedFaces += try look(for: person, in: cutter)
        }
        var faces = [Face?](repeating: nil, count: people.count)
        for (index, detected) in Self.shareOut(detectedFaces, among: people, frame: cutter.frameSize) {
            faces[index] = try describe(detected, in: cutter)
        }
        return faces
    }

    /// The face of a picture that shows one: the most certain one of those about as large as the largest.
    public func find(in cutter: any PictureCutter) throws(InferenceError) -> Face? {
        let (width, height) = (Double(cutter.frameSize.width), Double(cutter.frameSize.height))
        let whole = Square(center: Point(x: width / 2, y: height / 2), side: max(width, height), angle: 0)
        let detectedFaces = try search(whole, in: cutter)
        let best = detectedFaces.max { $0.confidence * $0.box.width < $1.confidence * $1.box.width }
        return try best.flatMap { detected throws(InferenceError) in try describe(detected, in: cutter) }
    }

    /// The faces near where the person's last one was; with none there, those where the head is.
    private func look(for person: PersonInView, in cutter: any PictureCutter) throws(InferenceError) -> [DetectedFace] {
        if let region = person.lastRegion(frame: cutter.frameSize) {
            let found = try search(region, in: cutter).filter {
                person.distance(of: $0.box.center, frame: cutter.frameSize) <= Self.farthest
            }
            if !found.isEmpty { return found }
        }
        return try search(person.headRegion(frame: cutter.frameSize), in: cutter)
    }

    func search(_ region: Square, in cutter: any PictureCutter) throws(InferenceError) -> [DetectedFace] {
        // Up to twice the detector's scale, so that the mesh can be cut out of the same patch; never enlarged, since
        // the sampling that follows does that.
        let pixels = min(2 * detector.side, Int(region.side.rounded(.up)))
        guard let patch = region.patch(from: cutter, pixels: pixels) else { return [] }
        let isDouble = patch.scale * region.side > 1.5 * Double(detector.side)
        let sampled = region.asMediaPipeSamples(pixels: detector.side)
        let image = (isDouble ? patch.halved() : patch).picture(of: sampled, pixels: detector.side)
        let faces = try detector.detect(image).map { DetectedFace($0, in: region, patch: patch) }
        return faces.filter { $0.box.width >= options.minimumWidth && $0.confidence >= options.minimumConfidence }
    }

    /// Which person gets which face: the nearest and most certain pair first, each face and each person once.
    private static func shareOut(
        _ detectedFaces: [DetectedFace], among people: [PersonInView], frame: PixelSize
    ) -> [(person: Int, detected: DetectedFace)] {
        var pairs: [(cost: Double, person: Int, detected: Int)] = []
        for (number, detected) in detectedFaces.enumerated() {
            for (index, person) in people.enumerated() {
                let distance = person.distance(of: detected.box.center, frame: frame)
                guard distance <= farthest else { continue }
                pairs.append((distance - 0.3 * detected.confidence, index, number))
            }
        }
        pairs.sort { ($0.cost, $0.person, $0.detected) < ($1.cost, $1.person, $1.detected) }
        var given: [(person: Int, detected: DetectedFace)] = []
        for pair in pairs {
            let detected = detectedFaces[pair.detected]
            let isTaken = given.contains {
                $0.person == pair.person || $0.detected.box.iou(detected.box) > sameFaceIoU
            }
            if !isTaken { given.append((pair.person, detected)) }
        }
        return given.filter { people[$0.person].isWanted }
    }

    /// Everything that is wanted of a face; nil where it isn't certain enough.
    func describe(_ detected: DetectedFace, in cutter: any PictureCutter) throws(InferenceError) -> Face? {
        let square = detected.meshSquare(margin: Self.meshMargin)
        let isFine =
            square.side * detected.patch.scale >= min(Self.finePixels, 0.95 * square.side)
            && square.bounds.isInside(detected.region.bounds)
        let sampled = square.asMediaPipeSamples(pixels: FaceMesh.side)
        guard let patch = isFine ? detected.patch : sampled.patch(from: cutter, pixels: FaceMesh.side) else {
            return nil
        }
        let image = patch.picture(of: sampled, pixels: FaceMesh.side)
        var face = Face(
            box: detected.box, confidence: detected.confidence,
            landmarks: options.landmarks == .none ? [] : detected.landmarks,
            quality: FaceQuality(of: image))
        face.pose = HeadPose.fromFiveLandmarks.fit(face.landmarks.map(\.position))
        if let mesh {
            let (points, confidence) = try mesh.locate(image)
            let both = min(detected.confidence, confidence)
            if confidence >= FaceMesh.minimumConfidence || both >= detected.confidenceAlone {
                let inFrame = points.map { square.point(u: $0.x, v: $0.y) }
                face.confidence = both
                face.landmarks = FaceMesh.landmarks(options.landmarks.kinds, of: inFrame)
                face.pose = HeadPose.fromMesh.fit(HeadPose.meshIndices.map { inFrame[$0] })
                if let iris { try place(pupils: &face.landmarks, by: iris, in: patch) }
            } else {
                face.confidence = detected.confidenceAlone
            }
            guard face.confidence >= options.minimumConfidence else { return nil }
        }
        return face.scaled(x: 1 / Double(cutter.frameSize.width), y: 1 / Double(cutter.frameSize.height))
    }

    /// Measures the pupils of the eyes that are large enough.
    private func place(
        pupils landmarks: inout [Landmark], by iris: Iris, in patch: FramePatch
    ) throws(InferenceError) {
        func position(_ kind: Landmark.Kind) -> Point? { landmarks.first { $0.kind == kind }?.position }
        for index in landmarks.indices {
            guard let eye = Iris.Eye(pupil: landmarks[index].kind), let left = position(eye.left),
                let right = position(eye.right), hypot(right.x - left.x, right.y - left.y) >= Self.smallestEye
            else { continue }
            landmarks[index].position = try iris.pupil(of: eye, from: left, to: right, in: patch)
        }
    }
}

extension Face {
    /// The same in other units of length.
    fileprivate func scaled(x: Double, y: Double) -> Face {
        var face = self
        face.box = box.scaled(x: x, y: y)
        for index in landmarks.indices {
            let at = landmarks[index].position
            face.landmarks[index].position = Point(x: at.x * x, y: at.y * y)
        }
        return face
    }
}

extension BoundingBox {
    fileprivate func isInside(_ other: BoundingBox) -> Bool {
        left >= other.left && top >= other.top && right <= other.right && bottom <= other.bottom
    }
}
