import CFFmpeg
import PathModel

/// The packets of a demuxer, their PTS put right where they are strays; from a window's keyframe on.
///
/// Confined to the thread that uses it.
final class PacketReader {
    let demuxer: Demuxer
    /// Called after each packet that was read.
    var whileReading: () -> Void = {}
    /// Packets that the demuxer found damaged.
    private(set) var damaged = 0
    /// Why reading ended early.
    private(set) var failure: DecodingError?

    /// Nil where nothing may be read ahead: a live stream's pictures are timed by when they come, too.
    private var strays: StrayTimes?
    /// Packets read to judge those before.
    private var ahead: [Packet] = []
    private var isAtEnd = false
    /// PTS of the keyframe that reading began with: what is shown before it refers to what wasn't read. Nil behind the next.
    private var start: Int64?

    /// - Parameters:
    ///   - frameDuration: between two frames, in microseconds.
    ///   - window: begins with a keyframe, which is looked for now.
    /// - Throws: `.unreadable` where the window's keyframe isn't there, `.interrupted`.
    init(_ demuxer: Demuxer, frameDuration: Int64, window: SourceWindow?) throws(DecodingError) {
        self.demuxer = demuxer
        guard !demuxer.isLive else { return }
        strays = StrayTimes(
            frameDuration: demuxer.ticks(frameDuration), second: demuxer.ticks(1_000_000), reorders: demuxer.reorders)
        guard let window, window.beginsInside else { return }
        ahead = [try demuxer.seek(toKeyframe: window.seek)]
        if let reached = window.reached { demuxer.note(reached: reached) }
        strays?.begin(with: window.seek)
        start = window.seek
    }

    /// The next packet; nil at the end of the stream, or where it breaks off.
    func next() throws(DecodingError) -> Packet? {
        while let packet = ahead.isEmpty ? try read() : ahead.removeFirst() {
            if let pts = packet.pts,
                let replacement = try strays?.replacement(
                    of: pts, following: { () throws(DecodingError) in try lookAhead() })
            {
                packet.replacePTS(by: replacement)
            }
            guard let start, let pts = packet.pts else { return packet }
            if packet.isKeyframe, pts > start { self.start = nil }
            if pts >= start { return packet }
        }
        return nil
    }

    private func lookAhead() throws(DecodingError) -> [Int64] {
        while ahead.count < StrayTimes.lookahead, let packet = try read() { ahead.append(packet) }
        return ahead.compactMap(\.pts)
    }

    private func read() throws(DecodingError) -> Packet? {
        guard !isAtEnd else { return nil }
        let packet = try demuxer.nextPacket(breakage: &failure)
        whileReading()
        guard let packet else {
            isAtEnd = true
            return nil
        }
        if packet.isDamaged { damaged += 1 }
        return packet
    }
}
