import CFFmpeg
import PathModel

/// An open container and its one video stream.
///
/// Confined to the thread that uses it; the interrupt flag alone may be raised from elsewhere.
final class Demuxer {
    let source: SourceName
    let context: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>
    // FFmpeg holds pointers into both for as long as the context lives.
    private let interrupt: InterruptFlag
    private let standardInput: StandardInput?
    /// Where the latest packet ends, in microseconds.
    private(set) var end: Int64?

    init(_ source: SourceName, interrupt: InterruptFlag) throws(DecodingError) {
        try source.checkReadable()
        self.source = source
        self.interrupt = interrupt
        standardInput = source.isStandardInput ? try StandardInput(interrupt: interrupt) : nil
        let context = try Self.open(source, interrupt: interrupt, standardInput: standardInput)
        do {
            stream = try Self.findVideo(in: context, source: source, interrupt: interrupt)
        } catch {
            Self.close(context)
            throw error
        }
        self.context = context
    }

    deinit {
        Self.close(context)
    }

    /// Reads the next packet of the video stream into `packet`.
    ///
    /// - Returns: false at the end of the stream.
    /// - Throws: `.broken` where reading fails, or the stream ends before its time.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(DecodingError) -> Bool {
        while true {
            let code = av_read_frame(context, packet)
            if interrupt.isRaised { throw .interrupted }
            if code == footpath_averror_eof() {
                if let shortfall { throw shortfall }
                return false
            }
            guard code >= 0 else { throw .broken(source: source.redacted, reason: reason(code)) }
            if packet.pointee.stream_index == stream.pointee.index {
                note(packet.pointee)
                return true
            }
            av_packet_unref(packet)
        }
    }

    private func reason(_ code: Int32) -> String {
        let isMP4 = String(cString: context.pointee.iformat.pointee.name).contains("mp4")
        let hint = "; an MP4 can be piped only with its index at the front (ffmpeg -movflags +faststart)"
        let isHintUseful = source.isStandardInput && isMP4 && code == footpath_averror_invalid_data()
        return message(averror: code) + (isHintUseful ? hint : "")
    }

    private func note(_ packet: AVPacket) {
        let start = packet.pts == footpath_nopts() ? packet.dts : packet.pts
        if start != footpath_nopts() { end = max(end ?? .min, microseconds(start) + microseconds(packet.duration)) }
    }

    private static func open(
        _ source: SourceName, interrupt: InterruptFlag, standardInput: StandardInput?
    ) throws(DecodingError) -> UnsafeMutablePointer<AVFormatContext> {
        var context = avformat_alloc_context()
        context?.pointee.interrupt_callback = interrupt.callback
        if let standardInput {
            context?.pointee.pb = standardInput.context
        }
        // avformat_open_input frees the context on failure.
        let code = avformat_open_input(&context, source.isStandardInput ? nil : source.url, nil, nil)
        if interrupt.isRaised { throw .interrupted }
        guard code >= 0, let context else {
            throw .unreadable(source: source.redacted, reason: message(averror: code))
        }
        return context
    }

    private static func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>, source: SourceName, interrupt: InterruptFlag
    ) throws(DecodingError) -> UnsafeMutablePointer<AVStream> {
        let code = avformat_find_stream_info(context, nil)
        if interrupt.isRaised { throw .interrupted }
        guard code >= 0 else { throw .unreadable(source: source.redacted, reason: message(averror: code)) }
        let index = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let video = context.pointee.streams[Int(index)],
            video.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else {
            throw .noVideo(source: source.redacted, reason: "there is no video stream in it")
        }
        for other in 0..<Int(context.pointee.nb_streams) where other != Int(index) {
            context.pointee.streams[other]?.pointee.discard = AVDISCARD_ALL
        }
        return video
    }

    private static func close(_ context: UnsafeMutablePointer<AVFormatContext>) {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }
}
