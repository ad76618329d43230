import PathModel
import Recording

extension JSONLine {
    /// The keys of a `FaceDetail` with the default attributes. What the model calls a float has a point always, and the digits that
    /// the log says.
    ///
    /// Roll, yaw and pitch have the signs of Rekognition's (`PoseSignTests`).
    mutating func add(_ face: Face, landmarks: Landmark.Selection) {
        add("BoundingBox", face.box)
        add("Confidence", percent: face.confidence)
        let kinds = landmarks.kinds
        addArray("Landmarks", face.landmarks.filter { kinds.contains($0.kind) }) { line, landmark in
            line.add("Type", landmark.kind.rawValue)
            line.add("X", float: landmark.position.x)
            line.add("Y", float: landmark.position.y)
        }
        if let pose = face.pose {
            addObject("Pose") { line in
                line.add("Roll", float: pose.roll)
                line.add("Yaw", float: pose.yaw)
                line.add("Pitch", float: pose.pitch)
            }
        }
        addObject("Quality") { line in
            line.add("Brightness", float: face.quality.brightness)
            line.add("Sharpness", float: face.quality.sharpness)
        }
    }

    mutating func add(_ key: String, _ box: BoundingBox) {
        addObject(key) { line in
            line.add("Width", float: box.width)
            line.add("Height", float: box.height)
            line.add("Left", float: box.left)
            line.add("Top", float: box.top)
        }
    }

    /// The log has hundredths of a percent.
    private mutating func add(_ key: String, percent share: Double) {
        add(key, float: (share * 1e6).rounded() / 1e4)
    }
}

/// Faces of a picture, as the text of DetectFaces' `FaceDetails`: a JSON array with its brackets.
public func faceDetails(_ faces: [Face], landmarks: Landmark.Selection) -> [UInt8] {
    let details = faces.map { face in
        var line = JSONLine()
        line.add(face, landmarks: landmarks)
        return line.closed()
    }
    return Array("[\(details.joined(separator: ","))]".utf8)
}
