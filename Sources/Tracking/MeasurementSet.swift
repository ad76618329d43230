import PathModel

/// The measurements of one frame, what each may still be used for, and which of them are near a place.
struct MeasurementSet: Sendable {
    /// What a measurement may be used for.
    enum Role: Sendable {
        /// Sure enough to be someone by itself.
        case sure
        /// Only to be believed where someone is expected.
        case unsure
        /// A box around two people who are followed.
        case merged
        /// Belongs to a track.
        case taken
        /// To nothing.
        case dismissed
    }

    /// Surest first.
    private(set) var measurements: [Measurement] = []
    /// By index of `measurements`.
    var roles: [Role] = []
    private var byLeft: [Int] = []
    /// The left edges in the order of `byLeft`.
    private var lefts: [Double] = []
    private var widest = 0.0

    /// Takes the detections of a frame in place of those of the one before.
    mutating func load(_ detections: [Detection], aspectRatio: Double, options: ByteTracker.Options) {
        measurements.removeAll(keepingCapacity: true)
        for detection in detections where detection.confidence >= options.lowConfidence {
            if let measurement = Measurement(detection, aspectRatio: aspectRatio) { measurements.append(measurement) }
        }
        measurements.sortInPlace(by: Measurement.precedes)
        roles.removeAll(keepingCapacity: true)
        byLeft.removeAll(keepingCapacity: true)
        lefts.removeAll(keepingCapacity: true)
        widest = 0
        for (index, measurement) in measurements.enumerated() {
            roles.append(measurement.detection.confidence >= options.highConfidence ? .sure : .unsure)
            byLeft.append(index)
            widest = max(widest, measurement.box.width)
        }
        byLeft.sortInPlace { (measurements[$0].box.left, $0) < (measurements[$1].box.left, $1) }
        for index in byLeft { lefts.append(measurements[index].box.left) }
    }

    /// Calls `body` with the index of each measurement in a role that may touch `box`. Sweeping along the left edges
    /// makes a frame's cost grow with the crowd around each person instead of the whole crowd.
    func forEach(_ role: Role, near box: BoundingBox, margin: Double = 0, _ body: (Int) -> Void) {
        var position = firstPosition(from: box.left - margin - widest)
        while position < lefts.count, lefts[position] <= box.right + margin {
            if roles[byLeft[position]] == role { body(byLeft[position]) }
            position += 1
        }
    }

    /// The first position whose left edge is at `left` or to the right of it.
    private func firstPosition(from left: Double) -> Int {
        var low = 0
        var high = lefts.count
        while low < high {
            let middle = (low + high) / 2
            if lefts[middle] < left { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
