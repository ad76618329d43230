import Foundation
import PathModel
import TestSupport
import Testing

@testable import Tracking

@Suite struct FaceSmootherTests {
    /// A face at `x` whose one landmark is there too, in ratios of the frame; a tenth of the frame wide.
    private func face(_ x: Double, _ y: Double = 0.5) -> Face {
        Face(
            box: BoundingBox(left: x - 0.05, top: y - 0.05, width: 0.1, height: 0.1), confidence: 0.9,
            landmarks: [Landmark(kind: .nose, position: Point(x: x, y: y))])
    }

    /// The smoothed places of a landmark that was measured at `measured`.
    private func smoothed(_ measured: [Double], rate: Double) -> [Double] {
        var smoother = FaceSmoother(aspectRatio: 16 / 9, keepsRaw: true)
        return measured.enumerated().map { index, x in
            let time = Timestamp(microseconds: Int64(Double(index) / rate * 1e6))
            let face = smoother.smooth(face(x), of: 1, at: time)
            #expect(face.rawLandmarks.first?.position.x == x, "measured values remain")
            return face.landmarks[0].position.x
        }
    }

    private func deviation(_ values: ArraySlice<Double>) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    @Test(arguments: [25.0, 5.0]) func aStillFaceJittersLess(rate: Double) {
        var random = ScriptedRandom(seed: 3)
        // Half a percent of the face's width.
        let measured = (0..<200).map { _ in 0.5 + 0.0005 * Double.random(in: -1...1, using: &random) }
        let before = deviation(measured[50...])
        #expect(deviation(smoothed(measured, rate: rate)[50...]) < (rate > 10 ? 0.5 : 0.75) * before)
    }

    /// Half a face's width to five a second, of the video's 25 frames a second.
    @Test(arguments: [0.05, 0.1, 0.5]) func aMovingFaceLagsLessThanAFrame(speed: Double) throws {
        for rate in [25.0, 5.0] {
            let measured = (0..<Int(4 * rate)).map { Double($0) / rate * speed }
            let lag = try (#require(measured.last) - #require(smoothed(measured, rate: rate).last)) / speed
            #expect(lag >= 0 && lag < 1 / 25.0, "\(lag) s at \(rate) a second")
        }
    }

    @Test func timeIsRealTime() {
        // The same movement, seen at uneven times, is where the even times say.
        let at: (Double) -> Double = { 0.2 + 0.1 * $0 }
        var (even, uneven) = (
            FaceSmoother(aspectRatio: 1, keepsRaw: false), FaceSmoother(aspectRatio: 1, keepsRaw: false)
        )
        var last: (Double, Double) = (0, 0)
        for index in 0...60 {
            let seconds = Double(index) / 10
            let time = Timestamp(microseconds: Int64(seconds * 1e6))
            last.0 = even.smooth(face(at(seconds)), of: 1, at: time).landmarks[0].position.x
            if index % 3 == 1 { continue }
            last.1 = uneven.smooth(face(at(seconds)), of: 1, at: time).landmarks[0].position.x
        }
        #expect(abs(last.0 - last.1) < 0.002)
    }

    @Test func tracksAndPausesDontMix() {
        var smoother = FaceSmoother(aspectRatio: 1, keepsRaw: false)
        _ = smoother.smooth(face(0.2), of: 1, at: Timestamp(microseconds: 0))
        let other = smoother.smooth(face(0.8), of: 2, at: Timestamp(microseconds: 40_000))
        #expect(other.landmarks[0].position.x == 0.8 && other.rawLandmarks.isEmpty)
        let later = smoother.smooth(face(0.6), of: 1, at: Timestamp(microseconds: 3_000_000))
        #expect(later.landmarks[0].position.x == 0.6)
        smoother.forget(1)
        #expect(
            smoother.smooth(face(0.1), of: 1, at: Timestamp(microseconds: 3_040_000)).landmarks[0].position.x == 0.1)
    }
}
