import CFFmpeg
import PathModel

/// An open video decoder, frame-threaded where the codec can.
///
/// Confined to the thread that uses it.
final class Decoder {
    /// Where it decodes: `software`, or FFmpeg's name of the kind of device.
    let device: String
    private let context: UnsafeMutablePointer<AVCodecContext>
    /// What pictures on the device have; nil where the processor decodes.
    private let deviceFormat: AVPixelFormat?

    init(for demuxer: Demuxer, threads: Int, hardware: HardwareDecoding = .none) throws(DecodingError) {
        let parameters = demuxer.stream.pointee.codecpar
        let name = demuxer.source.redacted
        guard let parameters, let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            let codec = parameters.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? "unknown"
            throw .noVideo(source: name, reason: "this FFmpeg has no decoder for its codec (\(codec))")
        }
        guard let context = footpath_decoder_make(codec) else { throw .unreadable(source: name, reason: "no memory") }
        avcodec_parameters_to_context(context, parameters)
        context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
        context.pointee.thread_count = Int32(threads)
        context.pointee.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE
        let chosen = Self.device(for: codec, hardware)
        if let chosen { footpath_decode_on(context, chosen.reference, chosen.format) }
        defer {
            var reference = chosen?.reference
            av_buffer_unref(&reference)
        }
        (device, deviceFormat) = (chosen?.name ?? "software", chosen?.format)
        flagsDamage = parameters.pointee.codec_id != AV_CODEC_ID_HEVC
        if !flagsDamage { footpath_decoder_begin_gray(context) }
        let code = avcodec_open2(context, codec, nil)
        if code < 0 {
            footpath_decoder_free(context)
            throw .noVideo(source: name, reason: "its decoder does not start: \(message(averror: code))")
        }
        self.context = context
    }

    deinit {
        footpath_decoder_free(context)
    }

    /// It has logged something since it was opened. Read after `receive`, this covers every packet that had a part in
    /// the frame, whatever the number of threads.
    var hasComplained: Bool { footpath_decoder_complaints(context, 0) > 0 }

    /// Errors logged since it was opened.
    var errorsLogged: Int32 { footpath_decoder_complaints(context, 1) }

    /// Frames with damage are flagged, and the damage concealed. FFmpeg's HEVC decoder does neither: it logs.
    let flagsDamage: Bool

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
        return outcome(avcodec_send_packet(context, packet))
    }

    /// Takes the next frame in presentation order.
    func receive(into frame: UnsafeMutablePointer<AVFrame>) -> Outcome {
        let outcome = outcome(avcodec_receive_frame(context, frame))
        guard outcome == .done, let deviceFormat, frame.pointee.format == deviceFormat.rawValue else { return outcome }
        return fetch(frame) ? .done : .damaged
    }

    /// Copies a picture from the device into memory.
    private func fetch(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        var fetched = av_frame_alloc()
        defer { av_frame_free(&fetched) }
        guard let fetched, av_hwframe_transfer_data(fetched, frame, 0) >= 0,
            av_frame_copy_props(fetched, frame) >= 0
        else { return false }
        av_frame_unref(frame)
        av_frame_move_ref(frame, fetched)
        return true
    }

    /// The first device of the wanted kind that opens and that the codec can use.
    private static func device(
        for codec: UnsafePointer<AVCodec>, _ hardware: HardwareDecoding
    ) -> (reference: UnsafeMutablePointer<AVBufferRef>, format: AVPixelFormat, name: String)? {
        let kinds: [AVHWDeviceType] =
            switch hardware {
            case .none: []
            case .auto: [AV_HWDEVICE_TYPE_CUDA, AV_HWDEVICE_TYPE_VAAPI]
            case .cuda: [AV_HWDEVICE_TYPE_CUDA]
            case .vaapi: [AV_HWDEVICE_TYPE_VAAPI]
            }
        for kind in kinds {
            let format = footpath_hardware_format(codec, kind)
            var reference: UnsafeMutablePointer<AVBufferRef>?
            guard format != AV_PIX_FMT_NONE, av_hwdevice_ctx_create(&reference, kind, nil, nil, 0) >= 0,
                let reference, let name = av_hwdevice_get_type_name(kind)
            else { continue }
            return (reference, format, String(cString: name))
        }
        return nil
    }

    private func outcome(_ code: Int32) -> Outcome {
        switch code {
        case 0...: .done
        case footpath_averror(EAGAIN): .again
        case footpath_averror_eof(): .finished
        default: .damaged
        }
    }
}
