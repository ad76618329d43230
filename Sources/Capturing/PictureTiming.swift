import Decoding
import PathModel

/// Which of a source's pictures are wanted, and when they were taken.
struct PictureTiming {
    private let isLive: Bool
    private var sampling: FrameSampling?
    private var clock: LiveClock
    /// A clock was set since the last picture that was wanted.
    private var hasStepped = false

    init(_ request: CameraRequest) {
        isLive = request.isLive
        sampling = request.isLive ? request.fps.map(FrameSampling.init) : nil
        clock = LiveClock(skew: request.clockSkew)
    }

    /// Nil where the picture isn't wanted.
    mutating func head(of frame: DecodedFrame, at arrival: Arrival, counts: SourceCounts) -> PictureHead? {
        var reading = LiveClock.Reading(
            time: frame.info.time.microseconds, source: .file, error: 0, isEstimated: frame.info.isTimeEstimated,
            isStep: false, isBuffered: false)
        if isLive { reading = clock.read(frame.streamTime, arrival: arrival) }
        hasStepped = hasStepped || reading.isStep
        guard !reading.isBuffered, sampling?.wants(reading.time) ?? true else { return nil }
        defer { hasStepped = false }
        return PictureHead(
            index: frame.info.index, time: reading.time, isTimeEstimated: reading.isEstimated,
            followsDamage: frame.followsDamage, clock: reading.source, clockError: reading.error,
            isClockStep: hasStepped, clockSkew: reading.skew, arrival: arrival.utc, dropped: 0, counts: counts,
            layout: frame.picture.layout)
    }
}
