import Foundation

/// A Kalman filter of constant velocity for the four coordinates of a box: positions that are measured and velocities
/// that aren't.
///
/// SORT and its successors keep eight state variables with 8x8 covariances. No matrix of theirs couples two
/// coordinates, so they are four filters of two variables; and as all four coordinates are given the same noise here,
/// one 2x2 covariance serves them all.
struct KalmanFilter: Equatable, Sendable {
    /// In the caller's unit of length.
    private(set) var position: SIMD4<Double>
    /// Units of length per second.
    private(set) var velocity = SIMD4<Double>.zero
    /// Variance of each position.
    private(set) var positionVariance: Double
    /// Covariance of each position with its own velocity.
    private(set) var covariance = 0.0
    /// Variance of each velocity.
    private(set) var velocityVariance: Double

    /// A filter at rest at a first measurement; the variances say how far positions and velocities may be off.
    init(position: SIMD4<Double>, positionVariance: Double, velocityVariance: Double) {
        self.position = position
        self.positionVariance = positionVariance
        self.velocityVariance = velocityVariance
    }

    /// Moves the state on by `seconds`, any number that isn't negative.
    ///
    /// The process noise is that of continuous white-noise acceleration (Bar-Shalom, Li, Kirubarajan, "Estimation with
    /// Applications to Tracking and Navigation", 2001, section 6.2), integrated over the interval: two short steps give
    /// the same as one long step.
    ///
    /// - Parameters:
    ///   - accelerationDensity: power spectral density of the acceleration, length^2 / s^3.
    ///   - damping: nil for a constant velocity; otherwise how velocities fade. The noise stays that of constant
    ///     velocity, which is a little more than a fading one needs.
    mutating func predict(seconds dt: Double, accelerationDensity: Double, damping: Damping? = nil) {
        let kept = damping?.kept(after: dt) ?? 1
        let way = damping?.way(in: dt) ?? dt
        position += velocity * way
        velocity *= kept
        let gained = accelerationDensity * dt
        positionVariance += way * (2 * covariance + way * velocityVariance) + gained * dt * dt / 3
        covariance = kept * (covariance + way * velocityVariance) + gained * dt / 2
        velocityVariance = kept * kept * velocityVariance + gained
    }

    /// Takes back some of what a prediction made of a box's size, whose width and height are the last two coordinates. The
    /// middle of its upper edge stays where it was predicted: people are hidden from below.
    ///
    /// - Parameter share: the part of the change that is left, 0...1.
    mutating func slowSizes(since start: SIMD4<Double>, by share: Double) {
        let taken = (position - start) * (1 - share)
        position -= SIMD4(0, taken[3] / 2, taken[2], taken[3])
    }

    /// Takes the state as it is in a picture that was moved, turned and scaled; all lengths became `scale` times as
    /// large, which its variances follow.
    mutating func carry(position: SIMD4<Double>, velocity: SIMD4<Double>, scale: Double) {
        self.position = position
        self.velocity = velocity
        positionVariance *= scale * scale
        covariance *= scale * scale
        velocityVariance *= scale * scale
    }

    /// Takes measured positions with the variance of their errors, which must be positive.
    mutating func correct(position measured: SIMD4<Double>, variance: Double) {
        let residualVariance = positionVariance + variance
        let residual = measured - position
        position += residual * (positionVariance / residualVariance)
        velocity += residual * (covariance / residualVariance)
        // (I - KH)P in a form that cannot lose its sign to rounding.
        velocityVariance -= covariance * covariance / residualVariance
        covariance *= variance / residualVariance
        positionVariance *= variance / residualVariance
    }
}

/// A velocity that fades exponentially, as under friction.
struct Damping: Equatable, Sendable {
    /// Seconds in which it falls to 1/e.
    var time: Double

    /// The part of the velocity that is left after `seconds`.
    func kept(after seconds: Double) -> Double { exp(-seconds / time) }

    /// The way gone in `seconds` per unit of initial velocity, in seconds; never more than `time`.
    func way(in seconds: Double) -> Double { time * -expm1(-seconds / time) }
}
