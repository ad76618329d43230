import Inference
import PathModel

/// All faces of a picture.
extension FaceFinder {
    /// By how much a square to search in is smaller than the one before, which searches of half overlap: a face that is too large
    /// for the smaller squares is found in the larger ones.
    private static let reduction = 2.0
    /// The smallest squares, in ratios of the picture's longer side: so faces of a fiftieth of it are found.
    private static let smallestSquare = 0.125
    /// Detectors find most faces of this share of the square and more.
    private static let reliableShare = 0.15
    /// Faces of which the larger part lies in another one are the same.
    private static let sameFaceShare = 0.5

    /// The faces of a picture that may show any number, the largest first.
    ///
    /// The whole picture is searched, then in overlapping squares of a half, a quarter and an eighth of its longer side, as far as
    /// that finds faces of `minimumWidth`.
    ///
    /// - Parameter most: faces beyond are left out.
    public func findAll(in cutter: any PictureCutter, most: Int) throws(InferenceError) -> [Face] {
        var faces: [Face] = []
        for detected in try detectedFaces(in: cutter) {
            if let face = try describe(detected, in: cutter) { faces.append(face) }
        }
        // Stable: of two of one size the more certain one is first.
        let sorted = faces.enumerated().sorted { ($1.element.box.area, $0.offset) < ($0.element.box.area, $1.offset) }
        return Array(sorted.prefix(most).map(\.element))
    }

    /// Each face once, the most certain one first.
    private func detectedFaces(in cutter: any PictureCutter) throws(InferenceError) -> [DetectedFace] {
        var found: [DetectedFace] = []
        for region in Self.regions(of: cutter.frameSize, smallestFace: options.minimumWidth) {
            let bounds = region.bounds
            let (right, bottom) = (Double(cutter.frameSize.width), Double(cutter.frameSize.height))
            found += try search(region, in: cutter).filter { detected in
                // What a square's side cuts through lies whole in a square beside it.
                let box = detected.box
                return (box.left >= bounds.left || bounds.left <= 0) && (box.top >= bounds.top || bounds.top <= 0)
                    && (box.right <= bounds.right || bounds.right >= right)
                    && (box.bottom <= bounds.bottom || bounds.bottom >= bottom)
            }
        }
        var kept: [DetectedFace] = []
        for detected in found.sorted(by: { $0.confidence > $1.confidence }) {
            let isKnown = kept.contains { other in
                let shared = other.box.intersectionArea(detected.box)
                return shared > Self.sameFaceShare * min(other.box.area, detected.box.area)
            }
            if !isKnown { kept.append(detected) }
        }
        return kept
    }

    /// Squares that cover a picture again and again, in pixels.
    static func regions(of size: PixelSize, smallestFace: Double) -> [Square] {
        let (width, height) = (Double(size.width), Double(size.height))
        let longest = max(width, height)
        var regions = [Square(center: Point(x: width / 2, y: height / 2), side: longest, angle: 0)]
        var side = longest
        while side > longest * smallestSquare, side * reliableShare > smallestFace {
            side /= reduction
            for y in middles(side, along: height) {
                for x in middles(side, along: width) {
                    regions.append(Square(center: Point(x: x, y: y), side: side, angle: 0))
                }
            }
        }
        return regions
    }

    /// Middles of squares that lie along a length, each overlapping the next by half at least.
    private static func middles(_ side: Double, along length: Double) -> [Double] {
        guard length > side else { return [length / 2] }
        let steps = ((length - side) / (side / 2)).rounded(.up)
        return (0...Int(steps)).map { side / 2 + Double($0) * (length - side) / steps }
    }
}
