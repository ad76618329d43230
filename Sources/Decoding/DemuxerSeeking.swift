import CFFmpeg

extension Demuxer {
    /// Goes to a keyframe, and returns its packet: the next one read is what follows it.
    ///
    /// Where a demuxer's seek leads depends on the container: to the keyframe, to an earlier one as far as an index tells, or into
    /// the pictures around it. So what comes is looked at, and the search begins further back where it began too late.
    ///
    /// - Parameter pts: the keyframe's, in the stream's time base; its DTS where it has none.
    /// - Throws: `.unreadable` where there is no such keyframe, `.interrupted`.
    func seek(toKeyframe pts: Int64) throws(DecodingError) -> Packet {
        let second = ticks(1_000_000)
        for seconds: Int64 in [0, 1, 4, 16, 64, 256, 1024, 4096] {
            guard seek(to: pts &- seconds &* second) else { continue }
            if let packet = try keyframe(pts, isPassedBehind: pts) { return packet }
        }
        if rewind(), let packet = try keyframe(pts, isPassedBehind: nil) { return packet }
        let time = (Double(microseconds(pts)) / 1000).rounded() / 1000
        throw .unreadable(
            source: source.redacted,
            reason: "it has no keyframe at \(time) s (PTS \(pts)) any more: it changed since it was cut into pieces")
    }

    /// Reads up to a keyframe; nil where it doesn't come.
    private func keyframe(_ pts: Int64, isPassedBehind limit: Int64?) throws(DecodingError) -> Packet? {
        var breakage: DecodingError?
        while let packet = try nextPacket(breakage: &breakage) {
            guard packet.isKeyframe, let found = packet.pts ?? packet.dts else { continue }
            if found == pts { return packet }
            if let limit, found > limit { return nil }
        }
        return nil
    }
}
