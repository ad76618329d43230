/// One person found in one frame.
public struct Detection: Hashable, Sendable {
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// The detector's score, 0...1.
    public var confidence: Double

    /// A box with its score.
    public init(box: BoundingBox, confidence: Double) {
        self.box = box
        self.confidence = confidence
    }
}
