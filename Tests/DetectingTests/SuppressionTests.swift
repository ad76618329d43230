import PathModel
import TestSupport
import Testing

@testable import Detecting

@Suite struct SuppressionTests {
    /// Crowds in which every score is different.
    static let crowds: [[Detection]] = {
        var random = ScriptedRandom(seed: 4)
        return (0..<50).map { _ in
            (0..<30).map { index in
                let box = BoundingBox(
                    left: .random(in: 0...0.6, using: &random), top: .random(in: 0...0.6, using: &random),
                    width: .random(in: 0.1...0.4, using: &random), height: .random(in: 0.1...0.4, using: &random))
                return Detection(box: box, confidence: (Double(index) + .random(in: 0.1...0.9, using: &random)) / 30)
            }
        }
    }()

    @Test func onlyBoxesThatABetterOneCoversGo() {
        for crowd in Self.crowds {
            let kept = suppress(crowd, iou: 0.4)
            for detection in crowd where !kept.contains(detection) {
                #expect(kept.contains { $0.confidence > detection.confidence && $0.box.iou(detection.box) >= 0.4 })
            }
            for (index, one) in kept.enumerated() {
                #expect(kept[..<index].allSatisfy { $0.box.iou(one.box) < 0.4 && $0.confidence > one.confidence })
            }
            #expect(kept.first?.confidence == crowd.map(\.confidence).max() && kept.count < crowd.count)
        }
    }

    @Test func suppressingAgainChangesNothing() {
        for crowd in Self.crowds {
            let kept = suppress(crowd, iou: 0.4)
            #expect(suppress(kept, iou: 0.4) == kept)
        }
    }

    @Test func theOrderOfDetectionsDoesNotMatter() {
        var random = ScriptedRandom(seed: 5)
        for crowd in Self.crowds {
            #expect(suppress(crowd.shuffled(using: &random), iou: 0.4) == suppress(crowd, iou: 0.4))
        }
    }

    @Test func ofEqualScoresTheFirstStays() {
        let boxes = [0, 0.01].map { BoundingBox(left: $0, top: 0, width: 0.5, height: 0.5) }
        let twins = boxes.map { Detection(box: $0, confidence: 0.5) }
        #expect(suppress(twins, iou: 0.6) == [twins[0]])
        #expect(suppress(twins.reversed(), iou: 0.6) == [twins[1]])
    }
}
