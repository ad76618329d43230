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

/// Encodes pictures into a video file, the container chosen by the path's ending.
///
/// H.264 where FFmpeg has libx264, otherwise MPEG-4 part 2. For one thread at a time.
public final class VideoWriter {
    /// As messages name it.
    private let path: String
    private let frameSize: PixelSize
    private let format: UnsafeMutablePointer<AVFormatContext>
    private let encoder: UnsafeMutablePointer<AVCodecContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let scaler: UnsafeMutableRawPointer
    private let frame: UnsafeMutablePointer<AVFrame>
    private let packet: UnsafeMutablePointer<AVPacket>
    /// Of the last picture, in the encoder's time base.
    private var lastTime: Int64 = -1
    private var isFinished = false

    /// Units of presentation times: a 90 kHz clock, as MPEG has it.
    private static let timeBase = AVRational(num: 1, den: 90_000)

    /// Whether FFmpeg knows the container of a path's ending.
    ///
    /// - Throws: `EncodingError.unwritable`.
    public static func checkEnding(of path: String) throws(EncodingError) {
        guard av_guess_format(nil, path, nil) != nil else { throw .unwritable(path: path, reason: noContainer) }
    }

    private static let noContainer = "FFmpeg knows no container of that ending; try .mp4"

    /// Opens the file and writes its header.
    ///
    /// - Parameters:
    ///   - path: its ending says which container.
    ///   - place: where the file is until it is whole; replaced where it exists. Nil is `path`.
    ///   - frameSize: of the pictures; an odd last row or column is left out.
    ///   - frameRate: frames a second, as a hint to players and rate control.
    /// - Throws: `EncodingError.unwritable`.
    public init(
        path: String, at place: String? = nil, frameSize: PixelSize, frameRate: Double
    ) throws(EncodingError) {
        self.path = path
        self.frameSize = frameSize
        let even = PixelSize(width: frameSize.width & ~1, height: frameSize.height & ~1)
        guard even.width > 0, even.height > 0 else {
            throw .unwritable(path: path, reason: "pictures of \(frameSize) are too small for a video")
        }
        var format: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&format, nil, nil, path)
        guard let format else { throw .unwritable(path: path, reason: Self.noContainer) }
        self.format = format
        var encoder: UnsafeMutablePointer<AVCodecContext>?
        var scaler: UnsafeMutableRawPointer?
        var packet = av_packet_alloc()
        do throws(EncodingError) {
            guard let packet else { throw .unwritable(path: path, reason: "out of memory") }
            self.packet = packet
            let opened = try Self.openEncoder(even, frameRate: frameRate, for: format, path: path)
            encoder = opened
            self.encoder = opened
            stream = try Self.openFile(format, encoder: opened, at: place ?? path, path: path)
            let made = try Self.makeScaler(even, path: path)
            scaler = made
            self.scaler = made
            frame = try Self.makeFrame(even, path: path)
        } catch {
            av_packet_free(&packet)
            footpath_scaler_free(scaler)
            avcodec_free_context(&encoder)
            avio_closep(&format.pointee.pb)
            avformat_free_context(format)
            throw error
        }
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        var encoder: UnsafeMutablePointer<AVCodecContext>? = encoder
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_frame_free(&frame)
        av_packet_free(&packet)
        footpath_scaler_free(scaler)
        avcodec_free_context(&encoder)
        avio_closep(&format.pointee.pb)
        avformat_free_context(format)
    }

    /// Adds a picture.
    ///
    /// - Parameters:
    ///   - image: RGB, of the writer's frame size.
    ///   - microseconds: its time from the start of the video, greater than that of the picture before.
    public func add(_ image: PixelBuffer, at microseconds: Int64) throws(EncodingError) {
        precondition(image.size == frameSize && image.format == .rgb24)
        try check(av_frame_make_writable(frame))
        image.bytes.withUnsafeBufferPointer { bytes in
            // swscale reads four planes, whatever the format.
            let source = [bytes.baseAddress, nil, nil, nil]
            let sourceStrides = [Int32(image.size.width * PixelBuffer.channels), 0, 0, 0]
            withUnsafeBytes(of: &frame.pointee.data) { planes in
                withUnsafeBytes(of: &frame.pointee.linesize) { strides in
                    _ = footpath_scaler_scale(
                        scaler, source, sourceStrides, frame.pointee.height,
                        planes.bindMemory(to: UnsafeMutablePointer<UInt8>?.self).baseAddress,
                        strides.bindMemory(to: Int32.self).baseAddress)
                }
            }
        }
        // Encoders refuse a repeated time, and rounding may make one.
        let time = av_rescale_q(microseconds, footpath_microseconds(), encoder.pointee.time_base)
        lastTime = max(time, lastTime + 1)
        frame.pointee.pts = lastTime
        try check(avcodec_send_frame(encoder, frame))
        try writePackets()
    }

    /// Writes what the encoder holds, and the file's end.
    public func finish() throws(EncodingError) {
        guard !isFinished else { return }
        isFinished = true
        try check(avcodec_send_frame(encoder, nil))
        try writePackets()
        try check(av_write_trailer(format))
        try check(avio_closep(&format.pointee.pb))
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

    private func check(_ code: Int32) throws(EncodingError) {
        if code < 0 { throw .unwritten(path: path, reason: message(averror: code)) }
    }

    private static func openEncoder(
        _ size: PixelSize, frameRate: Double, for format: UnsafeMutablePointer<AVFormatContext>, path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVCodecContext> {
        guard let codec = avcodec_find_encoder_by_name("libx264") ?? avcodec_find_encoder(AV_CODEC_ID_MPEG4),
            let encoder = avcodec_alloc_context3(codec)
        else { throw .unwritable(path: path, reason: "this FFmpeg encodes neither H.264 nor MPEG-4") }
        encoder.pointee.width = Int32(size.width)
        encoder.pointee.height = Int32(size.height)
        encoder.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        encoder.pointee.time_base = timeBase
        encoder.pointee.framerate = av_d2q(frameRate, 100_000)
        encoder.pointee.bit_rate = 2_000_000
        // What swscale makes of RGB; players would take unmarked HD for BT.709.
        encoder.pointee.colorspace = AVCOL_SPC_SMPTE170M
        encoder.pointee.color_range = AVCOL_RANGE_MPEG
        if footpath_is_global_header(format) != 0 { encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        if codec.pointee.id == AV_CODEC_ID_H264 {
            encoder.pointee.bit_rate = 0
            av_opt_set(encoder.pointee.priv_data, "preset", "veryfast", 0)
            av_opt_set(encoder.pointee.priv_data, "crf", "20", 0)
        } else {
            // Its clock has at most 16 bits.
            encoder.pointee.time_base = AVRational(num: 1, den: 60_000)
        }
        let code = avcodec_open2(encoder, codec, nil)
        guard code >= 0 else {
            var encoder: UnsafeMutablePointer<AVCodecContext>? = encoder
            avcodec_free_context(&encoder)
            throw .unwritable(path: path, reason: "the encoder does not start: \(message(averror: code))")
        }
        return encoder
    }

    private static func openFile(
        _ format: UnsafeMutablePointer<AVFormatContext>, encoder: UnsafeMutablePointer<AVCodecContext>,
        at place: String,
        path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVStream> {
        guard let stream = avformat_new_stream(format, nil) else {
            throw .unwritable(path: path, reason: "out of memory")
        }
        avcodec_parameters_from_context(stream.pointee.codecpar, encoder)
        stream.pointee.time_base = encoder.pointee.time_base
        for step in [
            { avio_open(&format.pointee.pb, "file:" + place, footpath_avio_flag_write()) },
            { avformat_write_header(format, nil) },
        ] {
            let code = step()
            if code < 0 { throw .unwritable(path: path, reason: message(averror: code)) }
        }
        return stream
    }

    private static func makeScaler(_ size: PixelSize, path: String) throws(EncodingError) -> UnsafeMutableRawPointer {
        let (width, height) = (Int32(size.width), Int32(size.height))
        guard
            let scaler = footpath_scaler_make(
                width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, 0)
        else { throw .unwritable(path: path, reason: "swscale does not convert pictures of \(size)") }
        return scaler
    }

    private static func makeFrame(
        _ size: PixelSize, path: String
    ) throws(EncodingError) -> UnsafeMutablePointer<AVFrame> {
        guard let frame = av_frame_alloc() else { throw .unwritable(path: path, reason: "out of memory") }
        frame.pointee.width = Int32(size.width)
        frame.pointee.height = Int32(size.height)
        frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        let code = av_frame_get_buffer(frame, 0)
        guard code >= 0 else { throw .unwritable(path: path, reason: message(averror: code)) }
        return frame
    }
}
