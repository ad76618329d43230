import PathModel

/// Numbers and times of a stream's frames by its packets alone, where they are sure to be those that decoding gives.
struct ShownOrder {
    /// A packet's frame.
    struct Frame {
        let info: FrameInfo
        /// In the stream's time base.
        let pts: Int64
        /// Decoding can start here.
        let isKeyframe: Bool
        /// Its time is what the file says.
        let isCertain: Bool
    }

    /// Why numbers and times can't be told by packets.
    enum Doubt: String {
        case timeless = "some of its frames have no times"
        case beginning = "it begins with frames that can't be decoded"
        case back = "its times step back"
    }

    private struct Entry {
        let pts: Int64
        let isKeyframe: Bool, isEstimated: Bool
    }

    /// The most frames by which a codec reorders (H.264 and HEVC allow 16 in their picture buffers).
    static let reordering = 17

    private var timeline: Timeline
    /// Whether the order of packets isn't that of frames.
    private let reorders: Bool
    private let microseconds: (Int64) -> Int64
    /// In the order in which they are shown.
    private var entries: [Entry] = []
    private var frameCount: Int
    private var first: Int64?
    /// Keyframes so far.
    private var keyframes = 0
    private var latest = Int64.min

    /// - Parameters:
    ///   - timeline: gives frames their times.
    ///   - reorders: whether the order of packets isn't that of frames.
    ///   - firstFrame: the first frame's number.
    ///   - microseconds: converts the stream's time base.
    init(timeline: Timeline, reorders: Bool, firstFrame: Int, microseconds: @escaping (Int64) -> Int64) {
        frameCount = firstFrame
        self.timeline = timeline
        self.reorders = reorders
        self.microseconds = microseconds
    }

    /// Takes the next packet in decoding order.
    mutating func add(_ packet: Packet) -> Doubt? {
        // AVI has DTS alone, which are the times of frames that aren't reordered.
        guard let pts = packet.pts ?? (reorders ? nil : packet.dts) else { return .timeless }
        if packet.isKeyframe { keyframes += 1 }
        guard keyframes > 0 else { return .beginning }
        let isFirst = first == nil
        let first = first ?? pts
        self.first = first
        guard !packet.isDiscarded else { return nil }
        if pts < first { return keyframes > 1 ? .back : .beginning }
        if packet.isKeyframe, !isFirst, pts <= latest { return .back }
        insert(packet, pts)
        return nil
    }

    private mutating func insert(_ packet: Packet, _ pts: Int64) {
        if !packet.isTimeEstimated { latest = max(latest, pts) }
        let place = (entries.lastIndex { $0.pts <= pts } ?? -1) + 1
        let entry = Entry(pts: pts, isKeyframe: packet.isKeyframe, isEstimated: packet.isTimeEstimated)
        entries.insert(entry, at: place)
    }

    /// The next frame in presentation order, once no packet that wasn't read can come before it.
    mutating func next(isAtEnd: Bool) -> Frame? {
        guard entries.count > (isAtEnd ? 0 : Self.reordering) else { return nil }
        let entry = entries.removeFirst()
        let own = microseconds(entry.pts)
        let (time, isEstimated) = timeline.next(pts: own)
        defer { frameCount += 1 }
        let isCertain = !isEstimated && !entry.isEstimated && time.microseconds == own
        let info = FrameInfo(index: frameCount, time: time, isTimeEstimated: !isCertain)
        return Frame(info: info, pts: entry.pts, isKeyframe: entry.isKeyframe, isCertain: isCertain)
    }
}
