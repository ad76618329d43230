/// A face found in one frame.
public struct Face: Hashable, Sendable {
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// How certain the network is that this is a face, 0...1.
    public var confidence: Double
    /// Points on the face, in a fixed order.
    public var landmarks: [Landmark]

    /// A face with its landmarks.
    public init(box: BoundingBox, confidence: Double, landmarks: [Landmark]) {
        self.box = box
        self.confidence = confidence
        self.landmarks = landmarks
    }
}

/// One named point on a face.
public struct Landmark: Hashable, Sendable {
    /// The names of Amazon Rekognition's `Landmark` type. Left and right are the viewer's: `eyeLeft` is the eye on the
    /// left of the picture.
    public enum Kind: String, CaseIterable, Sendable {
        case eyeLeft, eyeRight, nose, mouthLeft, mouthRight
    }

    /// Which point.
    public var kind: Kind
    /// Where, in ratios of the frame.
    public var position: Point

    /// A named point.
    public init(kind: Kind, position: Point) {
        self.kind = kind
        self.position = position
    }
}
