import Foundation
import PathModel

/// Where a person is and is going: a Kalman filter of a box.
///
/// The state is the centre, width and height (as in BoT-SORT, Aharon, Orfaig, Bobrovsky, 2022; with SORT's area and
/// aspect ratio, a box that errs in one direction bends the other) and their velocities per second. The unit is the
/// frame's height on both axes.
struct BoxFilter: Equatable, Sendable {
    private var filter: KalmanFilter
    /// The height last measured: the yardstick of all noise until the next measurement. With the predicted height, the
    /// result would depend on how an interval is divided into steps.
    private var yardstick: Double
    private let model: ByteTracker.MotionModel
    /// The velocity when last seen, and how far ahead of the prediction someone is by now who kept to it.
    private var steadyVelocity = SIMD4<Double>.zero
    private var lead = SIMD4<Double>.zero

    /// A filter at rest at a first box.
    init(_ box: BoundingBox, model: ByteTracker.MotionModel) {
        self.model = model
        yardstick = box.height
        filter = KalmanFilter(
            position: Self.coordinates(box),
            positionVariance: Self.variance(model.measurementDeviation * box.height),
            velocityVariance: Self.variance(model.initialSpeedDeviation * box.height))
    }

    /// The box as filtered or predicted. Sizes are never negative.
    var box: BoundingBox {
        let width = max(0, filter.position[2])
        let height = max(0, filter.position[3])
        return BoundingBox(
            left: filter.position[0] - width / 2, top: filter.position[1] - height / 2, width: width, height: height)
    }

    /// The box of someone out of sight who walked straight on at the same pace, where `box` lets them slow down.
    var steadyBox: BoundingBox {
        let box = box
        return BoundingBox(left: box.left + lead[0], top: box.top + lead[1], width: box.width, height: box.height)
    }

    /// Velocity of the centre per second.
    var velocity: Point { Point(x: filter.velocity[0], y: filter.velocity[1]) }

    /// By how much boxes are widened on each side when they are compared after the latest prediction, frame heights.
    private(set) var margin = 0.0

    /// Moves on by `seconds`.
    ///
    /// - Parameter coasting: whether the person is out of sight. Their velocity is then let fade: people stop and turn,
    ///   and the last boxes before an occlusion shrink and shift with what is still visible. An undamped prediction
    ///   soon lies far from its person and near a stranger.
    mutating func predict(seconds: Double, coasting: Bool) {
        let speedDeviation = filter.velocityVariance.squareRoot()
        margin = min(model.reach * speedDeviation * seconds, Self.widestMargin * yardstick)
        let start = filter.position
        if !coasting { steadyVelocity = filter.velocity }
        filter.predict(
            seconds: seconds,
            accelerationDensity: Self.variance(model.accelerationDeviation * yardstick),
            damping: coasting ? Damping(time: model.coastingTime) : nil)
        if coasting { filter.slowSizes(since: start, by: model.sizeCoasting) }
        lead = coasting ? lead + steadyVelocity * seconds - (filter.position - start) : .zero
    }

    /// Takes the state along with a picture that moved because the camera did. Boxes stay upright.
    mutating func carry(by motion: CameraMotion) {
        let (center, way) = (motion.moved(box.center), motion.turned(velocity))
        let (scale, position, speed) = (motion.scale, filter.position, filter.velocity)
        filter.carry(
            position: SIMD4(center.x, center.y, scale * position.z, scale * position.w),
            velocity: SIMD4(way.x, way.y, scale * speed.z, scale * speed.w), scale: scale)
        yardstick *= scale
    }

    /// Takes the box of a detection, the more readily the surer it is: NSA Kalman filter (Du et al., "GIAOTracker",
    /// ICCV Workshops 2021).
    ///
    /// - Parameter confidence: 0...1.
    mutating func correct(_ box: BoundingBox, confidence: Double) {
        yardstick = box.height
        lead = .zero
        let variance = Self.variance(model.measurementDeviation * yardstick)
        filter.correct(position: Self.coordinates(box), variance: (1.5 - confidence) * variance)
    }

    /// In heights of the person. Beyond this, whoever is near is as likely someone else.
    private static let widestMargin = 0.5

    private static func coordinates(_ box: BoundingBox) -> SIMD4<Double> {
        SIMD4(box.center.x, box.center.y, box.width, box.height)
    }

    private static func variance(_ deviation: Double) -> Double { deviation * deviation }
}
