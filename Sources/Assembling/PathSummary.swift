import PathModel

/// What a path's end record says, collected point by point.
package struct PathSummary {
    let id: Int
    package let entry: PathPlace
    private let start: Timestamp
    private var end: Timestamp
    private var box: BoundingBox
    private var points = 0
    private var distance = 0.0
    private var bestFaceConfidence: Double?
    /// When a face was last found.
    private(set) var faceTime: Timestamp?

    package init(id: Int, start: Timestamp, box: BoundingBox) {
        self.id = id
        self.start = start
        end = start
        self.box = box
        entry = PathPlace(of: box)
    }

    package mutating func add(_ box: BoundingBox, face: Face? = nil, at time: Timestamp, frameSize: PixelSize) {
        let (from, to) = (self.box.center, box.center)
        let down = (to.y - from.y) * Double(frameSize.height) / Double(frameSize.width)
        distance += ((to.x - from.x) * (to.x - from.x) + down * down).squareRoot()
        self.box = box
        end = time
        points += 1
        if let face {
            bestFaceConfidence = max(bestFaceConfidence ?? 0, face.confidence)
            faceTime = time
        }
    }

    package func end(_ cause: TrackRemoval.Cause) -> PathEnd {
        PathEnd(
            track: id, cause: cause, start: start, end: end, points: points, distance: distance, entry: entry,
            exit: PathPlace(of: box), bestFaceConfidence: bestFaceConfidence)
    }
}

extension PathPlace {
    /// How near to the frame's edge a box counts as at the edge, in ratios of the frame.
    private static let margin = 0.01

    /// The edge that a box touches, a side edge before the top or the bottom: people's boxes often end at the bottom
    /// without their going there.
    package init(of box: BoundingBox) {
        self =
            if box.left <= Self.margin {
                .left
            } else if box.right >= 1 - Self.margin {
                .right
            } else if box.bottom >= 1 - Self.margin {
                .bottom
            } else if box.top <= Self.margin {
                .top
            } else {
                .inside
            }
    }
}
