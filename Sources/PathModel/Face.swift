/// A face found in one frame.
public struct Face: Hashable, Sendable {
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// How certain the networks are that this is a face, 0...1.
    public var confidence: Double
    /// Points on the face, in the order of `Landmark.Kind`.
    public var landmarks: [Landmark]
    /// The same as they were measured, where they were smoothed and the measured ones are wanted too; else empty.
    public var rawLandmarks: [Landmark] = []
    /// Where the face looks; nil where no landmarks were measured.
    public var pose: Pose?
    /// How well it can be seen.
    public var quality: FaceQuality

    /// A face with what is known of it.
    public init(
        box: BoundingBox, confidence: Double, landmarks: [Landmark], pose: Pose? = nil,
        quality: FaceQuality = FaceQuality(brightness: 0, sharpness: 0)
    ) {
        self.box = box
        self.confidence = confidence
        self.landmarks = landmarks
        self.pose = pose
        self.quality = quality
    }
}

/// One named point on a face.
public struct Landmark: Hashable, Sendable {
    /// The names of Amazon Rekognition's `Landmark` type, in the order of docs/records.md. Left and right are the viewer's:
    /// `eyeLeft` is the eye on the left of the picture.
    public enum Kind: String, CaseIterable, Sendable {
        case eyeLeft, eyeRight, nose, mouthLeft, mouthRight
        case leftEyeBrowLeft, leftEyeBrowRight, leftEyeBrowUp, rightEyeBrowLeft, rightEyeBrowRight, rightEyeBrowUp
        case leftEyeLeft, leftEyeRight, leftEyeUp, leftEyeDown, rightEyeLeft, rightEyeRight, rightEyeUp, rightEyeDown
        case noseLeft, noseRight, mouthUp, mouthDown, leftPupil, rightPupil
        case upperJawlineLeft, midJawlineLeft, chinBottom, midJawlineRight, upperJawlineRight
    }

    /// Which points of a face are wanted.
    public enum Selection: String, CaseIterable, Sendable {
        case none, five, all

        /// The points, in order.
        public var kinds: [Kind] {
            switch self {
            case .none: []
            case .five: [.eyeLeft, .eyeRight, .nose, .mouthLeft, .mouthRight]
            case .all: Kind.allCases
            }
        }
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

/// How a head is turned, in degrees; all are 0 for a face that looks straight into the camera.
public struct Pose: Hashable, Sendable {
    /// Positive: turned clockwise as the viewer sees it, the eye on the right of the picture lower.
    public var roll: Double
    /// Positive: looking to the viewer's right.
    public var yaw: Double
    /// Positive: looking up.
    public var pitch: Double

    /// A pose of three angles.
    public init(roll: Double, yaw: Double, pitch: Double) {
        self.roll = roll
        self.yaw = yaw
        self.pitch = pitch
    }
}

/// How well a face can be seen, each 0...100.
public struct FaceQuality: Hashable, Sendable {
    /// The mean luma of the face, 100 for white.
    public var brightness: Double
    /// 0 where nothing of the face's detail would be lost by blurring it, 100 where all would.
    public var sharpness: Double

    /// A quality.
    public init(brightness: Double, sharpness: Double) {
        self.brightness = brightness
        self.sharpness = sharpness
    }
}
