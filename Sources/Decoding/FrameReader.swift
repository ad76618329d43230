import CFFmpeg
import PathModel

/// Turns the packets of a demuxer into frames with numbers and times.
final class FrameReader {
    private(set) var counts = SourceCounts()
    /// Called after each packet that was read.
    var whileReading: () -> Void = {}

    private let demuxer: Demuxer
    private let decoder: Decoder
    private let orientation: Orientation
    private let frame: UnsafeMutablePointer<AVFrame>
    private var selection: FrameSelection
    /// Nil where nothing may be read ahead: a live stream's pictures are timed by when they come, too.
    private var strays: StrayTimes?
    /// Packets read to judge those before.
    private var ahead: [Packet] = []
    private var isAtEnd = false
    /// Why reading ended early; thrown when the decoder has given what it holds.
    private var failure: DecodingError?
    private var damagedInARow = 0
    /// Of the frame that was given last.
    private var lastTime: Timestamp?
    /// `counts.damaged` when the last frame was given.
    private var damagedBefore = 0
    /// The decoder's errors when the last frame was taken.
    private var errorsBefore: Int32 = 0

    init(_ demuxer: Demuxer, decoder: Decoder, fps: Double?) throws(DecodingError) {
        guard let frame = av_frame_alloc() else {
            throw .unreadable(source: demuxer.source.redacted, reason: "out of memory")
        }
        self.frame = frame
        self.demuxer = demuxer
        self.decoder = decoder
        orientation = demuxer.orientation
        let timeline = Timeline(frameRate: demuxer.frameRate)
        selection = FrameSelection(
            fps: fps, choosesPackets: demuxer.hasPacketPerFrame, timeline: timeline,
            microseconds: demuxer.microseconds)
        if !demuxer.isLive {
            strays = StrayTimes(
                frameDuration: demuxer.ticks(timeline.frameDuration), second: demuxer.ticks(1_000_000),
                reorders: demuxer.stream.pointee.codecpar.pointee.video_delay > 0)
        }
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// The next frame to analyse; see `VideoSource.next`.
    func next() throws(DecodingError) -> DecodedFrame? {
        while true {
            switch decoder.receive(into: frame) {
            case .done:
                damagedInARow = 0
                if let decoded = try takeFrame() { return decoded }
            case .again:
                try feedDecoder()
            case .finished:
                if let failure { throw placed(failure) }
                return nil
            case .damaged:
                counts.damaged += 1
                damagedInARow += 1
                // A decoder that fails without taking input would fail for ever.
                guard damagedInARow < 1000 else {
                    let breakage = decoder.lastError.map(Breakage.init) ?? Breakage()
                    let reason = "its decoder only returns errors"
                    throw placed(.broken(source: demuxer.source.redacted, reason: reason, at: breakage))
                }
            }
        }
    }

    private func placed(_ error: DecodingError) -> DecodingError {
        error.after(frame: counts.decoded > 0 ? counts.decoded - 1 : nil, time: lastTime)
    }

    private func feedDecoder() throws(DecodingError) {
        let next = try selection.nextPacket(reading: nextPacket)
        if decoder.send(next?.packet.pointer, skippable: next?.isSkippable ?? false) == .damaged {
            counts.damaged += 1
        }
    }

    /// The next packet, its PTS put right where it is a stray; nil at the end.
    private func nextPacket() throws(DecodingError) -> Packet? {
        guard let packet = ahead.isEmpty ? try readPacket() : ahead.removeFirst() else { return nil }
        if let pts = packet.pts,
            let replacement = try strays?.replacement(
                of: pts, following: { () throws(DecodingError) in try lookAhead() })
        {
            packet.replacePTS(by: replacement)
        }
        return packet
    }

    private func lookAhead() throws(DecodingError) -> [Int64] {
        while ahead.count < StrayTimes.lookahead, let packet = try readPacket() { ahead.append(packet) }
        return ahead.compactMap(\.pts)
    }

    /// The demuxer's next packet; nil at the end of the stream or where it breaks off.
    private func readPacket() throws(DecodingError) -> Packet? {
        guard !isAtEnd else { return nil }
        let packet = try demuxer.nextPacket(breakage: &failure)
        whileReading()
        guard let packet else {
            isAtEnd = true
            return nil
        }
        if packet.isDamaged { counts.damaged += 1 }
        return packet
    }

    /// The decoder's frame, if it is wanted; leaves `frame` empty.
    private func takeFrame() throws(DecodingError) -> DecodedFrame? {
        defer { av_frame_unref(frame) }
        counts.decoded += 1
        let errors = decoder.errorsLogged
        if footpath_frame_is_damaged(frame) != 0 || !decoder.flagsDamage && errors > errorsBefore {
            counts.damaged += 1
        }
        errorsBefore = errors
        guard
            let info = selection.select(
                pts: known(frame.pointee.pts), bestPTS: known(frame.pointee.best_effort_timestamp))
        else { return nil }
        guard footpath_is_in_memory(frame) != 0 else {
            let format =
                av_get_pix_fmt_name(AVPixelFormat(frame.pointee.format)).map { String(cString: $0) } ?? "unknown"
            throw .broken(source: demuxer.source.redacted, reason: "its pictures (\(format)) are not in memory")
        }
        let streamTime = streamTime
        let ratio = av_guess_sample_aspect_ratio(demuxer.context, demuxer.stream, frame)
        guard let picture = Picture(taking: frame, sampleAspectRatio: ratio, orientation: orientation) else {
            throw .broken(source: demuxer.source.redacted, reason: "out of memory")
        }
        lastTime = info.time
        defer { damagedBefore = counts.damaged }
        var decoded = DecodedFrame(info: info, picture: picture, followsDamage: counts.damaged > damagedBefore)
        decoded.streamTime = streamTime
        return decoded
    }

    private var streamTime: StreamTime {
        guard demuxer.hasTimes else { return StreamTime() }
        let time = known(frame.pointee.pts) ?? known(frame.pointee.best_effort_timestamp)
        return StreamTime(pts: time.map(demuxer.microseconds), reportedOffset: demuxer.reports.offset)
    }

    private func known(_ time: Int64) -> Int64? {
        time == footpath_nopts() ? nil : time
    }
}
