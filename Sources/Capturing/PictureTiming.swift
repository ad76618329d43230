import Decoding
import PathModel

/// Which of a live source's pictures are wanted, and when they were taken.
struct PictureTiming {
    private var sampling: FrameSampling?
    private var clock: LiveClock
    /// A clock was set since the last picture that was wanted.
    private var hasStepped = false

    init(_ request: CameraRequest) {
        sampling = request.fps.map(FrameSampling.init)
        clock = LiveClock(skew: request.clockSkew)
    }

    /// Nil where the picture isn't wanted.
    mutating func head(of frame: DecodedFrame, at arrival: Arrival, counts: SourceCounts) -> PictureHead? {
        let reading = clock.read(frame.streamTime, arrival: arrival)
        hasStepped = hasStepped || reading.isStep
        guard !reading.isBuffered, sampling?.wants(reading.time) ?? true else { return nil }
        defer { hasStepped = false }
        var head = PictureHead(of: frame, at: arrival, counts: counts)
        (head.time, head.isTimeEstimated) = (reading.time, reading.isEstimated)
        (head.clock, head.clockError, head.clockSkew) = (reading.source, reading.error, reading.skew)
        head.isClockStep = hasStepped
        return head
    }
}

extension PictureHead {
    /// By the source's own times.
    init(of frame: DecodedFrame, at arrival: Arrival, counts: SourceCounts) {
        self.init(
            index: frame.info.index, time: frame.info.time.microseconds, isTimeEstimated: frame.info.isTimeEstimated,
            followsDamage: frame.followsDamage, clock: .file, clockError: 0, isClockStep: false, arrival: arrival.utc,
            dropped: 0, counts: counts, layout: frame.picture.layout)
    }
}
