import PathModel

/// Which pictures are wanted, and when they were taken.
struct PictureTiming {
    /// Pictures that waited in a buffer while the stream was probed say nothing of when they arrived.
    private static let buffered: Int64 = 20_000
    private static let mostBuffered = 250
    private let isLive: Bool
    private var sampling: FrameSampling?
    private var clock = LiveClock()
    private var skipped = 0
    private var isAtPace = false

    init(_ request: CameraRequest) {
        isLive = request.isLive
        sampling = request.rate.map(FrameSampling.init)
    }

    /// Nil where the picture isn't wanted.
    mutating func head(
        of frame: DecodedFrame, arrival: Int64, realTimeOfZero: Int64?, counts: SourceCounts
    ) -> PictureHead? {
        let pts = frame.info.time.microseconds
        var reading = LiveClock.Reading(time: pts, source: .file, error: 0, isStep: false)
        if isLive {
            let isEarly = clock.earliness(pts: pts, arrival: arrival) > Self.buffered
            reading = clock.read(pts: pts, arrival: arrival, realTimeOfZero: realTimeOfZero)
            isAtPace = isAtPace || skipped > 0 && !isEarly || skipped >= Self.mostBuffered
            skipped += 1
            guard isAtPace else { return nil }
        }
        guard sampling?.wants(reading.time) ?? true else { return nil }
        return PictureHead(
            index: frame.info.index, time: reading.time, isTimeEstimated: frame.info.isTimeEstimated,
            followsDamage: frame.followsDamage, clock: reading.source, clockError: reading.error,
            isClockStep: reading.isStep, arrival: arrival, dropped: 0, counts: counts, layout: frame.picture.layout)
    }
}
