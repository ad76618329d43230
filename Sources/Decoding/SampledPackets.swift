import PathModel

/// Reads ahead in the packets of a stream to spare the decoder what frame sampling doesn't need.
///
/// Packets come in decoding order, sampling goes by presentation order. Looking ahead over the longest reordering shows
/// which packets hold wanted frames; looking ahead to the next keyframe shows which ones nothing wanted refers to.
struct SampledPackets {
    /// What to do with a packet.
    enum Use {
        /// Its frame is wanted, under this number and time.
        case decode(FrameInfo)
        /// Its frame is not wanted, but others may refer to it.
        case reference
        /// Neither: the decoder need not see it.
        case drop
    }

    /// The next packet in decoding order, or why there is none.
    enum Next {
        case packet(Packet, Use)
        case end
        /// The order of frames can't be told from packets: sampling must go by decoded frames, beginning with these
        /// packets.
        case unordered([Packet])
    }

    /// Runs over frames in presentation order; when packets prove unordered, the state to go on from.
    private(set) var sampling: FrameSampling
    private(set) var timeline: Timeline
    private(set) var frameCount: Int
    /// All frames before the window's end are settled.
    private(set) var isPastEnd = false

    private enum Decision {
        case open, unwanted
        case wanted(FrameInfo)
    }

    private struct Entry {
        let packet: Packet
        let pts: Int64
        var decision = Decision.open

        func isShown(before other: Entry) -> Bool { (packet.segment, pts) < (other.packet.segment, other.pts) }

        var isPossiblyWanted: Bool {
            if case .unwanted = decision { false } else { true }
        }
    }

    /// The most frames by which a codec reorders (H.264 and HEVC allow 16 in their picture buffers).
    private static let reordering = 17
    /// The most packets to hold while looking for a keyframe.
    private static let lookahead = 300

    private let microseconds: (Int64) -> Int64
    /// The first time that is not wanted.
    private let end: Int64?
    private var entries: [Entry] = []
    private var hasStarted = false
    private var isAtEnd = false
    /// Read, and the reason to stop ordering packets.
    private var unordered: Packet?
    private var segment = 0
    private var latestPTS = Int64.min
    private var followsKeyframe = false

    /// - Parameters:
    ///   - rate: frames a second.
    ///   - timeline: gives frames their times.
    ///   - window: what is wanted of the file; nil is all.
    ///   - microseconds: converts the stream's time base.
    init(
        rate: Double, timeline: Timeline, window: SourceWindow? = nil, microseconds: @escaping (Int64) -> Int64
    ) {
        sampling = FrameSampling(rate: rate, window: window)
        self.timeline = timeline
        self.microseconds = microseconds
        frameCount = window?.firstFrame ?? 0
        end = window?.end
    }

    /// The next packet, once enough packets after it are known.
    ///
    /// - Parameter read: gives the demuxer's next packet, nil at its end.
    mutating func next(reading read: () throws(DecodingError) -> Packet?) throws(DecodingError) -> Next {
        while !isAtEnd && entries.count < Self.lookahead && !isDecidable {
            if let packet = try read() { append(packet) } else { isAtEnd = true }
        }
        if !hasStarted && !isStartDecodable || entries.isEmpty && unordered != nil {
            return .unordered(entries.map(\.packet) + (unordered.map { [$0] } ?? []))
        }
        hasStarted = true
        guard !entries.isEmpty else { return .end }
        decide()
        let use = use(of: entries[0])
        return .packet(entries.removeFirst().packet, use)
    }

    private mutating func append(_ packet: Packet) {
        guard let pts = packet.pts else { return stop(at: packet) }
        if packet.isKeyframe && pts <= latestPTS {
            // Of two keyframes in decoding order the second is shown later, or else not all are what they claim to be.
            guard !followsKeyframe else { return stop(at: packet) }
            segment += 1
            latestPTS = pts
        }
        latestPTS = max(latestPTS, pts)
        followsKeyframe = packet.isKeyframe
        packet.segment = segment
        entries.append(Entry(packet: packet, pts: pts))
    }

    private mutating func stop(at packet: Packet) {
        unordered = packet
        isAtEnd = true
    }

    /// A stream that begins with frames whose references are missing: only the decoder knows which of them it gives.
    private var isStartDecodable: Bool {
        guard unordered == nil else { return false }
        guard let first = entries.first else { return true }
        return first.packet.isKeyframe && !entries.contains { $0.isShown(before: first) }
    }

    /// Whether a keyframe follows the head, and enough packets follow it to know the order before it.
    private var isDecidable: Bool {
        guard let keyframe = entries.dropFirst().firstIndex(where: \.packet.isKeyframe) else { return false }
        return entries.count > keyframe + Self.reordering
    }

    /// Settles every frame that no unread packet can precede.
    private mutating func decide() {
        let settled = entries[..<(isAtEnd ? entries.count : max(1, entries.count - Self.reordering))]
        guard let limit = settled.max(by: { $0.isShown(before: $1) }) else { return }
        let order = entries.indices.filter { index in
            if case .open = entries[index].decision { !limit.isShown(before: entries[index]) } else { false }
        }
        for index in order.sorted(by: { entries[$0].isShown(before: entries[$1]) }) {
            entries[index].decision = decision(on: entries[index])
        }
    }

    private mutating func decision(on entry: Entry) -> Decision {
        guard !entry.packet.isDiscarded, !isPastEnd else { return .unwanted }
        let (time, isEstimated) = timeline.next(pts: microseconds(entry.pts))
        guard time.microseconds < end ?? .max else {
            (isPastEnd, isAtEnd) = (true, true)
            return .unwanted
        }
        defer { frameCount += 1 }
        return sampling.wants(time.microseconds)
            ? .wanted(
                FrameInfo(index: frameCount, time: time, isTimeEstimated: isEstimated || entry.packet.isTimeEstimated))
            : .unwanted
    }

    private func use(of head: Entry) -> Use {
        if case .wanted(let info) = head.decision { return .decode(info) }
        guard let next = entries.dropFirst().firstIndex(where: \.packet.isKeyframe) else {
            let isLast = isAtEnd && unordered == nil
            return isLast && !entries.contains(where: \.isPossiblyWanted) ? .drop : .reference
        }
        // Frames that lead the keyframe in presentation may still refer to what comes before it (open GOP).
        let leading = entries[next...].dropFirst().prefix { $0.isShown(before: entries[next]) }
        let isNeeded =
            entries[..<next].contains(where: \.isPossiblyWanted) || leading.contains(where: \.isPossiblyWanted)
        return isNeeded ? .reference : .drop
    }
}
