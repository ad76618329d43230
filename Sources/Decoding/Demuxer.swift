import CFFmpeg
import PathModel

/// An open container and its one video stream.
///
/// Confined to the thread that uses it; the interrupt flag alone may be raised from elsewhere.
final class Demuxer {
    let source: SourceName
    let context: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>
    // FFmpeg holds pointers into the guard and the input for as long as the context lives.
    private let readGuard: ReadGuard
    private let options: SourceOptions
    private let standardInput: StandardInput?
    /// Where the latest packet ends, in microseconds.
    private(set) var end: Int64?

    init(_ source: SourceName, options: SourceOptions, interrupt: InterruptFlag) throws(DecodingError) {
        if options.format == nil { try source.checkReadable() }
        self.source = source
        self.options = options
        readGuard = ReadGuard(interrupt: interrupt)
        readGuard.allow(seconds: options.openTimeout)
        standardInput = source.isStandardInput ? try StandardInput(interrupt: interrupt) : nil
        let context = try Self.open(source, options, readGuard: readGuard, standardInput: standardInput)
        do {
            stream = try Self.findVideo(in: context, source: source, options, readGuard: readGuard)
        } catch {
            Self.close(context)
            throw error
        }
        self.context = context
        OpenedFiles.note()
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
            readGuard.allow(seconds: options.readTimeout)
            let code = av_read_frame(context, packet)
            OpenedFiles.note()
            try Self.check(readGuard, source, "nothing came for", options.readTimeout)
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
        _ source: SourceName, _ options: SourceOptions, readGuard: ReadGuard, standardInput: StandardInput?
    ) throws(DecodingError) -> UnsafeMutablePointer<AVFormatContext> {
        let format = try inputFormat(options.format, source: source)
        var context = avformat_alloc_context()
        context?.pointee.interrupt_callback = readGuard.callback
        OpenedFiles.watch(context)
        if let standardInput {
            context?.pointee.pb = standardInput.context
        }
        var parameters: OpaquePointer?
        defer { av_dict_free(&parameters) }
        for (key, value) in options.parameters { av_dict_set(&parameters, key, value, 0) }
        // It frees the context on failure.
        let code = footpath_open_input(&context, source.isStandardInput ? nil : source.url, format, &parameters)
        try check(readGuard, source, "did not open within", options.openTimeout)
        guard code >= 0, let context else {
            throw .unreadable(source: source.redacted, reason: message(averror: code))
        }
        if let unknown = av_dict_get(parameters, "", nil, AV_DICT_IGNORE_SUFFIX) {
            let key = String(cString: unknown.pointee.key)
            close(context)
            throw .unreadable(source: source.redacted, reason: "FFmpeg has no option \(key) for it")
        }
        return context
    }

    private static func inputFormat(
        _ name: String?, source: SourceName
    ) throws(DecodingError) -> UnsafeMutableRawPointer? {
        guard let name else { return nil }
        if let format = footpath_input_format(name) { return format }
        let hasDevices = footpath_register_devices() != 0
        if let format = footpath_input_format(name) { return format }
        let reason = "this FFmpeg has no input format \(name)"
        throw .unreadable(
            source: source.redacted, reason: reason + (hasDevices ? "" : "; for devices install libavdevice"))
    }

    /// - Throws: what made a call return early, if anything did.
    private static func check(
        _ readGuard: ReadGuard, _ source: SourceName, _ what: String, _ seconds: Double?
    ) throws(DecodingError) {
        if readGuard.interrupt.isRaised { throw .interrupted }
        if readGuard.isExpired {
            throw .stalled(source: source.redacted, reason: "\(what) \(Int((seconds ?? 0).rounded())) s")
        }
    }

    private static func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>, source: SourceName, _ options: SourceOptions,
        readGuard: ReadGuard
    ) throws(DecodingError) -> UnsafeMutablePointer<AVStream> {
        let code = avformat_find_stream_info(context, nil)
        try check(readGuard, source, "sent no video within", options.openTimeout)
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
