/// Reads ahead in the packets of a stream to spare the decoder what frame sampling doesn't need.
///
/// Packets come in decoding order, sampling goes by presentation order. Looking ahead over the longest reordering shows
/// which packets hold wanted frames; looking ahead to the next keyframe shows which ones nothing wanted refers to.
struct SampledPackets {
    /// What to do with a packet.
    enum Use {
        /// Its frame is wanted, as frame `number` of the stream.
        case decode(number: Int)
        /// Its frame is not wanted, but others may refer to it.
        case reference
        /// Neither: the decoder need not see it.
        case drop
    }

    /// The most frames by which a codec reorders (H.264 and HEVC allow 16 in their picture buffers).
    private static let reordering = 17
    /// The most packets to hold while looking for a keyframe.
    private static let lookahead = 300

    /// The next packet in decoding order, or why there is none.
    enum Next {
        case packet(Packet, Use)
        case end
        /// A packet without PTS came: sampling must go by decoded frames, beginning with these packets.
        case untimed([Packet])
    }

    private struct Entry {
        let packet: Packet
        let pts: Int64
        /// Its place in presentation order and whether it is wanted, once known.
        var decision: (number: Int, isWanted: Bool)?
    }

    private var entries: [Entry] = []
    private var isAtEnd = false
    private var sampling: FrameSampling
    private var frameCount = 0
    private let microseconds: (Int64) -> Int64

    /// - Parameter microseconds: converts the stream's time base.
    init(rate: Double, microseconds: @escaping (Int64) -> Int64) {
        sampling = FrameSampling(rate: rate)
        self.microseconds = microseconds
    }

    /// The next packet, once enough packets after it are known.
    ///
    /// - Parameter read: gives the demuxer's next packet, nil at its end.
    mutating func next(reading read: () throws(DecodingError) -> Packet?) throws(DecodingError) -> Next {
        while !isAtEnd && entries.count < Self.lookahead && !isDecidable {
            guard let packet = try read() else {
                isAtEnd = true
                break
            }
            guard let pts = packet.pts else { return .untimed(entries.map(\.packet) + [packet]) }
            entries.append(Entry(packet: packet, pts: pts))
        }
        guard !entries.isEmpty else { return .end }
        decide()
        let use = use(of: entries[0])
        return .packet(entries.removeFirst().packet, use)
    }

    /// Whether a keyframe follows the head, and enough packets follow it to know the order before it.
    private var isDecidable: Bool {
        guard let keyframe = entries.dropFirst().firstIndex(where: \.packet.isKeyframe) else { return false }
        return entries.count > keyframe + Self.reordering
    }

    /// Settles every frame that no unread packet can precede.
    private mutating func decide() {
        let settled = isAtEnd ? entries.count : max(1, entries.count - Self.reordering)
        guard let limit = entries[..<settled].map(\.pts).max() else { return }
        let order = entries.indices.filter { entries[$0].decision == nil && entries[$0].pts <= limit }
            .sorted { entries[$0].pts < entries[$1].pts }
        for index in order {
            guard !entries[index].packet.isDiscarded else {
                entries[index].decision = (frameCount, false)
                continue
            }
            entries[index].decision = (frameCount, sampling.wants(microseconds(entries[index].pts)))
            frameCount += 1
        }
    }

    private func use(of head: Entry) -> Use {
        guard let decision = head.decision, !decision.isWanted else {
            return .decode(number: head.decision?.number ?? 0)
        }
        guard let next = entries.dropFirst().firstIndex(where: \.packet.isKeyframe) else {
            return isAtEnd && !entries.contains(where: isPossiblyWanted) ? .drop : .reference
        }
        // Frames that lead the keyframe in presentation may still refer to what comes before it (open GOP).
        let leading = entries[next...].dropFirst().prefix { $0.pts < entries[next].pts }
        let isNeeded = entries[..<next].contains(where: isPossiblyWanted) || leading.contains(where: isPossiblyWanted)
        return isNeeded ? .reference : .drop
    }

    private func isPossiblyWanted(_ entry: Entry) -> Bool {
        entry.decision?.isWanted ?? true
    }
}
