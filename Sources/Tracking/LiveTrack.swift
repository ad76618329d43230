import Glibc
import PathModel

/// A track between birth and removal: its filter and where it stands in its life.
///
///     tentative -> confirmed <-> lost -> removed
///         `-> removed
struct LiveTrack: Sendable {
    enum Phase: Sendable {
        /// Too young for an id: it may be noise.
        case tentative
        /// Detected in the latest step.
        case confirmed
        /// Confirmed once, not detected in the latest step.
        case lost
    }

    let serial: Int
    private(set) var id: Int?
    private(set) var phase = Phase.tentative
    private(set) var filter: BoxFilter
    /// The detection last matched that is theirs alone.
    private(set) var measurement: Measurement
    /// When one was last matched, also one around somebody else too.
    private(set) var measuredAt: Timestamp
    /// What they wore.
    private(set) var appearance = AppearanceMemory()
    /// How tall they are in the picture, frame heights: while more and more of them is hidden their boxes tell ever less.
    private(set) var height: Double
    /// Velocity of the centre in the picture then, frame heights per second. It fades in the filter while the track is
    /// lost.
    private var heading = Point(x: 0, y: 0)
    /// The part of the latest step's velocity that is the camera's.
    private var carriage = Point(x: 0, y: 0)
    /// In which time a score's share in the mean falls to 1/e, seconds.
    private static let confidenceMemory = 1.0
    /// In which time a taller box's share in the height falls to 1/e, seconds.
    private static let heightMemory = 2.0
    /// In which share of the frames a second box must be.
    private static let nestedShare = 0.7
    /// How sure it is that the person is there. Someone who was plainly seen is still there when half hidden or turned,
    /// so a low score counts for no less than the track's recent mean.
    var confidence: Double { max(measurement.detection.confidence, meanConfidence) }
    /// Whether the match was in the latest step.
    private(set) var isMeasured = true
    /// Whether that was with a box that holds somebody else too.
    private var isMerged = false
    /// Mean of the scores, the latest counting most.
    private var meanConfidence: Double
    /// When and where it was first detected, in frame heights.
    let birth: (time: Timestamp, box: BoundingBox)
    /// Whether that was within the box of somebody else: a second box of theirs, or somebody they hide.
    private let isNested: Bool
    private var hits = 1
    /// Since birth.
    private var steps = 0
    private var bestConfidence: Double

    /// A tentative track from its first detection.
    init(
        serial: Int, measurement: Measurement, isNested: Bool, time: Timestamp, model: ByteTracker.MotionModel
    ) {
        self.isNested = isNested
        self.serial = serial
        self.measurement = measurement
        filter = BoxFilter(measurement.box, model: model)
        measuredAt = time
        height = measurement.box.height
        meanConfidence = measurement.detection.confidence
        birth = (time, measurement.box)
        bestConfidence = measurement.detection.confidence
        if let seen = measurement.detection.appearance { appearance.add(seen, in: measurement.box, after: 0) }
    }

    /// Moves on to the next step, in which nothing has been matched yet.
    ///
    /// - Parameter motion: how the camera moved in it; nil where it didn't.
    mutating func predict(seconds: Double, motion: CameraMotion? = nil) {
        carriage = Point(x: 0, y: 0)
        if let motion { carry(by: motion, in: seconds) }
        filter.predict(seconds: seconds, coasting: !isMeasured)
        isMeasured = false
        isMerged = false
        steps += 1
    }

    /// Goes along with a picture that moved because the camera did, in a step of so many seconds.
    mutating func carry(by motion: CameraMotion, in seconds: Double) {
        let before = filter.box.center
        filter.carry(by: motion)
        height *= motion.scale
        let after = filter.box.center
        if seconds > 0 { carriage = Point(x: (after.x - before.x) / seconds, y: (after.y - before.y) / seconds) }
    }

    /// Takes the detection that belongs to the track.
    ///
    /// - Parameter isMerged: whether it holds somebody else too. Such a box says that both are there, and nothing of
    ///   where either is.
    mutating func match(_ measurement: Measurement, at time: Timestamp, isMerged: Bool = false) {
        if !isMerged { filter.correct(measurement.box, confidence: measurement.detection.confidence) }
        heading = Point(x: filter.velocity.x + carriage.x, y: filter.velocity.y + carriage.y)
        let seconds = max(0, time.seconds(since: measuredAt))
        if !isMerged, let seen = measurement.detection.appearance {
            appearance.add(seen, in: measurement.box, after: seconds)
        }
        if !isMerged {
            let forgotten = 1 - exp(-seconds / Self.heightMemory)
            height = max(measurement.box.height, height + (measurement.box.height - height) * forgotten)
            self.measurement = measurement
        }
        let weight = 1 - exp(-seconds / Self.confidenceMemory)
        meanConfidence += weight * (measurement.detection.confidence - meanConfidence)
        self.isMerged = isMerged
        measuredAt = time
        isMeasured = true
        hits += 1
        bestConfidence = max(bestConfidence, measurement.detection.confidence)
        if phase == .lost { phase = .confirmed }
    }

    /// Notes that no detection of this step belongs to the track.
    mutating func miss() {
        if phase == .confirmed { phase = .lost }
    }

    /// Whether a tentative track has been seen long, often and plainly enough to get an id.
    func isProven(_ options: ByteTracker.Options) -> Bool {
        phase == .tentative && isMeasured && hits >= options.confirmHits && bestConfidence >= options.birthConfidence
            && meanConfidence >= options.meanBirthConfidence
            && measuredAt.seconds(since: birth.time) >= options.confirmAfter
            && (!isNested || isSomebodyElse(options))
    }

    /// Whether a second box has been there for too long, too often and too plainly to be one.
    private func isSomebodyElse(_ options: ByteTracker.Options) -> Bool {
        measuredAt.seconds(since: birth.time) >= options.nestedAfter && meanConfidence > options.nestedConfidence
            && hits >= options.nestedHits && Double(hits) >= Self.nestedShare * Double(steps)
    }

    /// Goes on as a younger track, which turned out to be of the same person.
    mutating func goOn(as other: LiveTrack) {
        phase = .confirmed
        filter = other.filter
        measurement = other.measurement
        measuredAt = other.measuredAt
        heading = other.heading
        carriage = other.carriage
        isMeasured = other.isMeasured
        meanConfidence = other.meanConfidence
        hits += other.hits
        height = max(height, other.height)
        bestConfidence = max(bestConfidence, other.bestConfidence)
    }

    /// Gives a tentative track its id.
    mutating func confirm(id: Int) {
        self.id = id
        phase = .confirmed
    }
}

extension LiveTrack {
    /// The track as it is told to others; nil for one that is out of sight and tentative or outside the frame.
    ///
    /// A measured box is the detector's, not the filter's: the filter lags behind whoever turns or bends, and is there
    /// to find the next detection. Of a box around two people it is not known which part is whose, but that they are there.
    func seen(aspectRatio: Double) -> Track? {
        if isMeasured, !isMerged {
            return Track(
                serial: serial, id: id, box: measurement.detection.box, confidence: confidence,
                source: .measured)
        }
        guard phase == .lost || isMerged, let visible = filter.box.scaled(x: 1 / aspectRatio, y: 1).clippedToFrame
        else {
            return nil
        }
        return Track(
            serial: serial, id: id, box: visible, confidence: confidence, source: isMerged ? .measured : .predicted)
    }

    /// Why the track ends now; nil where it lives on.
    ///
    /// - Parameter interval: between the latest steps, seconds.
    func removalCause(
        at time: Timestamp, interval: Double, aspectRatio: Double, options: ByteTracker.Options
    ) -> TrackRemoval.Cause? {
        let probation = options.probation + (isNested ? options.nestedAfter : 0)
        if phase == .tentative, time.seconds(since: birth.time) > probation, steps >= options.probationSteps {
            return .lost
        }
        guard !isMeasured else { return nil }
        let patience = phase == .tentative ? options.tentativeGrace : options.patience(interval: interval)
        let isOverdue = time.seconds(since: measuredAt) > patience
        if isLeaving(aspectRatio: aspectRatio, margin: options.edgeMargin) {
            return isOverdue || isMostlyOutside(aspectRatio: aspectRatio) ? .leftFrame : nil
        }
        return isOverdue ? .lost : nil
    }

    /// Whether the box last measured touched an edge of the frame towards which the person was moving.
    private func isLeaving(aspectRatio: Double, margin: Double) -> Bool {
        let box = measurement.box
        let speed = Self.leastLeavingSpeed * box.height
        return box.left <= margin && heading.x < -speed
            || box.right >= aspectRatio - margin && heading.x > speed
            || box.top <= margin && heading.y < -speed
            || box.bottom >= 1 - margin && heading.y > speed
    }

    /// Whether the frame holds less than half as much of the predicted box as of the one last measured.
    ///
    /// Detectors clip boxes at the edge. So someone who walks out is a box that grows narrower there, and seldom one
    /// that crosses the edge.
    private func isMostlyOutside(aspectRatio: Double) -> Bool {
        let frame = BoundingBox.frame.scaled(x: aspectRatio, y: 1)
        return filter.box.intersectionArea(frame) < measurement.box.intersectionArea(frame) / 2
    }

    /// In the person's heights per second. Someone who only stands at the edge seems to move by less than this.
    private static let leastLeavingSpeed = 0.05
}

extension ByteTracker.Options {
    /// How long a confirmed track may go undetected where frames come so seldom, in seconds: until the second frame after
    /// the one that missed it, at least.
    fileprivate func patience(interval: Double) -> Double { maxLost > 0 ? max(maxLost, 2.5 * interval) : 0 }
}
