import PathModel

/// Which packets to decode, and which frames to keep with what number and time: all, or those of a sampling rate.
struct FrameSelection {
    /// Frames are chosen before decoding while this is set.
    private var packets: SampledPackets?
    /// Frames are chosen after decoding while only this is set.
    private var sampling: FrameSampling?
    private var timeline: Timeline
    private let microseconds: (Int64) -> Int64
    /// The number of the next frame that is chosen after decoding.
    private var frameCount: Int
    /// The first time that is not wanted.
    private let end: Int64?
    /// A frame behind the window came out of the decoder.
    private(set) var isPastEnd = false
    /// Whether all of the window was read, whatever comes behind it.
    var hasWindow: Bool { isPastEnd || packets?.isPastEnd == true }
    /// Packets read ahead before choosing before decoding was given up.
    private var pending: ArraySlice<Packet> = []
    /// The latest packets that went to the decoder from `packets`, each with its frame if that is wanted.
    private var sent: [(segment: Int, pts: Int64, wanted: FrameInfo?)] = []
    /// PTS of packets on their way through the decoder that are not the file's.
    private var replaced: Set<Int64> = []
    /// More than a decoder holds back, by reordering and by its threads.
    private static let sentLimit = 256

    /// - Parameters:
    ///   - fps: frames a second; nil for all.
    ///   - choosesPackets: whether packets and frames correspond one to one.
    ///   - timeline: gives frames their times.
    ///   - window: what is wanted of the file; nil is all.
    ///   - microseconds: converts the stream's time base.
    init(
        fps: Double?, choosesPackets: Bool, timeline: Timeline, window: SourceWindow?,
        microseconds: @escaping (Int64) -> Int64
    ) {
        self.timeline = timeline
        self.microseconds = microseconds
        frameCount = window?.firstFrame ?? 0
        end = window?.end
        guard let fps else { return }
        if choosesPackets {
            packets = SampledPackets(rate: fps, timeline: timeline, window: window, microseconds: microseconds)
        } else {
            sampling = FrameSampling(rate: fps, window: window)
        }
    }

    /// The next packet for the decoder, and whether it may leave its frame out; nil at the end.
    mutating func nextPacket(
        reading read: () throws(DecodingError) -> Packet?
    ) throws(DecodingError) -> (packet: Packet, isSkippable: Bool)? {
        while let next = try packets?.next(reading: read) {
            switch next {
            case .end: return nil
            case .unordered(let packets): goOnByFrames(with: packets)
            case .packet(_, .drop): continue
            case .packet(let packet, .reference): return note(packet, wanted: nil)
            case .packet(let packet, .decode(let info)): return note(packet, wanted: info)
            }
        }
        guard let packet = pending.isEmpty ? try read() : pending.removeFirst() else { return nil }
        if packet.isTimeEstimated, let pts = packet.pts { replaced.insert(pts) }
        return (packet, false)
    }

    /// A decoded frame's number and time; nil where it is not wanted.
    ///
    /// - Parameters:
    ///   - pts: its packet's, in the stream's time base.
    ///   - bestPTS: FFmpeg's best guess where the packet's is missing or wrong.
    mutating func select(pts: Int64?, bestPTS: Int64?) -> FrameInfo? {
        if let place = sent.firstIndex(where: { $0.pts == pts }) {
            let shown = sent.remove(at: place)
            // Those that the decoder left out must not be taken for frames of the next segment.
            sent.removeAll { ($0.segment, $0.pts) < (shown.segment, shown.pts) }
            return shown.wanted
        }
        guard packets == nil else { return nil }
        let (time, isEstimated) = timeline.next(pts: bestPTS.map(microseconds))
        guard time.microseconds < end ?? .max else {
            isPastEnd = true
            return nil
        }
        let isReplaced = pts.flatMap { replaced.remove($0) } != nil
        defer { frameCount += 1 }
        guard sampling?.wants(time.microseconds) ?? true else { return nil }
        return FrameInfo(index: frameCount, time: time, isTimeEstimated: isEstimated || isReplaced)
    }

    private mutating func note(_ packet: Packet, wanted: FrameInfo?) -> (Packet, isSkippable: Bool) {
        if sent.count == Self.sentLimit { sent.removeFirst() }
        if let pts = packet.pts { sent.append((packet.segment, pts, wanted)) }
        return (packet, wanted == nil)
    }

    private mutating func goOnByFrames(with packets: [Packet]) {
        guard let state = self.packets else { return }
        sampling = state.sampling
        timeline = state.timeline
        frameCount = state.frameCount
        pending = packets[...]
        self.packets = nil
    }
}
