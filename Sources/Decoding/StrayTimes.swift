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
    private var last: Int64?

    /// - Parameters:
    ///   - frameDuration: between two frames.
    ///   - second: ticks of a second.
    init(frameDuration: Int64, second: Int64) {
        self.frameDuration = frameDuration
        limit = max(20 * frameDuration, second)
        longestEnd = max(limit, 60 * second)
    }

    /// Looks at the next packet.
    ///
    /// - Parameter following: the PTS of the next `lookahead` packets, or of as many as there are.
    /// - Returns: the PTS to put in place of a stray; nil where it may stay.
    mutating func replacement(of pts: Int64, following: () throws(DecodingError) -> [Int64]) throws(DecodingError)
        -> Int64?
    {
        guard let last else {
            let after = try following()
            // Before the first there is nothing to compare with; but whatever comes first is shown before most others.
            let earliest = after.min() ?? pts
            let isStray = after.count > 2 && after.allSatisfy { $0 < pts } && earliest < pts - limit
            let start = earliest - frameDuration
            self.last = isStray ? start : pts
            return isStray ? start : nil
        }
        guard abs(pts - last) > limit else {
            self.last = pts
            return nil
        }
        let after = try following()
        guard isStray(pts, after: last, before: after) else {
            self.last = pts
            return nil
        }
        var replacement = last + frameDuration
        while after.contains(replacement) { replacement += 1 }
        self.last = replacement
        return replacement
    }

    /// Whether those that follow go on from the packet before, and not from this one.
    private func isStray(_ pts: Int64, after last: Int64, before following: [Int64]) -> Bool {
        guard !following.isEmpty else { return abs(pts - last) > longestEnd }
        let back = following.count { abs($0 - last) < abs($0 - pts) }
        return 2 * back > following.count
    }
}
