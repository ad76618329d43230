import PathModel

extension RowText {
    /// The keys of a `FaceDetail` with the default attributes.
    ///
    /// Roll, yaw and pitch have the signs of Rekognition's (`PoseSignTests`).
    mutating func add(_ face: Face, landmarks: Landmark.Selection) {
        add("BoundingBox", face.box)
        add("Confidence", percent: face.confidence)
        array("Landmarks") { text in
            for landmark in face.landmarks where landmarks == .all || landmark.kind.isOfFive {
                text.object { text in
                    text.add("Type", landmark.kind.rawValue)
                    text.add("X", landmark.position.x)
                    text.add("Y", landmark.position.y)
                }
            }
        }
        if let pose = face.pose {
            object("Pose") { text in
                text.add("Roll", pose.roll)
                text.add("Yaw", pose.yaw)
                text.add("Pitch", pose.pitch)
            }
        }
        object("Quality") { text in
            text.add("Brightness", face.quality.brightness)
            text.add("Sharpness", face.quality.sharpness)
        }
    }

    mutating func add(_ key: StaticString, _ box: BoundingBox) {
        object(key) { text in
            text.add("Width", box.width)
            text.add("Height", box.height)
            text.add("Left", box.left)
            text.add("Top", box.top)
        }
    }

    /// The log has hundredths of a percent.
    private mutating func add(_ key: StaticString, percent share: Double) {
        add(key, (share * 1e6).rounded() / 1e4)
    }
}

extension Landmark.Kind {
    fileprivate var isOfFive: Bool {
        switch self {
        case .eyeLeft, .eyeRight, .nose, .mouthLeft, .mouthRight: true
        default: false
        }
    }
}

/// Faces of a picture, as the text of DetectFaces' `FaceDetails`: a JSON array with its brackets.
public func faceDetails(_ faces: [Face], landmarks: Landmark.Selection) -> [UInt8] {
    var text = RowText()
    for face in faces { text.object { $0.add(face, landmarks: landmarks) } }
    return [UInt8(ascii: "[")] + text.bytes + [UInt8(ascii: "]")]
}
