import CFFmpeg
import Decoding
import PathModel

/// Why a video can't be written.
public enum EncodingError: Error, Hashable, CustomStringConvertible {
    /// It can't be created.
    case unwritable(path: String, reason: String)
    /// It can't be written further.
    case unwritten(path: String, reason: String)

    public var description: String {
        switch self {
        case .unwritable(let path, let reason): "can't write \(path): \(reason)"
        case .unwritten(let path, let reason): "can't write \(path) to its end: \(reason)"
        }
    }
}

/// Encodes pictures into a video file by H.264, the container chosen by the path's ending. For one thread at a time.
public final class VideoWriter {
    /// As messages name it.
    private let path: String
    private let format: UnsafeMutablePointer<AVFormatContext>
    private let encoder: UnsafeMutablePointer<AVCodecContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let packet: UnsafeMutablePointer<AVPacket>
    /// Copied as it is coded, from a time on.
    private let sound: (track: SoundTrack, stream: UnsafeMutablePointer<AVStream>, start: Int64)?
    /// Of the last picture, in the encoder's time base.
    private var lastTime: Int64 = -1
    private var isFinished = false

    /// How much coarser what has no detail is coded. Encoders take pains over what is even, since errors show there; what is
    /// blurred has nothing to lose.
    private static let plainSteps: Int32 = 12
    /// Of what is drawn on: sharp edges that move cost an encoder most, and hide what is lost beside them. With 4 steps no
    /// difference is seen in a still at four times the size.
    private static let drawnSteps: Int32 = 3
    /// Units of presentation times: a 90 kHz clock, as MPEG has it.
    private static let timeBase = AVRational(num: 1, den: 90_000)
    /// H.264 encoders that take pictures from the processor's memory, by FFmpeg's names, the best one first.
    static let encoders = ["libx264", "libopenh264"]

    /// Whether FFmpeg has an encoder, and a container of a path's ending that holds what it makes.
    ///
    /// - Throws: `EncodingError.unwritable`.
    public static func check(_ path: String) throws(EncodingError) { try check(path, encoders: encoders) }

    static func check(_ path: String, encoders: [String]) throws(EncodingError) {
        guard let container = av_guess_format(nil, path, nil) else {
            throw .unwritable(path: path, reason: noContainer)
        }
        _ = try codec(of: encoders, path: path)
        guard avformat_query_codec(container, AV_CODEC_ID_H264, FF_COMPLIANCE_NORMAL) != 0 else {
            let name = String(cString: container.pointee.name)
            throw .unwritable(path: path, reason: "\(name) holds no H.264; give a name that ends in .mp4 or .mkv")
        }
    }

    private static let noContainer = "FFmpeg knows no container of that ending; try .mp4"

    /// Opens the file and writes its header.
    ///
    /// - Parameters:
    ///   - path: its ending says which container.
    ///   - place: where the file is until it is whole; replaced where it exists. Nil is `path`.
    ///   - picture: one like those to come.
    ///   - frameRate: frames a second, as a hint to players and rate control.
    ///   - sound: to be copied, and the microseconds on its clock at which the video begins.
    /// - Throws: `EncodingError.unwritable`.
    package init(
        path: String, at place: String? = nil, like picture: PlanarPicture, frameRate: Double,
        sound: (track: SoundTrack, start: Int64)? = nil, encoders: [String] = VideoWriter.encoders
    ) throws(EncodingError) {
        self.path = path
        let size = picture.size
        guard size.width > 0, size.height > 0 else {
            throw .unwritable(path: path, reason: "pictures of \(size) are too small for a video")
        }
        try Self.check(path, encoders: encoders)
        var format: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&format, nil, nil, path)
        guard let format else { throw .unwritable(path: path, reason: Self.noContainer) }
        self.format = format
        var encoder: UnsafeMutablePointer<AVCodecContext>?
        var packet = av_packet_alloc()
        do throws(EncodingError) {
            guard let packet else { throw .unwritable(path: path, reason: "out of memory") }
            self.packet = packet
            let codec = try Self.codec(of: encoders, path: path)
            let opened = try Self.open(codec, for: picture.frame.pointee, frameRate: frameRate, in: format, path: path)
            encoder = opened
            self.encoder = opened
            let video = try Self.addStream(to: format, path: path)
            stream = video
            avcodec_parameters_from_context(video.pointee.codecpar, opened)
            video.pointee.time_base = opened.pointee.time_base
            let heard = try sound.map { sound throws(EncodingError) in
                (sound.track, try Self.addSound(sound.track, to: format, path: path), sound.start)
            }
            try Self.openFile(format, at: place ?? path, path: path, sound: sound?.track)
            // The last one: from here on `deinit` frees.
            self.sound = heard
        } catch {
            av_packet_free(&packet)
            avcodec_free_context(&encoder)
            avio_closep(&format.pointee.pb)
            avformat_free_context(format)
            throw error
        }
    }

    deinit {
        var encoder: UnsafeMutablePointer<AVCodecContext>? = encoder
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        avcodec_free_context(&encoder)
        avio_closep(&format.pointee.pb)
        avformat_free_context(format)
    }

    /// Adds a picture.
    ///
    /// - Parameters:
    ///   - picture: as large as the one that the writer was made with.
    ///   - microseconds: its time from the start of the video, greater than that of the picture before.
    ///   - plain: where there is no detail to keep.
    ///   - drawn: where something is drawn.
    package func add(
        _ picture: PlanarPicture, at microseconds: Int64, plain: [PixelRect] = [], drawn: [PixelRect] = []
    ) throws(EncodingError) {
        precondition(picture.size.width == encoder.pointee.width && picture.size.height == encoder.pointee.height)
        // Encoders refuse a repeated time, and rounding may make one.
        let time = av_rescale_q(microseconds, footpath_microseconds(), encoder.pointee.time_base)
        lastTime = max(time, lastTime + 1)
        picture.frame.pointee.pts = lastTime
        markCoarse(
            plain.map { Self.region($0, steps: Self.plainSteps) }
                + drawn.map { Self.region($0, steps: Self.drawnSteps) },
            of: picture.frame)
        try copySound(before: microseconds)
        try check(avcodec_send_frame(encoder, picture.frame))
        try writePackets()
    }

    private static func region(_ rect: PixelRect, steps: Int32) -> AVRegionOfInterest {
        AVRegionOfInterest(
            self_size: UInt32(MemoryLayout<AVRegionOfInterest>.size), top: Int32(rect.y),
            bottom: Int32(rect.y + rect.size.height), left: Int32(rect.x), right: Int32(rect.x + rect.size.width),
            qoffset: AVRational(num: steps, den: 51))
    }

    /// Without memory for it the picture costs more, and that is all.
    private func markCoarse(_ regions: [AVRegionOfInterest], of frame: UnsafeMutablePointer<AVFrame>) {
        av_frame_remove_side_data(frame, AV_FRAME_DATA_REGIONS_OF_INTEREST)
        guard !regions.isEmpty else { return }
        regions.withUnsafeBytes { bytes in
            let data = av_frame_new_side_data(frame, AV_FRAME_DATA_REGIONS_OF_INTEREST, numericCast(bytes.count))
            guard let data, let start = bytes.baseAddress else { return }
            UnsafeMutableRawPointer(data.pointee.data).copyMemory(from: start, byteCount: bytes.count)
        }
    }

    /// Writes what the encoder holds, and the file's end.
    public func finish() throws(EncodingError) {
        guard !isFinished else { return }
        isFinished = true
        // To the end of the last picture.
        try copySound(
            before: av_rescale_q(lastTime, encoder.pointee.time_base, footpath_microseconds()) + frameDuration)
        try check(avcodec_send_frame(encoder, nil))
        try writePackets()
        try check(av_write_trailer(format))
        try check(avio_closep(&format.pointee.pb))
    }

    /// Sound that belongs to what comes before a time from the start of the video.
    private func copySound(before microseconds: Int64) throws(EncodingError) {
        guard let sound else { return }
        let shift = av_rescale_q(sound.start, footpath_microseconds(), sound.track.timeBase)
        while let packet = try? sound.track.next(before: sound.start + microseconds) {
            packet.pointee.pts -= packet.pointee.pts == footpath_nopts() ? 0 : shift
            packet.pointee.dts -= shift
            // What is over when the video begins.
            guard packet.pointee.dts + packet.pointee.duration > 0 else { continue }
            av_packet_rescale_ts(packet, sound.track.timeBase, sound.stream.pointee.time_base)
            packet.pointee.stream_index = sound.stream.pointee.index
            try check(av_interleaved_write_frame(format, packet))
        }
    }

    private func writePackets() throws(EncodingError) {
        while true {
            let code = avcodec_receive_packet(encoder, packet)
            if code == footpath_averror_eof() || code == footpath_averror(EAGAIN) { return }
            try check(code)
            if packet.pointee.duration == 0 {
                // An MP4 ends where its last frame begins if that has no duration, and players leave it out.
                packet.pointee.duration = av_rescale_q(
                    1, av_inv_q(encoder.pointee.framerate), encoder.pointee.time_base)
            }
            av_packet_rescale_ts(packet, encoder.pointee.time_base, stream.pointee.time_base)
            packet.pointee.stream_index = stream.pointee.index
            try check(av_interleaved_write_frame(format, packet))
        }
    }

    /// In microseconds.
    private var frameDuration: Int64 {
        av_rescale_q(1, av_inv_q(encoder.pointee.framerate), footpath_microseconds())
    }

    private func check(_ code: Int32) throws(EncodingError) {
        if code < 0 { throw .unwritten(path: path, reason: message(averror: code)) }
    }

    private static func codec(
        of encoders: [String], path: String
    ) throws(EncodingError) -> UnsafePointer<AVCodec> {
        for name in encoders {
            if let codec = avcodec_find_encoder_by_name(name) { return codec }
        }
        let names = encoders.joined(separator: " nor ")
        throw .unwritable(
            path: path, reason: "this FFmpeg has no encoder for H.264, neither \(names); install one that has libx264")
    }

    private static func open(
        _ codec: UnsafePointer<AVCodec>, for frame: AVFrame, frameRate: Double,
        in format: UnsafeMutablePointer<AVFormatContext>, path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVCodecContext> {
        guard let encoder = avcodec_alloc_context3(codec) else {
            throw .unwritable(path: path, reason: "out of memory")
        }
        encoder.pointee.width = frame.width
        encoder.pointee.height = frame.height
        encoder.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        encoder.pointee.time_base = timeBase
        encoder.pointee.framerate = av_d2q(frameRate, 100_000)
        encoder.pointee.colorspace = frame.colorspace
        encoder.pointee.color_range = frame.color_range
        encoder.pointee.color_primaries = frame.color_primaries
        encoder.pointee.color_trc = frame.color_trc
        encoder.pointee.chroma_sample_location = frame.chroma_location
        // As many as FFmpeg's command line takes.
        encoder.pointee.thread_count = 0
        if footpath_is_global_header(format) != 0 { encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        av_opt_set(encoder.pointee.priv_data, "preset", "veryfast", 0)
        if av_opt_set(encoder.pointee.priv_data, "crf", "20", 0) < 0 {
            encoder.pointee.bit_rate = Int64(Double(frame.width) * Double(frame.height) * min(frameRate, 60) / 8)
        }
        let code = avcodec_open2(encoder, codec, nil)
        guard code >= 0 else {
            var encoder: UnsafeMutablePointer<AVCodecContext>? = encoder
            avcodec_free_context(&encoder)
            let name = String(cString: codec.pointee.name)
            throw .unwritable(path: path, reason: "the encoder \(name) does not start: \(message(averror: code))")
        }
        return encoder
    }

    private static func addStream(
        to format: UnsafeMutablePointer<AVFormatContext>, path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVStream> {
        guard let stream = avformat_new_stream(format, nil) else {
            throw .unwritable(path: path, reason: "out of memory")
        }
        return stream
    }

    private static func addSound(
        _ track: SoundTrack, to format: UnsafeMutablePointer<AVFormatContext>, path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVStream> {
        let stream = try addStream(to: format, path: path)
        avcodec_parameters_copy(stream.pointee.codecpar, track.parameters)
        // A tag is of the container that it comes from.
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = track.timeBase
        return stream
    }

    /// - Parameter sound: what a container may refuse.
    private static func openFile(
        _ format: UnsafeMutablePointer<AVFormatContext>, at place: String, path: String, sound: SoundTrack?
    ) throws(EncodingError) {
        var code = avio_open(&format.pointee.pb, "file:" + place, footpath_avio_flag_write())
        if code < 0 { throw .unwritable(path: path, reason: message(averror: code)) }
        code = avformat_write_header(format, nil)
        guard code < 0 else { return }
        if code == footpath_averror(EINVAL), let sound {
            let container = String(cString: format.pointee.oformat.pointee.name)
            let name = avcodec_get_name(sound.parameters.pointee.codec_id).map { String(cString: $0) } ?? "unknown"
            throw .unwritable(
                path: path, reason: "\(container) holds no sound of its kind (\(name)); give a name that ends in .mkv")
        }
        throw .unwritable(path: path, reason: message(averror: code))
    }
}
