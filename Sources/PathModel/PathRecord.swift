/// One observation of a stream, as it will stand on one line of the output (docs/records.md).
public struct PathRecord: Hashable, Sendable {
    /// When it happened, on the stream's clock.
    public var time: Timestamp
    /// What happened.
    public var event: Event

    /// An event at a time.
    public init(time: Timestamp, event: Event) {
        self.time = time
        self.event = event
    }

    /// What a record says, beside the envelope that every record has.
    public enum Event: Hashable, Sendable {
        case sessionStart(SessionStart)
        case streamStart(StreamStart)
        case region(Region)
        case pathStart(PathStart)
        case path(PathPoint)
        case pathEnd(PathEnd)
        case zone(ZoneChange)
        case line(LineCrossing)
        case crowd(CrowdChange)
        case counts(IntervalCounts)
        case gap(Gap)
        case stats(FeedStats)
        case streamEnd(StreamEnd)
        case sessionEnd(SessionEnd)
    }
}
