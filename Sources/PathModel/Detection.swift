/// One person found in one frame.
public struct Detection: Hashable, Sendable {
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// The detector's score, 0...1.
    public var confidence: Double
    /// What they wear; nil where no picture was looked at.
    public var appearance: Appearance?

    /// A box with its score.
    public init(box: BoundingBox, confidence: Double, appearance: Appearance? = nil) {
        self.box = box
        self.confidence = confidence
        self.appearance = appearance
    }
}

/// Somebody of a track seen at a time.
public struct Sighting: Hashable, Sendable {
    /// When, on the stream's clock.
    public var time: Timestamp
    /// Where, in ratios of the frame.
    public var box: BoundingBox
    /// 0...1.
    public var confidence: Double

    /// A box at a time.
    public init(time: Timestamp, box: BoundingBox, confidence: Double) {
        self.time = time
        self.box = box
        self.confidence = confidence
    }
}
