import Testing

@testable import Tracking

@Suite struct KalmanFilterTests {
    private let fresh = KalmanFilter(position: SIMD4(1, 2, 3, 4), positionVariance: 0.01, velocityVariance: 0.5)

    @Test func learnsAConstantVelocity() {
        var filter = fresh
        let velocity = SIMD4(0.5, -0.25, 0.125, 0)
        for step in 1...60 {
            filter.predict(seconds: 0.04, accelerationDensity: 0.01)
            filter.correct(position: SIMD4(1, 2, 3, 4) + velocity * (0.04 * Double(step)), variance: 0.0001)
        }
        let error = filter.velocity - velocity
        #expect((error * error).sum() < 1e-6)
    }

    @Test func twoShortStepsAreOneLongStep() {
        var halves = fresh
        halves.correct(position: SIMD4(1.1, 2, 3, 4), variance: 0.01)
        halves.predict(seconds: 0.3, accelerationDensity: 0.7)
        halves.correct(position: SIMD4(1.3, 2, 3, 4), variance: 0.01)
        var whole = halves
        halves.predict(seconds: 0.1, accelerationDensity: 0.7)
        halves.predict(seconds: 0.1, accelerationDensity: 0.7)
        whole.predict(seconds: 0.2, accelerationDensity: 0.7)
        #expect((halves.position - whole.position).max().magnitude < 1e-12)
        #expect(abs(halves.positionVariance - whole.positionVariance) < 1e-12)
        #expect(abs(halves.covariance - whole.covariance) < 1e-12)
        #expect(abs(halves.velocityVariance - whole.velocityVariance) < 1e-12)
    }

    @Test func aSizeCanBeSlowedUnderItsUpperEdge() {
        var filter = fresh
        for step in 1...5 {
            filter.predict(seconds: 0.1, accelerationDensity: 0.7)
            filter.correct(position: SIMD4(1, 2, 3, 4) - SIMD4(0, 0.1, 0.05, 0.2) * Double(step), variance: 0.001)
        }
        let start = filter.position
        filter.predict(seconds: 0.2, accelerationDensity: 0.7)
        let predicted = filter.position
        filter.slowSizes(since: start, by: 0.5)
        #expect(predicted[3] < start[3] - 0.1, "it shrinks")
        #expect(abs(filter.position[3] - (start[3] + predicted[3]) / 2) < 1e-12)
        #expect(abs(filter.position[2] - (start[2] + predicted[2]) / 2) < 1e-12)
        let (top, expected) = (filter.position[1] - filter.position[3] / 2, predicted[1] - predicted[3] / 2)
        #expect(filter.position[0] == predicted[0] && abs(top - expected) < 1e-12)
    }

    @Test func covarianceStaysPositiveDefiniteThroughAnySteps() {
        var random = SeededRandom(seed: 7)
        var filter = fresh
        for _ in 0..<20_000 {
            let seconds = [0, 1e-6, 0.04, 0.5, 600].randomElement(using: &random)!
            let damping = Bool.random(using: &random) ? Damping(time: 0.6) : nil
            filter.predict(seconds: seconds, accelerationDensity: 0.3, damping: damping)
            if Bool.random(using: &random) { filter.correct(position: SIMD4(repeating: 1), variance: 1e-4) }
            let determinant =
                filter.positionVariance * filter.velocityVariance - filter.covariance * filter.covariance
            #expect(filter.positionVariance > 0 && filter.velocityVariance > 0 && determinant > 0)
        }
    }

    @Test func aFadingVelocityGoesNoFurtherThanItsTime() {
        var filter = fresh
        for step in 1...50 {
            filter.predict(seconds: 0.04, accelerationDensity: 0.01)
            filter.correct(position: SIMD4(1 + 0.04 * Double(step), 2, 3, 4), variance: 0.0001)
        }
        filter.predict(seconds: 1000, accelerationDensity: 0.01, damping: Damping(time: 0.5))
        #expect(abs(filter.position[0] - 3.5) < 0.01, "at 3 with a velocity of 1 for 0.5 s")
    }
}
