import Foundation
import PathModel
import TestSupport
import Testing

@testable import Detecting

@Suite struct GridHeadTests {
    /// 32 cells of stride 8, then 8 of stride 16, then 2 of stride 32.
    private let input = PixelSize(width: 64, height: 32)

    /// An output in which every cell is sure that there is nobody, apart from some rows.
    private func output(_ columns: Int, empty: Float, _ rows: [Int: [Float]]) -> [Float] {
        (0..<42).flatMap { rows[$0] ?? [Float](repeating: empty, count: columns) }
    }

    private func expect(_ found: Detection?, _ box: BoundingBox, _ confidence: Double) throws {
        let found = try #require(found)
        #expect(abs(found.confidence - confidence) < 1e-6)
        for side in [\BoundingBox.left, \.top, \.width, \.height] {
            #expect(abs(found.box[keyPath: side] - box[keyPath: side]) < 1e-6, "\(found.box), not \(box)")
        }
    }

    @Test func thePersonNetworksRowsAreLogarithmsOfDistancesFromTheCellsMiddle() throws {
        let head = try #require(GridHead(outputShape: [1, 42, 5], inputSize: input))
        // Cell (2, 1) of stride 16: its middle is at (40, 24).
        let row: [Float] = [log(3), log(0.5), log(1), log(0.25), log(0.5)]
        let found = head.decode(output(5, empty: -20, [32 + 4 + 2: row]), minimumScore: 0.1, content: input)
        #expect(found.count == 1)
        try expect(
            found.first, BoundingBox(left: 32 / 64, top: 8 / 32, width: 12 / 64, height: 24 / 32), 0.75)
    }

    @Test func yoloxRowsAreMiddlesFromTheCellsCornerAndLogarithmsOfSizes() throws {
        let head = try #require(GridHead(outputShape: [1, 42, 7], inputSize: input))
        // Cell (5, 2) of stride 8: its corner is at (40, 16). The second class is not a person.
        let row: [Float] = [0.5, -0.25, log(2), log(1.5), 0.8, 0.5, 0.9]
        let found = head.decode(output(7, empty: 0, [2 * 8 + 5: row]), minimumScore: 0.1, content: input)
        #expect(found.count == 1)
        try expect(found.first, BoundingBox(left: 36 / 64, top: 8 / 32, width: 16 / 64, height: 12 / 32), 0.4)
    }

    @Test func boxesAreInRatiosOfTheFrameAndNotOfTheInput() throws {
        let head = try #require(GridHead(outputShape: [1, 42, 5], inputSize: input))
        // Cell (0, 0) of stride 32: its middle is at (16, 16).
        let rows = output(5, empty: -20, [40: [0, log(0.25), log(0.5), log(0.25), log(0.5)]])
        let portrait = head.decode(rows, minimumScore: 0.5, content: PixelSize(width: 32, height: 32))
        try expect(portrait.first, BoundingBox(left: 0.25, top: 0, width: 0.5, height: 1), 0.5)
        let landscape = head.decode(rows, minimumScore: 0.5, content: PixelSize(width: 64, height: 32))
        try expect(landscape.first, BoundingBox(left: 0.125, top: 0, width: 0.25, height: 1), 0.5)
    }

    @Test func boxesAreClippedToTheFrameAndThoseOutsideLeftOut() throws {
        let head = try #require(GridHead(outputShape: [1, 42, 5], inputSize: input))
        let wide: [Float] = [0, log(4), log(4), log(4), log(4)]
        let small: [Float] = [0, log(0.1), log(0.1), log(0.1), log(0.1)]
        // Cell (1, 0) of stride 32 lies in the grey beside a frame of 32 x 32.
        let frame = PixelSize(width: 32, height: 32)
        let found = head.decode(output(5, empty: -20, [40: wide, 41: small]), minimumScore: 0.1, content: frame)
        #expect(found.map(\.box) == [BoundingBox(left: 0, top: 0, width: 1, height: 1)])
    }

    @Test func lowScoresAndWhatIsNoNumberAreLeftOut() throws {
        let head = try #require(GridHead(outputShape: [1, 42, 5], inputSize: input))
        let rows = output(
            5, empty: -20, [32: [-0.1, 0, 0, 0, 0], 40: [5, .nan, 0, 0, 0], 41: [5, 0, 0, 0, 1000]])
        #expect(head.decode(rows, minimumScore: 0.5, content: input).isEmpty)
    }

    @Test(arguments: [[1, 41, 5], [1, 42, 4], [42, 5], [2, 42, 5], [1, 5, 42], []])
    func otherShapesAreNoGridHead(shape: [Int]) {
        #expect(GridHead(outputShape: shape, inputSize: input) == nil)
    }
}
