/// Finds packets of a file whose PTS has nothing to do with those around it: a bit that fell over, a clock that was read
/// wrong. A jump that lasts is none. All times are in the stream's time base, packets in decoding order.
struct StrayTimes {
    /// How many packets after a jump are looked at.
    static let lookahead = 8
    /// Where no packet follows, a jump of more ticks than this is taken for a stray.
    private let longestEnd: Int64
    private let frameDuration: Int64
    /// Codecs reorder by less: seventeen frames, in a second where the frame rate is not what it is said to be.
    private let limit: Int64
    private let reorders: Bool
    private var last: Int64?
    /// Where frames are reordered: the latest PTS, of more frames than a codec holds back.
    private var recent: [Int64] = []

    /// - Parameters:
    ///   - frameDuration: between two frames.
    ///   - second: ticks of a second.
    ///   - reorders: whether the order of packets isn't that of frames.
    init(frameDuration: Int64, second: Int64, reorders: Bool) {
        (self.frameDuration, self.reorders) = (frameDuration, reorders)
        limit = max(20 * frameDuration, second)
        longestEnd = max(limit, 60 * second)
    }

    /// The next packet is known to be none.
    mutating func begin(with pts: Int64) { last = pts }

    /// Looks at the next packet.
    ///
    /// - Parameter following: the PTS of the next `lookahead` packets, or of as many as there are.
    /// - Returns: the PTS to put in place of a stray; nil where it may stay.
    mutating func replacement(of pts: Int64, following: () throws(DecodingError) -> [Int64]) throws(DecodingError)
        -> Int64?
    {
        let replacement = try place(pts, following)
        let placed = replacement ?? pts
        last = placed
        if reorders { recent = recent.suffix(3 * Self.lookahead) + [placed] }
        return replacement
    }

    private func place(_ pts: Int64, _ following: () throws(DecodingError) -> [Int64]) throws(DecodingError) -> Int64? {
        guard let last else {
            let after = try following()
            // Before the first there is nothing to compare with; but whatever comes first is shown before most others.
            let earliest = after.min() ?? pts
            let isStray = after.count > 2 && after.allSatisfy { $0 < pts } && earliest < pts - limit
            return isStray ? earliest - frameDuration : nil
        }
        guard abs(pts - last) > limit, !isShownBeforeJump(pts) else { return nil }
        let after = try following()
        guard isStray(pts, after: last, before: after) else { return nil }
        // The first place that no other frame has.
        let taken = recent + after
        var free = recent.suffix(Self.lookahead).filter { abs($0 - last) <= limit }.min() ?? last
        repeat { free += frameDuration } while taken.contains { abs($0 - free) <= frameDuration / 2 }
        return free
    }

    /// Whether the clock jumped just before, as behind a pause, and this is one of the frames that are shown before that and come
    /// after the first one behind it.
    private func isShownBeforeJump(_ pts: Int64) -> Bool {
        guard let last else { return false }
        return recent.suffix(Self.lookahead).contains { abs($0 - last) > limit && abs($0 - pts) <= limit && pts < last }
    }

    /// Whether those that follow go on from the packet before, and not from this one.
    private func isStray(_ pts: Int64, after last: Int64, before following: [Int64]) -> Bool {
        guard !following.isEmpty else { return abs(pts - last) > longestEnd }
        let back = following.count { abs($0 - last) < abs($0 - pts) }
        return 2 * back > following.count
    }
}
