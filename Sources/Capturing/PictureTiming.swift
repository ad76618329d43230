import Decoding
import PathModel

/// Which of a live source's pictures are wanted, and when they were taken.
struct PictureTiming {
    private var sampling: FrameSampling?
    private var clock: LiveClock
    /// A clock was set since the last picture that was wanted.
    private var hasStepped = false

    init(_ request: SourceRequest) {
        sampling = request.fps.map(FrameSampling.init)
        clock = LiveClock(skew: request.clockSkew)
    }

    /// Nil where the picture isn't wanted.
    mutating func head(of frame: DecodedFrame, at arrival: Arrival, counts: SourceCounts) -> PictureHead? {
        let reading = clock.read(frame.streamTime, arrival: arrival)
        hasStepped = hasStepped || reading.isStep
        guard !reading.isBuffered, sampling?.wants(reading.time) ?? true else { return nil }
        defer { hasStepped = false }
        var head = PictureHead(of: frame, counts: counts)
        (head.info.time.microseconds, head.info.isTimeEstimated) = (reading.time, reading.isEstimated)
        (head.facts.clock, head.facts.clockError, head.facts.clockSkew) = (reading.source, reading.error, reading.skew)
        head.facts.isClockStep = hasStepped
        return head
    }
}

extension PictureHead {
    /// By the source's own times.
    init(of frame: DecodedFrame, counts: SourceCounts) {
        self.init(
            info: frame.info, followsDamage: frame.followsDamage, facts: CaptureFacts(counts: counts),
            layout: frame.picture.layout)
    }
}
