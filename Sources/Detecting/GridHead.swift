import Glibc
import PathModel

/// Decodes the output of an anchor-free network: one row per cell of three grids, strides 8, 16 and 32 in turn.
struct GridHead {
    /// What the columns of a row mean.
    private enum Columns {
        /// Logit, then logarithms of the distances left, top, right, bottom from the cell's centre, divided by the
        /// stride (the person network's card).
        case distances
        /// Centre offset from the cell's corner and logarithm of the size, divided by the stride; objectness; one
        /// score per class, person first (YOLOX, Ge et al. 2021, exported without decoding).
        case yolox
    }

    private static let strides = [8, 16, 32]
    private let columns: Columns
    private let columnCount: Int
    private let inputSize: PixelSize

    /// How many rows an output for an input size has.
    static func cellCount(of size: PixelSize) -> Int {
        strides.reduce(0) { $0 + (size.width / $1) * (size.height / $1) }
    }

    /// The head that gives such an output; nil where none does.
    init?(outputShape: [Int], inputSize: PixelSize) {
        guard outputShape.count == 3, outputShape[0] == 1, outputShape[1] == Self.cellCount(of: inputSize),
            outputShape[2] >= 5
        else { return nil }
        columns = outputShape[2] == 5 ? .distances : .yolox
        columnCount = outputShape[2]
        self.inputSize = inputSize
    }

    /// The boxes with at least `minimumScore`, in the order of rows, in ratios of the content.
    func decode(_ rows: [Float], minimumScore: Double, content: PixelSize) -> [Detection] {
        var found: [Detection] = []
        // Most rows are no box, which their logit tells without an exponential; with some slack for rounding.
        let leastLogit = columns == .distances ? Float(log(minimumScore / (1 - minimumScore)) - 0.01) : -.infinity
        var row = 0
        for stride in Self.strides {
            for y in 0..<inputSize.height / stride {
                for x in 0..<inputSize.width / stride {
                    defer { row += 1 }
                    let start = row * columnCount
                    if rows[start] < leastLogit { continue }
                    let score = score(rows, start)
                    guard score >= minimumScore else { continue }
                    let box = box(rows, start, x: Double(x), y: Double(y)).scaled(
                        x: Double(stride) / Double(content.width), y: Double(stride) / Double(content.height))
                    guard let visible = box.clippedToFrame else { continue }
                    found.append(Detection(box: visible, confidence: score))
                }
            }
        }
        return found
    }

    private func score(_ rows: [Float], _ start: Int) -> Double {
        switch columns {
        case .distances: 1 / (1 + exp(-Double(rows[start])))
        case .yolox: Double(rows[start + 4]) * Double(rows[start + 5])
        }
    }

    /// In units of the stride.
    private func box(_ rows: [Float], _ start: Int, x: Double, y: Double) -> BoundingBox {
        func value(_ column: Int) -> Double { Double(rows[start + column]) }
        switch columns {
        case .distances:
            let (left, top) = (exp(value(1)), exp(value(2)))
            return BoundingBox(
                left: x + 0.5 - left, top: y + 0.5 - top, width: left + exp(value(3)), height: top + exp(value(4)))
        case .yolox:
            let (width, height) = (exp(value(2)), exp(value(3)))
            return BoundingBox(
                left: x + value(0) - width / 2, top: y + value(1) - height / 2, width: width, height: height)
        }
    }
}
