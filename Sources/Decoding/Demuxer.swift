import CFFmpeg
import PathModel

/// An open container and its one video stream.
///
/// Confined to the thread that uses it; the interrupt flag alone may be raised from elsewhere.
final class Demuxer {
    let source: SourceName
    private(set) var context: UnsafeMutablePointer<AVFormatContext>
    private(set) var stream: UnsafeMutablePointer<AVStream>
    // FFmpeg holds pointers into the guard and the input for as long as the context lives.
    private let readGuard: ReadGuard
    let options: SourceOptions
    private let standardInput: StandardInput?
    let sequence: ImageSequence?
    /// Which of the sequence's ranges is read.
    private var range = 0
    /// Whether it was opened by its headers alone.
    private(set) var isKnownByHeaders = false
    /// Whether pictures come when they come.
    var isLive: Bool { options.isLive }
    /// Where the latest packet ends, in microseconds.
    private(set) var end: Int64?
    private(set) var reports: SenderReports

    /// - Parameter trustsHeaders: whether a container whose headers say what is in it isn't read any further: frame rate and
    ///   reordering may stay unknown.
    init(
        _ source: SourceName, options: SourceOptions, trustsHeaders: Bool = false, interrupt: InterruptFlag
    ) throws(DecodingError) {
        if options.format == nil { try source.checkReadable() }
        self.source = source
        self.options = options
        readGuard = ReadGuard(interrupt: interrupt, access: SourceAccess(source, options))
        readGuard.allow(seconds: options.openTimeout)
        standardInput = source.isStandardInput ? try StandardInput(interrupt: interrupt) : nil
        sequence = options.isLive ? nil : ImageSequence(source.text)
        var options = options
        if let sequence { options.parameters["start_number"] = String(sequence.first) }
        let url = source.isStandardInput ? nil : sequence.map { Array($0.url.utf8CString) } ?? source.cURL
        let connect = { [readGuard, standardInput] (options: SourceOptions) throws(DecodingError) in
            try Self.connect(to: url, source, options, readGuard, standardInput, trustsHeaders: trustsHeaders)
        }
        do {
            (context, stream) = try connect(options)
        } catch {
            guard source.isHTTP, options.format == nil, error.isInvalidData else { throw error }
            // Motion JPEG whose first picture has no boundary before it is a series of pictures all the same.
            options.format = "mjpeg"
            guard let found = try? connect(options) else { throw error }
            (context, stream) = found
        }
        reports = SenderReports(timeBase: av_q2d(stream.pointee.time_base))
        isKnownByHeaders = trustsHeaders && Self.headersTellAll(of: context)
        readGuard.endOpening()
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
            let code = FFmpegLog.watched(by: readGuard) { av_read_frame(context, packet) }
            try Self.check(readGuard, source, "nothing came for", options.readTimeout)
            if code == footpath_averror_eof() {
                if try goOnBehindGap() { continue }
                if let missing = sequence?.missing {
                    throw .broken(source: source.redacted, reason: "\(missing) missing: all other pictures were read")
                }
                if let shortfall { throw shortfall }
                return false
            }
            guard code >= 0 else {
                throw .broken(source: source.redacted, reason: reason(code), at: Breakage(code: code))
            }
            if packet.pointee.stream_index == stream.pointee.index {
                place(packet)
                note(packet)
                return true
            }
            av_packet_unref(packet)
        }
    }

    /// The next packet; nil at the end, and where the stream breaks off.
    ///
    /// - Parameter breakage: set to why it breaks off.
    /// - Throws: `.interrupted`.
    func nextPacket(breakage: inout DecodingError?) throws(DecodingError) -> Packet? {
        let packet = try Packet()
        do {
            return try read(into: packet.pointer) ? packet : nil
        } catch .interrupted {
            throw .interrupted
        } catch {
            breakage = error
            return nil
        }
    }

    /// Takes note of what was read before: where the latest packet ends, in microseconds.
    func note(reached: Int64) { end = max(end ?? .min, reached) }

    /// Goes to the latest place that can be gone to and isn't behind a time, as far as the container can tell.
    ///
    /// - Parameter time: in the stream's time base.
    /// - Returns: whether it went anywhere.
    func seek(to time: Int64) -> Bool {
        readGuard.allow(seconds: options.readTimeout)
        let index = stream.pointee.index
        return FFmpegLog.watched(by: readGuard) { av_seek_frame(context, index, time, AVSEEK_FLAG_BACKWARD) } >= 0
    }

    /// Opens the source again; whether it could.
    func rewind() -> Bool {
        readGuard.allow(seconds: options.openTimeout)
        guard let next = try? Self.connect(to: source.cURL, source, options, readGuard, nil) else { return false }
        Self.close(context)
        (context, stream) = next
        readGuard.endOpening()
        return true
    }

    /// From now on reads the sound that goes with the video in its place; false where there is none.
    func turnToSound() -> Bool {
        let index = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, stream.pointee.index, nil, 0)
        guard index >= 0, let sound = context.pointee.streams[Int(index)] else { return false }
        stream.pointee.discard = AVDISCARD_ALL
        sound.pointee.discard = AVDISCARD_DEFAULT
        stream = sound
        return true
    }

    /// Opens a sequence of pictures at the next number there is; false where there is none.
    private func goOnBehindGap() throws(DecodingError) -> Bool {
        guard let sequence, range + 1 < sequence.numbers.count else { return false }
        range += 1
        var options = options
        options.parameters["start_number"] = String(sequence.numbers[range].lowerBound)
        let next = try Self.connect(to: Array(sequence.url.utf8CString), source, options, readGuard, nil)
        Self.close(context)
        (context, stream) = next
        return true
    }

    /// FFmpeg counts a sequence's pictures from where it was opened.
    private func place(_ packet: UnsafeMutablePointer<AVPacket>) {
        guard let sequence, range > 0, packet.pointee.pts != footpath_nopts() else { return }
        let skipped = Int64(sequence.numbers[range].lowerBound - sequence.first)
        packet.pointee.pts += skipped
        packet.pointee.dts += skipped
    }

    private func reason(_ code: Int32) -> String {
        let isMP4 = String(cString: context.pointee.iformat.pointee.name).contains("mp4")
        let hint = "; an MP4 can be piped only with its index at the front (ffmpeg -movflags +faststart)"
        let isHintUseful = source.isStandardInput && isMP4 && code == footpath_averror_invalid_data()
        return message(averror: code) + (isHintUseful ? hint : "")
    }

    private func note(_ packet: UnsafePointer<AVPacket>) {
        // Hostile times must not overflow.
        let plausible: Range<Int64> = 0..<1 << 53
        let known = { (time: Int64) in plausible.contains(time) ? time : nil }
        let pts = packet.pointee.pts
        reports.note(
            pts: pts == footpath_nopts() ? nil : microseconds(pts), realTime: known(footpath_producer_time(packet)),
            start: known(context.pointee.start_time_realtime))
        let packet = packet.pointee
        let start = packet.pts == footpath_nopts() ? packet.dts : packet.pts
        if start != footpath_nopts() { end = max(end ?? .min, microseconds(start) + microseconds(packet.duration)) }
    }

    private static func connect(
        to url: [CChar]?, _ source: SourceName, _ options: SourceOptions, _ readGuard: ReadGuard,
        _ standardInput: StandardInput?, trustsHeaders: Bool = false
    ) throws(DecodingError) -> (UnsafeMutablePointer<AVFormatContext>, UnsafeMutablePointer<AVStream>) {
        let context = try open(url, source, options, readGuard, standardInput)
        do {
            let isKnown = trustsHeaders && headersTellAll(of: context)
            let video = try findVideo(in: context, source: source, options, readGuard: readGuard, isKnown: isKnown)
            return (context, video)
        } catch {
            close(context)
            throw error
        }
    }

    private static func open(
        _ url: [CChar]?, _ source: SourceName, _ options: SourceOptions, _ readGuard: ReadGuard,
        _ standardInput: StandardInput?
    ) throws(DecodingError) -> UnsafeMutablePointer<AVFormatContext> {
        let format = try inputFormat(options.format, source: source)
        var context = avformat_alloc_context()
        context.map(readGuard.attach)
        if let standardInput {
            context?.pointee.pb = standardInput.context
        }
        var parameters: OpaquePointer?
        defer { av_dict_free(&parameters) }
        let access = readGuard.access
        let lists = ["format_whitelist": access.formats, "protocol_whitelist": access.protocols]
        for (key, value) in lists.merging(options.parameters, uniquingKeysWith: { $1 }) {
            av_dict_set(&parameters, key, value, 0)
        }
        if source.looksLikePattern { av_dict_set(&parameters, "pattern_type", "none", 0) }
        // A camera's sound may never come, and would be waited for.
        if source.isRTSP { av_dict_set(&parameters, "allowed_media_types", "video", Int32(AV_DICT_DONT_OVERWRITE)) }
        // It frees the context on failure.
        let code = FFmpegLog.watched(by: readGuard) { footpath_open_input(&context, url, format, &parameters) }
        try check(readGuard, source, "did not open within", options.openTimeout)
        guard code >= 0, let context else {
            throw .unreadable(
                source: source.redacted, reason: access.explain(code, of: source) ?? readGuard.explain(code))
        }
        if source.looksLikePattern { av_dict_set(&parameters, "pattern_type", nil, 0) }
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
        if let refusal = readGuard.refusal { throw .unreadable(source: source.redacted, reason: refusal) }
        if readGuard.hasOpenedTooMany {
            throw .unreadable(source: source.redacted, reason: "it names files without end, or itself")
        }
        if readGuard.isExpired {
            throw .stalled(source: source.redacted, reason: "\(what) \(Int((seconds ?? 0).rounded())) s")
        }
    }

    private static func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>, source: SourceName, _ options: SourceOptions,
        readGuard: ReadGuard, isKnown: Bool
    ) throws(DecodingError) -> UnsafeMutablePointer<AVStream> {
        if options.isLive {
            // It would wait for up to fifty frames to measure their rate.
            context.pointee.fps_probe_size = 0
            context.pointee.max_ts_probe = 0
        }
        try checkSizes(in: context, source, most: options.largestPicture)
        let code = FFmpegLog.watched(by: readGuard) {
            isKnown ? 0 : footpath_find_stream_info(context, options.largestPicture.pixels)
        }
        try check(readGuard, source, "sent no video within", options.openTimeout)
        guard code >= 0 else { throw .unreadable(source: source.redacted, reason: message(averror: code)) }
        try checkSizes(in: context, source, most: options.largestPicture)
        let video = try chooseVideo(in: context, source: source, number: options.stream)
        for other in 0..<Int(context.pointee.nb_streams) where other != Int(video.pointee.index) {
            context.pointee.streams[other]?.pointee.discard = AVDISCARD_ALL
        }
        return video
    }

    /// - Throws: `.noVideo` where a stream's pictures are said to be larger than wanted.
    private static func checkSizes(
        in context: UnsafeMutablePointer<AVFormatContext>, _ source: SourceName, most: PixelSize
    ) throws(DecodingError) {
        for index in 0..<Int(context.pointee.nb_streams) {
            guard let stream = context.pointee.streams[index], let parameters = stream.pointee.codecpar else {
                continue
            }
            let size = PixelSize(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
            if size.pixels > most.pixels {
                let bound = "more pixels than \(most) has (--max-picture, max_picture)"
                throw .noVideo(source: source.redacted, reason: "its pictures of \(size) have \(bound)")
            }
        }
    }

    private static func close(_ context: UnsafeMutablePointer<AVFormatContext>) {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }
}
