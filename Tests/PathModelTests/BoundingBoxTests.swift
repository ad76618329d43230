import PathModel
import TestSupport
import Testing

@Suite struct BoundingBoxTests {
    /// Pairs that overlap, touch, contain each other or lie apart.
    static let pairs: [(BoundingBox, BoundingBox)] = {
        var random = ScriptedRandom(seed: 1)
        func box() -> BoundingBox {
            BoundingBox(
                left: .random(in: -0.2...1, using: &random), top: .random(in: -0.2...1, using: &random),
                width: .random(in: 0...0.8, using: &random), height: .random(in: 0...0.8, using: &random))
        }
        return (0..<500).map { _ in (box(), box()) }
    }()

    @Test func iouIsSymmetricAndBetweenZeroAndOne() {
        for (one, other) in Self.pairs {
            #expect(one.iou(other) == other.iou(one))
            #expect((0...1).contains(one.iou(other)))
        }
        #expect(Self.pairs.contains { $0.iou($1) > 0.3 } && Self.pairs.contains { $0.iou($1) == 0 })
    }

    @Test func iouWithItselfIsOne() {
        for (box, _) in Self.pairs { #expect(abs(box.iou(box) - 1) < 1e-12) }
    }

    @Test func iouIsTheSameInRatiosAndInPixels() {
        for (one, other) in Self.pairs {
            let inPixels = one.scaled(x: 1920, y: 1080).iou(other.scaled(x: 1920, y: 1080))
            #expect(abs(inPixels - one.iou(other)) < 1e-9)
        }
    }

    @Test func iouOfKnownBoxesIsTheSharedPartOfTheWhole() {
        let box = BoundingBox(left: 0, top: 0, width: 2, height: 2)
        #expect(box.iou(BoundingBox(left: 1, top: 0, width: 2, height: 2)) == 2.0 / 6)
        #expect(box.iou(BoundingBox(left: 0.5, top: 0.5, width: 1, height: 1)) == 0.25)
        #expect(box.iou(BoundingBox(left: 2, top: 0, width: 2, height: 2)) == 0, "they only touch")
    }

    @Test func emptyBoxesShareNothing() {
        let empty = BoundingBox(left: 0.5, top: 0.5, width: 0, height: 0)
        #expect(empty.iou(empty) == 0)
        #expect(empty.iou(BoundingBox(left: 0, top: 0, width: 1, height: 1)) == 0)
    }
}
