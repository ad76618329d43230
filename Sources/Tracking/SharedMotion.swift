import PathModel

/// What boxes tell of a camera that moves, where there are no pictures: if most people are beside where they were expected,
/// and all by the same way, it was the picture that moved.
///
/// That way is the one most pairs of a track and a detection agree on: the mode of their differences by mean shift (Comaniciu, Meer,
/// "Mean Shift: A Robust Approach Toward Feature Space Analysis", PAMI 24, 2002).
extension ByteTracker {
    /// The motion since the step before, a shift; nil where boxes fit as well without one, or not by one.
    mutating func sharedMotion(at time: Timestamp) -> CameraMotion? {
        expected.removeAll(keepingCapacity: true)
        let age = max(SharedMotion.age, latestInterval)
        for track in tracks where time.seconds(since: track.measuredAt) <= age { expected.append(track.filter.box) }
        let sure = measurements.roles.count { $0 == .sure }
        guard min(expected.count, sure) >= SharedMotion.leastPeople else { return nil }
        let still = agreement(shiftedBy: Point(x: 0, y: 0))
        guard still.mayGain(sure) else { return nil }
        var (shift, most) = (Point(x: 0, y: 0), still)
        // Most agree where the camera moved, so a few may speak for all.
        let stride = (expected.count + SharedMotion.speakers - 1) / SharedMotion.speakers
        var speaker = 0
        while speaker < expected.count {
            let box = expected[speaker]
            measurements.forEach(.sure, near: box, margin: SharedMotion.reach) { index in
                let other = measurements.measurements[index].box
                let way = Point(x: other.center.x - box.center.x, y: other.center.y - box.center.y)
                guard SharedMotion.areAlike(box, other), way.length <= SharedMotion.reach else { return }
                let found = agreement(shiftedBy: way)
                if found.score > most.score { (shift, most) = (way, found) }
            }
            speaker += stride
        }
        for _ in 0..<2 where most.score > 0 {
            shift = Point(x: shift.x + most.residual.x / most.score, y: shift.y + most.residual.y / most.score)
            most = agreement(shiftedBy: shift)
        }
        return most.isBeyondDoubt(sure, before: still) ? CameraMotion(offset: shift) : nil
    }

    /// How well measurements fit the expected boxes in a picture that moved by `shift`.
    private func agreement(shiftedBy shift: Point) -> SharedMotion.Agreement {
        var agreement = SharedMotion.Agreement()
        for box in expected {
            let place = BoundingBox(
                left: box.left + shift.x, top: box.top + shift.y, width: box.width, height: box.height)
            let center = place.center
            guard center.x > 0, center.x < aspectRatio else { continue }
            let tolerance = SharedMotion.tolerance * box.height
            var (nearest, residual) = (tolerance * tolerance, Point(x: 0, y: 0))
            measurements.forEach(.sure, near: place, margin: tolerance) { index in
                let other = measurements.measurements[index].box
                let way = Point(x: other.center.x - center.x, y: other.center.y - center.y)
                let square = way.x * way.x + way.y * way.y
                if square < nearest, SharedMotion.areAlike(box, other) { (nearest, residual) = (square, way) }
            }
            agreement.add(1 - nearest / (tolerance * tolerance), residual)
        }
        return agreement
    }
}

/// The rules of the vote.
enum SharedMotion {
    /// The boxes that agree on a shift.
    struct Agreement {
        /// How many people there are, each counted by how near a detection is: 1 exactly where expected, 0 beyond the tolerance
        /// (Epanechnikov's kernel).
        private(set) var score = 0.0
        /// The sum of how far detections are from where they were expected, by the same weights.
        private(set) var residual = Point(x: 0, y: 0)
        /// How many people have a detection within the tolerance, and how many should be in the picture.
        private var found = 0, inView = 0

        mutating func add(_ weight: Double, _ way: Point) {
            inView += 1
            guard weight > 0 else { return }
            found += 1
            score += weight
            residual = Point(x: residual.x + weight * way.x, y: residual.y + weight * way.y)
        }

        /// How many can be found at most.
        private func findable(_ detections: Int) -> Double { Double(min(inView, detections)) }

        /// Whether a shift could fit so much better that it counts.
        func mayGain(_ detections: Int) -> Bool {
            findable(detections) - score >= max(leastGain, leastMeanGain * findable(detections))
        }

        /// Whether it fits most people, and so much better than none that it isn't chance.
        func isBeyondDoubt(_ detections: Int, before still: Agreement) -> Bool {
            found >= leastPeople && Double(found) >= leastShare * findable(detections)
                && score - still.score >= max(leastGain, leastMeanGain * findable(detections))
        }
    }

    static func areAlike(_ one: BoundingBox, _ other: BoundingBox) -> Bool {
        min(one.height, other.height) >= leastLikeness * max(one.height, other.height)
    }

    /// In heights of the person.
    static let tolerance = 0.2
    /// Frame heights in a step.
    static let reach = 0.3
    /// For how many seconds somebody's expected place is good enough.
    static let age = 0.3
    static let speakers = 12
    static let leastPeople = 3
    /// The height of the lower by that of the higher box.
    private static let leastLikeness = 0.8
    /// Of those who can be found.
    private static let leastShare = 0.7
    /// What a shift must add to the score in all, and for each who can be found.
    private static let leastGain = 1.0, leastMeanGain = 0.1
}

extension Point {
    fileprivate var length: Double { (x * x + y * y).squareRoot() }
}
