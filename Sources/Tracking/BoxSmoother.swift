import Foundation
import PathModel

/// Steadies the boxes of a path that is known from end to end.
///
/// A detector's boxes jump about the person from frame to frame, in size more than in place. Each box becomes what a
/// straight line fitted to the boxes around it in time says: local linear regression with Gaussian weights (Cleveland,
/// "Robust Locally Weighted Regression and Smoothing Scatterplots", JASA 74, 1979, without its robust iterations), in
/// seconds, so that the frame rate doesn't matter, and weighted by the detector's scores. Unlike a filter, which knows
/// the past only, it doesn't lag.
public struct BoxSmoother: Hashable, Sendable {
    /// Standard deviation of the weights in time for centres, seconds. Raising it steadies more and cuts corners.
    public var placeSpan: Double
    /// The same for widths and heights, which change less quickly than places.
    public var sizeSpan: Double { Self.sizeFactor * placeSpan }

    /// - Parameter placeSpan: see there; 0 leaves boxes as they are.
    public init(placeSpan: Double) {
        self.placeSpan = placeSpan
    }

    /// The boxes of a path, steadied; no further out of the frame than they were, since detectors clip boxes there.
    ///
    /// - Parameter path: in order of time.
    public func smooth(_ path: [Sighting]) -> [BoundingBox] {
        guard placeSpan > 0 else { return path.map(\.box) }
        return path.indices.map { index in
            let place = fit(path, at: index, span: placeSpan) {
                SIMD4($0.box.center.x, $0.box.center.y, 0, 0)
            }
            let size = fit(path, at: index, span: sizeSpan) { SIMD4(0, 0, $0.box.width, $0.box.height) }
            return Self.box(place + size, within: path[index].box)
        }
    }

    /// What the line fitted around a sample says there.
    private func fit(
        _ path: [Sighting], at index: Int, span: Double, value: (Sighting) -> SIMD4<Double>
    ) -> SIMD4<Double> {
        var (weights, times, squares) = (0.0, 0.0, 0.0)
        var (values, slopes) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        func add(_ sample: Sighting) -> Bool {
            let time = sample.time.seconds(since: path[index].time)
            guard abs(time) <= Self.reach * span else { return false }
            let weight = exp(-time * time / (2 * span * span)) * (Self.leastTrust + sample.confidence)
            weights += weight
            times += weight * time
            squares += weight * time * time
            values += weight * value(sample)
            slopes += weight * time * value(sample)
            return true
        }
        var before = index
        while before >= 0, add(path[before]) { before -= 1 }
        var after = index + 1
        while after < path.count, add(path[after]) { after += 1 }
        let determinant = weights * squares - times * times
        // A sample all alone in its span.
        guard determinant > Self.leastSpread * weights * weights * span * span else { return values / weights }
        return (squares * values - times * slopes) / determinant
    }

    private static func box(_ coordinates: SIMD4<Double>, within measured: BoundingBox) -> BoundingBox {
        let (width, height) = (max(0, coordinates.z), max(0, coordinates.w))
        let left = max(coordinates.x - width / 2, min(0, measured.left))
        let top = max(coordinates.y - height / 2, min(0, measured.top))
        let right = min(coordinates.x + width / 2, max(1, measured.right))
        let bottom = min(coordinates.y + height / 2, max(1, measured.bottom))
        guard right > left, bottom > top else { return measured }
        return BoundingBox(left: left, top: top, width: right - left, height: bottom - top)
    }

    private static let sizeFactor = 2.5
    /// How many spans away samples still count.
    private static let reach = 3.0
    /// What a box counts whatever its score.
    private static let leastTrust = 0.1
    /// Variance of the weighted times, in squared spans, below which there is no line to speak of.
    private static let leastSpread = 1e-9
}
