import PathModel

/// A detection that is fit for tracking.
struct Measurement: Sendable {
    /// As detected, in ratios of the frame.
    let detection: Detection
    /// In frame heights on both axes.
    let box: BoundingBox

    /// Nil for what no detector should say: numbers that aren't finite, boxes without area, larger than twice the frame
    /// or wholly outside it.
    init?(_ detection: Detection, aspectRatio: Double) {
        let box = detection.box
        guard [box.left, box.top, box.width, box.height, detection.confidence].allSatisfy(\.isFinite) else {
            return nil
        }
        guard box.width > Self.leastExtent, box.height > Self.leastExtent, box.width <= 2, box.height <= 2 else {
            return nil
        }
        guard box.intersectionArea(.frame) > 0 else { return nil }
        self.detection = detection
        self.box = box.scaled(x: aspectRatio, y: 1)
    }

    /// Smaller boxes are below a hundredth of a pixel in any frame, and their squares near the limits of `Double`.
    private static let leastExtent = 1e-6

    /// The measurements among `detections`, surest first, in an order that depends on nothing but their values.
    static func sorted(_ detections: [Detection], aspectRatio: Double) -> [Measurement] {
        detections.compactMap { Measurement($0, aspectRatio: aspectRatio) }.sorted { a, b in
            sortKey(a.detection).lexicographicallyPrecedes(sortKey(b.detection))
        }
    }

    private static func sortKey(_ detection: Detection) -> [Double] {
        let box = detection.box
        return [-detection.confidence, box.left, box.top, box.width, box.height]
    }
}

extension BoundingBox {
    /// The whole frame, in ratios of it.
    static let frame = BoundingBox(left: 0, top: 0, width: 1, height: 1)

    /// The box made larger by `margin` on each side.
    func widened(by margin: Double) -> BoundingBox {
        BoundingBox(left: left - margin, top: top - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    /// The part inside `other`; nil where there is none.
    func clipped(to other: BoundingBox) -> BoundingBox? {
        guard intersectionArea(other) > 0 else { return nil }
        let left = max(left, other.left)
        let top = max(top, other.top)
        return BoundingBox(
            left: left, top: top, width: min(right, other.right) - left, height: min(bottom, other.bottom) - top)
    }
}
