import CFFmpeg
import PathModel

/// An open video decoder, frame-threaded where the codec can.
///
/// Confined to the thread that uses it.
final class Decoder {
    private let context: UnsafeMutablePointer<AVCodecContext>

    init(for demuxer: Demuxer, threads: Int) throws(DecodingError) {
        let parameters = demuxer.stream.pointee.codecpar
        let name = demuxer.source.redacted
        guard let parameters, let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            let codec = parameters.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? "unknown"
            throw .noVideo(source: name, reason: "this FFmpeg has no decoder for its codec (\(codec))")
        }
        guard let context = avcodec_alloc_context3(codec) else { throw .unreadable(source: name, reason: "no memory") }
        avcodec_parameters_to_context(context, parameters)
        context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
        context.pointee.thread_count = Int32(threads)
        context.pointee.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE
        let code = avcodec_open2(context, codec, nil)
        if code < 0 {
            Self.free(context)
            throw .noVideo(source: name, reason: "its decoder does not start: \(message(averror: code))")
        }
        self.context = context
    }

    deinit {
        Self.free(context)
    }

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
        outcome(avcodec_receive_frame(context, frame))
    }

    private func outcome(_ code: Int32) -> Outcome {
        switch code {
        case 0...: .done
        case footpath_averror(EAGAIN): .again
        case footpath_averror_eof(): .finished
        default: .damaged
        }
    }

    private static func free(_ context: UnsafeMutablePointer<AVCodecContext>) {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }
}
