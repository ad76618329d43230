import Foundation
import Inference
import PathModel
import TestSupport
import Testing

@testable import Detecting

@Suite struct PersonDetectorTests {
    /// A session that finds one person in the middle of the input, as high as half of it.
    private func session(_ width: Int, _ height: Int, logit: Float) -> ScriptedSession {
        ScriptedSession(inputShape: [1, 3, height, width]) { _ in
            let size = PixelSize(width: width, height: height)
            let count = GridHead.cellCount(of: size)
            var rows = [Float](repeating: -20, count: count * 5)
            // The cell of stride 8 at or after the middle.
            let (x, y) = (width / 16, height / 16)
            let row = (y * (width / 8) + x) * 5
            let half = Float(height) / 4 / 8
            rows.replaceSubrange(
                row..<row + 5, with: [logit, log(half + 0.5), log(half + 0.5), log(half - 0.5), log(half - 0.5)])
            return [Tensor(shape: [1, count, 5], values: rows)]
        }
    }

    @Test func inputSizesHalveFromScaleToScaleInStepsOf32() {
        let sizes = PersonDetector.inputSizes(from: PixelSize(width: 448, height: 256), levels: 4)
        #expect(sizes.map(\.description) == ["448x256", "224x128", "128x64", "64x32"])
    }

    @Test func whoIsFoundAtTwoScalesIsOnePersonWithTheBetterScore() throws {
        let detector = try PersonDetector(
            sessions: [session(128, 128, logit: 0), session(64, 64, logit: 2)], network: "n", minimumScore: 0.1)
        let size = PixelSize(width: 128, height: 128)
        let people = try detector.detect(PixelBuffer(size: size, format: .bgr24), content: size)
        #expect(people.count == 1)
        #expect(abs(people[0].confidence - 1 / (1 + exp(-2))) < 1e-6)
        let box = people[0].box
        #expect(abs(box.left - 0.25) < 1e-6 && abs(box.top - 0.25) < 1e-6 && abs(box.width - 0.5) < 1e-6)
    }

    @Test func theSecondScaleSeesThePictureAtHalfTheSize() throws {
        let image = randomPicture(PixelSize(width: 128, height: 64), seed: 9)
        var seen: [PixelBuffer] = []
        let sessions = [(128, 64), (64, 32)].map { width, height in
            ScriptedSession(inputShape: [1, 3, height, width]) { image throws(InferenceError) in
                seen.append(image)
                let count = GridHead.cellCount(of: PixelSize(width: width, height: height))
                return [Tensor(shape: [1, count, 5], values: [Float](repeating: -20, count: count * 5))]
            }
        }
        let detector = try PersonDetector(sessions: sessions, network: "n", minimumScore: 0.1)
        #expect(try detector.detect(image, content: image.size).isEmpty)
        var half = PixelBuffer(size: PixelSize(width: 64, height: 32), format: .bgr24)
        _ = image.halve(image.size, into: &half)
        #expect(seen == [image, half])
    }

    @Test(arguments: [
        [1, 3, 100, 128], [1, 1, 64, 64], [1, 64, 64, 3], [2, 3, 64, 64], [3, 64, 64], [1, 3, 0, 32],
    ])
    func anInputThatIsNoPictureInStepsOf32IsRefused(shape: [Int]) {
        let session = ScriptedSession(inputShape: shape) { _ in [] }
        let error = #expect(throws: InferenceError.self) {
            _ = try PersonDetector(sessions: [session], network: "n", minimumScore: 0.1)
        }
        guard case .wrongShape("n", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aNetworkForAnySizeAsksForOne() {
        let session = ScriptedSession(inputShape: [1, 3, 0, 0]) { _ in [] }
        let error = #expect(throws: InferenceError.self) {
            _ = try PersonDetector(sessions: [session], network: "n", minimumScore: 0.1)
        }
        #expect(error.map { "\($0)" }?.contains("say which") == true)
    }

    @Test(arguments: [[1, 84, 4], [1, 85, 5], [84, 5]]) func anOutputThatIsNoGridIsRefused(shape: [Int]) throws {
        let session = ScriptedSession(inputShape: [1, 3, 64, 64]) { _ in
            [Tensor(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))]
        }
        let detector = try PersonDetector(sessions: [session], network: "n", minimumScore: 0.1)
        let size = PixelSize(width: 64, height: 64)
        let error = #expect(throws: InferenceError.self) {
            _ = try detector.detect(PixelBuffer(size: size, format: .bgr24), content: size)
        }
        guard case .wrongShape("n", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
