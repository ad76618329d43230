import PathModel

/// Which packets to decode and which frames to keep: all, or those of a sampling rate.
struct FrameSelection {
    private enum Mode {
        case all
        /// Chosen before decoding; the wanted frames' numbers by PTS, in the stream's time base.
        case packets(SampledPackets, wanted: [Int64: Int])
        /// Chosen after decoding, for streams whose packets have no PTS.
        case frames(FrameSampling)
    }

    private var mode: Mode
    private let rate: Double
    /// Packets read ahead before the stream turned out to have none.
    private var pending: ArraySlice<Packet> = []

    /// - Parameters:
    ///   - rate: frames a second; nil for all.
    ///   - microseconds: converts the stream's time base.
    init(rate: Double?, microseconds: @escaping (Int64) -> Int64) {
        self.rate = rate ?? 0
        mode = rate.map { .packets(SampledPackets(rate: $0, microseconds: microseconds), wanted: [:]) } ?? .all
    }

    /// The next packet for the decoder, and whether it may leave its frame out; nil at the end.
    mutating func nextPacket(
        reading read: () throws(DecodingError) -> Packet?
    ) throws(DecodingError) -> (packet: Packet, isSkippable: Bool)? {
        while case .packets(var packets, var wanted) = mode {
            mode = .all  // so that neither is copied
            defer { if case .all = mode { mode = .packets(packets, wanted: wanted) } }
            switch try packets.next(reading: read) {
            case .end: return nil
            case .untimed(let packets):
                pending = packets[...]
                mode = .frames(FrameSampling(rate: rate))
            case .packet(_, .drop): continue
            case .packet(let packet, .reference): return (packet, true)
            case .packet(let packet, .decode(let number)):
                if let pts = packet.pts { wanted[pts] = number }
                return (packet, false)
            }
        }
        if let packet = pending.popFirst() { return (packet, false) }
        return try read().map { ($0, false) }
    }

    /// A decoded frame's number and time; nil where it is not wanted.
    ///
    /// - Parameters:
    ///   - pts: in the stream's time base.
    ///   - decoded: how many frames were decoded before.
    ///   - time: puts the frame on the timeline; called for frames that count.
    mutating func select(
        pts: Int64?, decoded: Int, time: () -> (time: Timestamp, isEstimated: Bool)
    ) -> FrameInfo? {
        var index = decoded
        if case .packets(let packets, var wanted) = mode {
            guard let pts, let number = wanted.removeValue(forKey: pts) else { return nil }
            mode = .packets(packets, wanted: wanted)
            index = number
        }
        let (time, isEstimated) = time()
        if case .frames(var sampling) = mode {
            let isWanted = sampling.wants(time.microseconds)
            mode = .frames(sampling)
            guard isWanted else { return nil }
        }
        return FrameInfo(index: index, time: time, isTimeEstimated: isEstimated)
    }
}
