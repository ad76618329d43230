import CFFmpeg
import PathModel

/// Where a file may be cut into parts that are decoded by themselves: a reading of all its packets, without decoding them.
///
/// Only keyframes count whose number and time are sure to be those of the whole file's reading: a file where that can't be told
/// isn't cut. Numbers are of packets, as with frame sampling: a frame that is too damaged to be decoded has one.
public struct PacketScan: Sendable {
    /// Frames in the file.
    public private(set) var frameCount = 0
    /// Times of the first and the last frame in microseconds; nil where there is none.
    public private(set) var firstTime: Int64?, lastTime: Int64?
    /// Why the file can't be cut, such as `its frames have no times`; nil where it can.
    public private(set) var obstacle: String?
    /// Why reading ended early, where the file is cut short: what comes before can be analysed.
    public private(set) var breakage: DecodingError?
    /// Where its latest packet ends, in microseconds.
    private(set) var reached: Int64?
    let source: SourceName
    let options: SourceOptions
    let interrupt: InterruptFlag
    /// In presentation order. Where there are very many, some are left out.
    private(set) var keyframes: [Keyframe] = []

    /// A frame that decoding can begin with.
    struct Keyframe: Hashable {
        /// In the whole file, in presentation order.
        let frame: Int
        /// Of it and the frame before it, in microseconds.
        let time: Int64, previous: Int64
        /// In the stream's time base; its DTS where there is none.
        let pts: Int64
    }

    /// Reads a file's packets.
    ///
    /// - Parameter progress: called now and then with the time that reading has come to, in microseconds.
    /// - Throws: where the file can't be opened; `.interrupted`.
    public init(
        _ source: SourceName, options: SourceOptions = SourceOptions(), interrupt: InterruptFlag,
        progress: (Int64) -> Void = { _ in }
    ) throws(DecodingError) {
        try self.init(source, options: options, mostKeyframes: 1 << 18, interrupt: interrupt, progress: progress)
    }

    init(
        _ source: SourceName, options: SourceOptions = SourceOptions(), mostKeyframes: Int, interrupt: InterruptFlag,
        progress: (Int64) -> Void = { _ in }
    ) throws(DecodingError) {
        FFmpegLog.listen()
        self.mostKeyframes = mostKeyframes
        (self.source, self.options, self.interrupt) = (source, options, interrupt)
        guard let doubt = try read(from: nil, progress) else { return }
        obstacle = doubt.rawValue
        guard doubt == .beginning,
            let beginning = try Self.beginning(of: source, options: options, interrupt: interrupt)
        else { return }
        (obstacle, firstTime, lastTime) = (nil, beginning.origin, beginning.previous)
        frameCount = beginning.firstFrame
        obstacle = try read(from: beginning, progress)?.rawValue ?? obstacle
    }

    /// Reads on from a keyframe whose number is known; nil is the file's beginning.
    private mutating func read(
        from beginning: SourceWindow?, _ progress: (Int64) -> Void
    ) throws(DecodingError) -> ShownOrder.Doubt? {
        let demuxer = try Demuxer(source, options: options, interrupt: interrupt)
        obstacle = demuxer.cuttingObstacle
        guard obstacle == nil else { return nil }
        let timeline = Timeline(frameRate: demuxer.frameRate)
        let packets = try PacketReader(demuxer, frameDuration: timeline.frameDuration, window: beginning)
        var order = ShownOrder(
            timeline: timeline, reorders: demuxer.reorders, firstFrame: frameCount, microseconds: demuxer.microseconds)
        while let packet = try packets.next() {
            if let doubt = order.add(packet) { return doubt }
            while let frame = order.next(isAtEnd: false) { note(frame, progress) }
        }
        while let frame = order.next(isAtEnd: true) { note(frame, progress) }
        settle(isAtEnd: true)
        breakage = packets.failure
        reached = demuxer.end
        if keyframes.isEmpty { obstacle = "it has no second keyframe whose number and time are sure" }
        return nil
    }

    // MARK: - Keyframes

    /// Keyframes that too few frames follow to know whether reading from there gives the same times.
    private var open: [Keyframe] = []
    /// How many frames there were up to the last one whose time the file doesn't say itself: which frames were shown before
    /// it is not sure.
    private var doubtful = -ShownOrder.reordering
    /// The least distance in microseconds of keyframes that are kept.
    private var distance: Int64 = 0

    /// What comes after a jump is judged by so many packets before it, and no codec reorders by more than seventeen.
    private static let certainty = 3 * StrayTimes.lookahead + ShownOrder.reordering
    private let mostKeyframes: Int

    private mutating func note(_ frame: ShownOrder.Frame, _ progress: (Int64) -> Void) {
        let (info, before) = (frame.info, lastTime)
        frameCount += 1
        if firstTime == nil { firstTime = info.time.microseconds }
        lastTime = info.time.microseconds
        if !frame.isCertain {
            open = []
            doubtful = frameCount
        } else if frameCount - doubtful > ShownOrder.reordering, frame.isKeyframe, let before {
            open.append(
                Keyframe(frame: info.index, time: info.time.microseconds, previous: before, pts: frame.pts))
        }
        settle(isAtEnd: false)
        if frame.isKeyframe { progress(info.time.microseconds) }
    }

    private mutating func settle(isAtEnd: Bool) {
        while let keyframe = open.first, isAtEnd || frameCount - keyframe.frame > Self.certainty {
            open.removeFirst()
            if keyframe.time - (keyframes.last?.time ?? .min / 2) >= distance { keyframes.append(keyframe) }
        }
        guard keyframes.count > mostKeyframes, let first = keyframes.first, let last = keyframes.last else {
            return
        }
        distance = 2 * (last.time - first.time) / Int64(keyframes.count) + 1
        keyframes = keyframes.reduce(into: []) { kept, keyframe in
            if keyframe.time - (kept.last?.time ?? .min / 2) >= distance { kept.append(keyframe) }
        }
    }
}

extension Demuxer {
    /// Why a file can't be cut, as far as its container tells; nil where nothing speaks against it.
    fileprivate var cuttingObstacle: String? {
        let format = String(cString: context.pointee.iformat.pointee.name)
        if sequence != nil { return "it is a sequence of pictures" }
        if !source.isRegularFile { return "only a file can be read from its middle on" }
        if format == "hls" { return "it is a playlist" }
        if !hasTimes { return "its frames have no times" }
        if !hasPacketPerFrame { return "how many frames its packets hold shows only when they are decoded" }
        return nil
    }
}
