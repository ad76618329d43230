import CFFmpeg
import PathModel

/// An open video decoder, frame-threaded where the codec can; on a device where one is wanted and there is one.
///
/// Confined to the thread that uses it.
final class Decoder {
    /// Where the latest frame was decoded: `software`, or FFmpeg's name of the kind of device.
    private(set) var device = "software"
    /// FFmpeg's code for the latest packet or frame that was rejected.
    private(set) var lastError: Int32?
    /// Frames with damage are flagged, and the damage concealed. FFmpeg's HEVC decoder does neither: it logs.
    let flagsDamage: Bool

    /// Packets in a row that a device may fail at before the processor takes over.
    private static let patience = 25
    private let demuxer: Demuxer
    private let codec: UnsafePointer<AVCodec>
    private let threads: Int
    private let beginsInside: Bool
    private var context: UnsafeMutablePointer<AVCodecContext>
    private var hardware: HardwareDevice?
    private var failures = 0
    /// What decoders logged that were given up for this one.
    private var loggedBefore: (all: Int32, errors: Int32) = (0, 0)

    /// - Parameters:
    ///   - threads: of the processor.
    ///   - beginsInside: the first packet isn't the file's first.
    ///   - openDevice: opens what is to decode, for a codec; nil where the processor is to.
    /// - Throws: `.noVideo` where this FFmpeg can't decode the stream.
    init(
        for demuxer: Demuxer, threads: Int, beginsInside: Bool = false,
        openDevice: (UnsafePointer<AVCodec>) -> HardwareDevice? = { _ in nil }
    ) throws(DecodingError) {
        let parameters = demuxer.stream.pointee.codecpar
        guard let parameters, let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            let codec = parameters.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? "unknown"
            throw .noVideo(
                source: demuxer.source.redacted, reason: "this FFmpeg has no decoder for its codec (\(codec))")
        }
        (self.demuxer, self.codec, self.threads) = (demuxer, UnsafePointer(codec), threads)
        self.beginsInside = beginsInside
        flagsDamage = parameters.pointee.codec_id != AV_CODEC_ID_HEVC
        if let device = openDevice(codec),
            let context = try? Self.open(codec, for: demuxer, threads: 1, beginsInside, on: device)
        {
            (self.context, hardware) = (context, device)
        } else {
            context = try Self.open(codec, for: demuxer, threads: threads, beginsInside, on: nil)
        }
    }

    private static func open(
        _ codec: UnsafePointer<AVCodec>, for demuxer: Demuxer, threads: Int, _ beginsInside: Bool,
        on device: HardwareDevice?
    ) throws(DecodingError) -> UnsafeMutablePointer<AVCodecContext> {
        let name = demuxer.source.redacted
        guard let context = footpath_decoder_make(codec) else { throw .unreadable(source: name, reason: "no memory") }
        avcodec_parameters_to_context(context, demuxer.stream.pointee.codecpar)
        context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
        context.pointee.max_pixels = demuxer.options.largestPicture.pixels
        context.pointee.thread_count = Int32(threads)
        context.pointee.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE
        if beginsInside { footpath_decoder_give_all(context) }
        if codec.pointee.id == AV_CODEC_ID_HEVC { footpath_decoder_begin_gray(context) }
        let isReady = device?.use(for: context) ?? true
        let code = isReady ? avcodec_open2(context, codec, nil) : footpath_averror(ENOMEM)
        guard code >= 0 else {
            footpath_decoder_free(context)
            throw .noVideo(source: name, reason: "its decoder does not start: \(message(averror: code))")
        }
        return context
    }

    deinit {
        footpath_decoder_free(context)
    }

    /// From now on only parses what it can: frames show that they can be decoded, and nothing else.
    func turnToTrials() {
        (context.pointee.skip_loop_filter, context.pointee.skip_idct) = (AVDISCARD_ALL, AVDISCARD_ALL)
    }

    /// It has logged something since it was opened. Read after `receive`, this covers every packet that had a part in
    /// the frame, whatever the number of threads.
    var hasComplained: Bool { loggedBefore.all + footpath_decoder_complaints(context, 0) > 0 }

    /// Errors logged since it was opened.
    var errorsLogged: Int32 { loggedBefore.errors + footpath_decoder_complaints(context, 1) }

    /// What a call of `send` or `receive` came to.
    enum Outcome {
        case done
        /// `receive` first, or `send` first.
        case again
        /// Everything was received.
        case finished
        /// The packet or frame was rejected; decoding goes on with the next one.
        case damaged
    }

    /// Gives the decoder a packet; nil once, at the end.
    ///
    /// - Parameter skippable: the frame is not wanted: the decoder leaves it out if no other frame refers to it.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?, skippable: Bool = false) -> Outcome {
        context.pointee.skip_frame = skippable ? AVDISCARD_NONREF : AVDISCARD_DEFAULT
        return noting(outcome(footpath_decoder_send(context, packet)))
    }

    /// Takes the next frame in presentation order, in memory.
    func receive(into frame: UnsafeMutablePointer<AVFrame>) -> Outcome {
        let outcome = noting(outcome(avcodec_receive_frame(context, frame)))
        guard outcome == .done else { return outcome }
        guard let hardware, frame.pointee.format == hardware.format.rawValue else {
            (device, failures) = ("software", 0)
            return .done
        }
        guard HardwareDevice.fetch(frame) else {
            av_frame_unref(frame)
            decodeByProcessor()
            return .damaged
        }
        (device, failures) = (hardware.name, 0)
        return .done
    }

    /// Gives up a device that fails again and again.
    private func noting(_ outcome: Outcome) -> Outcome {
        guard hardware != nil, outcome == .damaged else { return outcome }
        failures += 1
        if failures >= Self.patience { decodeByProcessor() }
        return outcome
    }

    /// Goes on without the device: with damage up to the next keyframe.
    private func decodeByProcessor() {
        failures = 0
        guard let successor = try? Self.open(codec, for: demuxer, threads: threads, beginsInside, on: nil) else {
            return
        }
        loggedBefore = (loggedBefore.all + footpath_decoder_complaints(context, 0), errorsLogged)
        footpath_decoder_free(context)
        (context, hardware) = (successor, nil)
    }

    private func outcome(_ code: Int32) -> Outcome {
        switch code {
        case 0...: return .done
        case footpath_averror(EAGAIN): return .again
        case footpath_averror_eof(): return .finished
        default:
            lastError = code
            return .damaged
        }
    }
}
