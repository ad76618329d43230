import PathModel

/// What boxes tell of a camera that moves, where there are no pictures: if most people are beside where they were expected,
/// and all by the same way, it was the picture that moved.
///
/// That way is the one most pairs of a track and a detection agree on: the mode of their differences by mean shift (Comaniciu, Meer,
/// "Mean Shift: A Robust Approach Toward Feature Space Analysis", PAMI 24, 2002).
extension ByteTracker {
    /// The motion since the step before, a shift; nil where boxes fit as well without one, or not by one.
    ///
    /// - Parameter seconds: since the step before.
    mutating func sharedMotion(at time: Timestamp, after seconds: Double) -> CameraMotion? {
        let lastPace = pace
        pace = nil
        expected.removeAll(keepingCapacity: true)
        for track in tracks where time.seconds(since: track.measuredAt) <= SharedMotion.age {
            expected.append(track.filter.box)
        }
        let people = expected.count
        thinOut(to: SharedMotion.voters)
        guard expected.count >= SharedMotion.fewestPeople else { return nil }
        // As many as there are for those who vote.
        let sure = measurements.roles.count { $0 == .sure } * expected.count / people
        guard sure >= SharedMotion.fewestPeople else { return nil }
        let still = agreement(shiftedBy: Point(x: 0, y: 0))
        guard still.mayGain(sure) else { return nil }
        // A camera that turned is likely to turn on.
        if let lastPace, seconds <= SharedMotion.turning {
            let (shift, most) = refined(Point(x: lastPace.x * seconds, y: lastPace.y * seconds))
            if most.isLikely(sure, before: still) { return motion(shift, after: seconds) }
        }
        guard still.mayBeOutvoted(sure) else { return nil }
        let (shift, most) = refined(mostVoted(than: still))
        return most.isBeyondDoubt(sure, before: still) ? motion(shift, after: seconds) : nil
    }

    /// A sample of a crowd votes like the whole.
    private mutating func thinOut(to count: Int) {
        guard expected.count > count else { return }
        for index in 0..<count { expected[index] = expected[index * expected.count / count] }
        expected.removeLast(expected.count - count)
    }

    private mutating func motion(_ shift: Point, after seconds: Double) -> CameraMotion {
        if seconds > 0 { pace = Point(x: shift.x / seconds, y: shift.y / seconds) }
        return CameraMotion(offset: shift)
    }

    /// The way from where somebody was expected to where a detection is that fits all best; none where none fits better than `still`.
    private func mostVoted(than still: SharedMotion.Agreement) -> Point {
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
        return shift
    }

    /// The mean shift from there.
    private func refined(_ start: Point) -> (shift: Point, agreement: SharedMotion.Agreement) {
        var (shift, most) = (start, agreement(shiftedBy: start))
        for _ in 0..<2 where most.score > 0 {
            shift = Point(x: shift.x + most.residual.x / most.score, y: shift.y + most.residual.y / most.score)
            most = agreement(shiftedBy: shift)
        }
        return (shift, most)
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
        func mayGain(_ detections: Int) -> Bool { findable(detections) - score >= likelyGain }

        /// The same of a shift that nothing speaks for but votes.
        func mayBeOutvoted(_ detections: Int) -> Bool { findable(detections) - score >= certainGain(detections) }

        private func certainGain(_ detections: Int) -> Double { max(leastGain, leastMeanGain * findable(detections)) }

        /// Whether it fits most people, and so much better than none that it isn't chance.
        func isBeyondDoubt(_ detections: Int, before still: Agreement) -> Bool {
            found >= leastPeople && isLikely(detections, before: still)
                && score - still.score >= certainGain(detections)
        }

        /// The same of a shift that there is a reason to expect.
        func isLikely(_ detections: Int, before still: Agreement) -> Bool {
            Double(found) >= leastShare * findable(detections) && score - still.score >= likelyGain
        }
    }

    static func areAlike(_ one: BoundingBox, _ other: BoundingBox) -> Bool {
        min(one.height, other.height) >= leastLikeness * max(one.height, other.height)
    }

    /// In heights of the person.
    static let tolerance = 0.2
    /// Frame heights in a step.
    static let reach = 0.3
    /// For how many seconds somebody's expected place is good enough; beyond, people move by themselves.
    static let age = 0.3
    /// For how many seconds a camera is expected to turn on.
    static let turning = 0.15
    static let voters = 32, speakers = 8
    /// With any reason to expect the shift, and with none.
    static let fewestPeople = 2, leastPeople = 3
    /// The height of the lower by that of the higher box.
    private static let leastLikeness = 0.8
    /// Of those who can be found.
    private static let leastShare = 0.7
    /// What a shift must add to the score in all, and for each who can be found.
    private static let leastGain = 1.0, leastMeanGain = 0.1
    /// What one must add that is expected.
    private static let likelyGain = 0.5
}

extension Point {
    fileprivate var length: Double { (x * x + y * y).squareRoot() }
}
