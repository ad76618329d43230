import Glibc
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
        guard box.left.isFinite, box.top.isFinite, box.width.isFinite, box.height.isFinite,
            detection.confidence.isFinite
        else { return nil }
        guard box.width > Self.leastExtent, box.height > Self.leastExtent, box.width <= 2, box.height <= 2 else {
            return nil
        }
        guard box.intersectionArea(.frame) > 0 else { return nil }
        self.detection = detection
        self.box = box.scaled(x: aspectRatio, y: 1)
    }

    /// Smaller boxes are below a hundredth of a pixel in any frame, and their squares near the limits of `Double`.
    private static let leastExtent = 1e-6

    /// Surest first, in an order that depends on nothing but the values.
    static func precedes(_ a: Measurement, _ b: Measurement) -> Bool {
        let (first, second) = (a.detection, b.detection)
        if first.confidence != second.confidence { return first.confidence > second.confidence }
        return (first.box.left, first.box.top, first.box.width, first.box.height)
            < (second.box.left, second.box.top, second.box.width, second.box.height)
    }
}

extension BoundingBox {
    /// The box made larger by `margin` on each side.
    func widened(by margin: Double) -> BoundingBox {
        BoundingBox(left: left - margin, top: top - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    /// The smallest box around both.
    func union(_ other: BoundingBox) -> BoundingBox {
        let left = min(left, other.left)
        let top = min(top, other.top)
        return BoundingBox(
            left: left, top: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// Intersection over union of the vertical extents, 0...1. Height is what a person in view keeps best: Hybrid-SORT
    /// (Yang et al., "Hybrid-SORT: Weak Cues Matter for Online Multi-Object Tracking", AAAI 2024) multiplies the
    /// overlap by it; its root measured better here.
    func verticalIoU(_ other: BoundingBox) -> Double {
        let shared = max(0, min(bottom, other.bottom) - max(top, other.top))
        return shared / (max(bottom, other.bottom) - min(top, other.top))
    }

    /// How alike two boxes are in width and height, 0...1; 1 for equal ones. As in BoostTrack (Stanojevic, Todorovic,
    /// "BoostTrack: boosting the similarity measure and detection confidence for improved multiple object tracking",
    /// Machine Vision and Applications 35, 2024).
    func shapeSimilarity(_ other: BoundingBox) -> Double {
        exp(
            -abs(width - other.width) / max(width, other.width) - abs(height - other.height) / max(height, other.height)
        )
    }
}
