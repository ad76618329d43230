import Glibc
import PathModel

/// What somebody wore while they were plainly seen: a running mean, for as long as the track lives.
struct AppearanceMemory: Equatable, Sendable {
    private struct Part: Equatable, Sendable {
        var mean = SIMD4<Float>.zero
        /// Sum of the shares that were seen.
        var seen: Float = 0

        /// How far the mean can be trusted, 0...1.
        var trust: Float { min(1, seen / AppearanceMemory.enough) }

        mutating func add(_ part: Appearance.Part, rate: Float) {
            guard part.visibility > 0 else { return }
            seen += part.visibility
            mean += (part.values - mean) * (part.visibility * max(1 / seen, rate))
        }
    }

    private var upper = Part()
    private var lower = Part()
    /// Logarithm of the width by the height of the boxes that it was seen in.
    private var shape = 0.0
    /// Sum of the shares of the parts that were seen.
    private var seen = 0.0

    /// Whether enough was seen to tell something by it.
    var isKnown: Bool { upper.trust + lower.trust > Self.leastTrust }

    /// Takes what somebody wears now, seen in a box in frame heights, `seconds` after the last time.
    ///
    /// Clothes look different in the shade, so the mean follows. What looks like somebody else's is taken up slowly: it may be
    /// theirs who passes in front.
    mutating func add(_ appearance: Appearance, in box: BoundingBox, after seconds: Double) {
        var rate = Float(1 - exp(-seconds / Self.time))
        if let odds = oddsAgainst(appearance), odds > 0 { rate *= Self.reluctance }
        let share = Double(appearance.upper.visibility + appearance.lower.visibility) / 2
        if share > 0 {
            seen += share
            shape += (Self.shape(of: box) - shape) * share * max(1 / seen, Double(rate))
        }
        upper.add(appearance.upper, rate: rate)
        lower.add(appearance.lower, rate: rate)
    }

    /// How likely it is that somebody else wears what is seen: the logarithm of the odds, where there are as many others
    /// as chances that it is the same person. Nil where too little was seen of either.
    func oddsAgainst(_ appearance: Appearance) -> Double? {
        oddsAgainst(
            upper: (appearance.upper.values, appearance.upper.visibility),
            lower: (appearance.lower.values, appearance.lower.visibility))
    }

    /// The same of what another track's person wore.
    func oddsAgainst(_ other: AppearanceMemory) -> Double? {
        oddsAgainst(upper: (other.upper.mean, other.upper.trust), lower: (other.lower.mean, other.lower.trust))
    }

    /// How alike a box is to those in which the clothes were seen, 1 for the same shape: where a box holds a head instead of
    /// a body, the parts of the body aren't where they are looked for.
    func likeness(of box: BoundingBox) -> Double {
        let difference = Self.shape(of: box) - shape
        return exp(-Self.shapeWeight * difference * difference)
    }

    private static func shape(of box: BoundingBox) -> Double { log(box.width / box.height) }

    private func oddsAgainst(
        upper above: (values: SIMD4<Float>, trust: Float), lower below: (values: SIMD4<Float>, trust: Float)
    ) -> Double? {
        let (aboveTrust, belowTrust) = (upper.trust * above.trust, lower.trust * below.trust)
        let trust = aboveTrust + belowTrust
        guard trust > Self.leastTrust else { return nil }
        let difference =
            aboveTrust * Self.difference(above.values, upper.mean, Self.upperWeights)
            + belowTrust * Self.difference(below.values, lower.mean, Self.lowerWeights)
        return Double((2 * difference / trust - Self.usual) * min(1, trust))
    }

    private static func difference(_ a: SIMD4<Float>, _ b: SIMD4<Float>, _ weights: SIMD4<Float>) -> Float {
        let difference = a - b
        return (pointwiseMin(pointwiseMax(difference, -difference), SIMD4(repeating: largest)) * weights).sum()
    }

    // A logistic regression on people of four videos, the same person after up to two seconds against others near by: brightness,
    // blue, red, pattern (docs/tracking.md).
    private static let upperWeights: SIMD4<Float> = [0.1, 0.08, 0.15, 0]
    private static let lowerWeights: SIMD4<Float> = [0.06, 0.12, 0.15, 0.15]
    private static let usual: Float = 4.4
    /// A difference beyond says no more.
    private static let largest: Float = 60
    /// In how many frames somebody must have been wholly seen.
    private static let enough: Float = 3
    private static let leastTrust: Float = 0.3
    /// In which time, in seconds, what was seen before falls to 1/e.
    private static let time = 1.0
    private static let reluctance: Float = 0.2
    /// In a box of half the height clothes count for 0.3, in one of a quarter for nothing.
    private static let shapeWeight = 2.5
}
