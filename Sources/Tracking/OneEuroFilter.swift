/// The One Euro filter of a point (Casiez, Roussel and Vogel 2012): an exponential mean that is slow where the point
/// rests and fast where it moves, by real elapsed time.
///
/// Both coordinates share the speed, so that the result doesn't depend on the direction.
struct OneEuroFilter {
    /// What of the filter can be chosen; speeds are in units of length per second.
    struct Options {
        /// Hertz: a lower one lets a resting point jitter less.
        var minimumCutoff = 0.2
        /// Hertz per unit of speed: a higher one lets a moving point lag less.
        var speedCoefficient = 8.0
        /// Hertz, of the mean of the speed.
        var speedCutoff = 0.7
    }

    private let options: Options
    private var value: SIMD2<Double>
    private var speed = SIMD2<Double>.zero

    /// - Parameter value: where the point is first seen.
    init(_ value: SIMD2<Double>, options: Options = Options()) {
        self.options = options
        self.value = value
    }

    /// The filtered place of a point that was seen at `measured`.
    ///
    /// - Parameters:
    ///   - seconds: since the last time, more than 0.
    ///   - unit: the length by which speeds are counted.
    mutating func filter(_ measured: SIMD2<Double>, after seconds: Double, unit: Double) -> SIMD2<Double> {
        let velocity = (measured - value) / seconds
        speed += (velocity - speed) * Self.weight(cutoff: options.speedCutoff, seconds: seconds)
        let magnitude = (speed * speed).sum().squareRoot() / unit
        let cutoff = options.minimumCutoff + options.speedCoefficient * magnitude
        value += (measured - value) * Self.weight(cutoff: cutoff, seconds: seconds)
        return value
    }

    /// The weight of a new sample in an exponential mean.
    private static func weight(cutoff: Double, seconds: Double) -> Double {
        let change = 2 * Double.pi * cutoff * seconds
        return change / (change + 1)
    }
}
