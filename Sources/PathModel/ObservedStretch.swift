/// Analysed frames that follow each other closely, with no gap and no handover between them.
public struct ObservedStretch: Hashable, Sendable {
    /// Of the first and the last frame.
    public var from: Timestamp, to: Timestamp
    /// How many there are.
    public var analyzed: Int

    /// Frames from a time to another.
    public init(from: Timestamp, to: Timestamp, analyzed: Int) {
        (self.from, self.to, self.analyzed) = (from, to, analyzed)
    }
}
