/// What clients can cost.
public struct APILimits: Hashable, Sendable {
    /// Open at once. For one more, the connection ends that has been idle for longest; where none is idle, the one whose
    /// request has been coming for longest; where all are at work, the new one.
    public var connections = 10_000
    /// Of each sort (polls, starts, pictures) at work or waiting for it; one more is throttled.
    public var requests = 256
    /// Bytes of a request's body.
    public var body = 8 << 20
    /// Bytes of all bodies and answers that are held at once; what would be more is throttled.
    public var held = 256 << 20
    /// Seconds without a request, from a connection's beginning or the last answer to the end of the next head.
    public var idleTime = 60.0
    /// Seconds for a whole body, and for the next of its bytes.
    public var (bodyTime, stallTime) = (120.0, 20.0)
    /// Seconds for an answer to be taken.
    public var answerTime = 120.0
    /// Seconds in which what a client still sends is thrown away after the last answer: closing at once would make the
    /// system throw away the answer, too (RFC 9112 section 9.6).
    public var farewellTime = 10.0
    /// Bytes that are thrown away so.
    public var farewell = 32 << 20
    /// Threads that answer polls, start jobs, and look at pictures. The last two may wait for a store.
    public var (pollThreads, startThreads, pictureThreads) = (4, 8, 4)

    public init() {}
}
