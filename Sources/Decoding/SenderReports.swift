/// What a camera's RTCP sender reports say of its PTS.
///
/// libavformat notes with each packet when it was taken by the latest report, from the RTP packet that completed it. Where
/// it joins RTP packets to frames, that is the next frame's first one, whose PTS the next packet has. Of which PTS a time
/// is shows where they agree with the first report, which libavformat gives with its PTS (`start_time_realtime`).
struct SenderReports {
    /// Added to a PTS it gives UTC by the latest report, in microseconds since 1970; nil before the first.
    private(set) var offset: Int64?
    /// After so long RTP times begin anew, in microseconds.
    private let period: Int64
    private var realTimeBefore: Int64?
    private var isOfNext: Bool?

    /// Where the two candidates are closer than this they are one.
    private static let least: Int64 = 1000

    /// - Parameter timeBase: seconds a tick.
    init(timeBase: Double) {
        period = Int64((timeBase * 4_294_967_296 * 1_000_000).rounded())
    }

    /// Takes the next packet in decoding order.
    ///
    /// - Parameters:
    ///   - pts: microseconds.
    ///   - realTime: when it was taken by the latest report, as libavformat notes it, in microseconds since 1970.
    ///   - start: the first report's time of PTS 0, in microseconds since 1970.
    mutating func note(pts: Int64?, realTime: Int64?, start: Int64?) {
        defer { realTimeBefore = realTime }
        guard let pts, let realTime else { return }
        let same = realTime - pts
        guard let start, let realTimeBefore else {
            offset = wrapped(same, near: offset ?? start ?? same)
            return
        }
        let next = realTimeBefore - pts
        if isOfNext == nil, abs(next - same) > Self.least {
            isOfNext = distance(next, start) < distance(same, start)
        }
        offset = wrapped(isOfNext == true ? next : same, near: offset ?? start)
    }

    private func wrapped(_ offset: Int64, near expected: Int64) -> Int64 {
        let turns = (Double(expected - offset) / Double(period)).rounded()
        return offset + Int64(turns) * period
    }

    private func distance(_ offset: Int64, _ start: Int64) -> Int64 { abs(wrapped(offset, near: start) - start) }
}
