import CFFmpeg
import PathModel

/// Turns the packets of a demuxer into frames with numbers and times.
final class FrameReader {
    var counts: SourceCounts {
        var counts = frameCounts
        counts.damaged += packets.damaged
        return counts
    }
    /// Called after each packet that was read.
    var whileReading: () -> Void {
        get { packets.whileReading }
        set { packets.whileReading = newValue }
    }

    /// Without the packets that the demuxer found damaged.
    private var frameCounts = SourceCounts()
    private let packets: PacketReader
    private let demuxer: Demuxer
    private let decoder: Decoder
    private let orientation: Orientation
    private let frame: UnsafeMutablePointer<AVFrame>
    private var selection: FrameSelection
    private var damagedInARow = 0
    /// Of the frame that was given last.
    private var lastTime: Timestamp?
    /// `counts.damaged` when the last frame was given.
    private var damagedBefore = 0
    /// The decoder's errors when the last frame was taken.
    private var errorsBefore: Int32 = 0

    /// - Parameter window: what to give of the file; nil is all.
    init(
        _ demuxer: Demuxer, decoder: Decoder, fps: Double?, window: SourceWindow? = nil
    ) throws(DecodingError) {
        guard let frame = av_frame_alloc() else {
            throw .unreadable(source: demuxer.source.redacted, reason: "out of memory")
        }
        self.frame = frame
        self.demuxer = demuxer
        self.decoder = decoder
        orientation = demuxer.orientation
        frameCounts.decoded = window?.firstFrame ?? 0
        let timeline = Timeline(frameRate: demuxer.frameRate)
        selection = FrameSelection(
            fps: fps, choosesPackets: demuxer.hasPacketPerFrame, timeline: timeline, window: window,
            microseconds: demuxer.microseconds)
        do throws(DecodingError) {
            packets = try PacketReader(demuxer, frameDuration: timeline.frameDuration, window: window)
        } catch {
            var frame: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&frame)
            throw error
        }
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// The next frame to analyse; see `VideoSource.next`.
    func next() throws(DecodingError) -> DecodedFrame? {
        while !selection.isPastEnd {
            switch decoder.receive(into: frame) {
            case .done:
                damagedInARow = 0
                if let decoded = try takeFrame() { return decoded }
            case .again:
                try feedDecoder()
            case .finished:
                if let failure = packets.failure, !selection.hasWindow { throw placed(failure) }
                return nil
            case .damaged:
                frameCounts.damaged += 1
                damagedInARow += 1
                // A decoder that fails without taking input would fail for ever.
                guard damagedInARow < 1000 else {
                    let breakage = decoder.lastError.map(Breakage.init) ?? Breakage()
                    let reason = "its decoder only returns errors"
                    throw placed(.broken(source: demuxer.source.redacted, reason: reason, at: breakage))
                }
            }
        }
        return nil
    }

    private func placed(_ error: DecodingError) -> DecodingError {
        error.after(frame: counts.decoded > 0 ? counts.decoded - 1 : nil, time: lastTime)
    }

    private func feedDecoder() throws(DecodingError) {
        let next = try selection.nextPacket(reading: packets.next)
        if decoder.send(next?.packet.pointer, skippable: next?.isSkippable ?? false) == .damaged {
            frameCounts.damaged += 1
        }
    }

    /// The decoder's frame, if it is wanted; leaves `frame` empty.
    private func takeFrame() throws(DecodingError) -> DecodedFrame? {
        defer { av_frame_unref(frame) }
        frameCounts.decoded += 1
        let errors = decoder.errorsLogged
        if footpath_frame_is_damaged(frame) != 0 || !decoder.flagsDamage && errors > errorsBefore {
            frameCounts.damaged += 1
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
