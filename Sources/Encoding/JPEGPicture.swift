import CFFmpeg
import Decoding
import PathModel

/// A picture as a JPEG file, by FFmpeg's mjpeg encoder.
public enum JPEGPicture {
    /// Why a picture can't be one.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Encodes a picture, in full range and BT.601 as JFIF has it.
    ///
    /// - Parameters:
    ///   - image: RGB; at most 65500 pixels each way.
    ///   - quality: FFmpeg's scale, from 2, the best, to 31.
    public static func encode(_ image: PixelBuffer, quality: Int32 = 4) throws(Failure) -> [UInt8] {
        precondition(image.format == .rgb24)
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG), let encoder = avcodec_alloc_context3(codec) else {
            throw Failure(description: "this FFmpeg has no mjpeg encoder")
        }
        var context: UnsafeMutablePointer<AVCodecContext>? = encoder
        var frame = av_frame_alloc()
        var packet = av_packet_alloc()
        defer {
            avcodec_free_context(&context)
            av_frame_free(&frame)
            av_packet_free(&packet)
        }
        guard let frame, let packet else { throw Failure(description: "out of memory") }
        encoder.pointee.width = Int32(image.size.width)
        encoder.pointee.height = Int32(image.size.height)
        encoder.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        encoder.pointee.color_range = AVCOL_RANGE_JPEG
        encoder.pointee.colorspace = AVCOL_SPC_SMPTE170M
        encoder.pointee.time_base = AVRational(num: 1, den: 25)
        encoder.pointee.flags |= AV_CODEC_FLAG_QSCALE
        encoder.pointee.global_quality = quality * FF_QP2LAMBDA
        try check(avcodec_open2(encoder, codec, nil))
        try fill(frame, with: image, format: encoder.pointee.pix_fmt)
        frame.pointee.quality = encoder.pointee.global_quality
        try check(avcodec_send_frame(encoder, frame))
        try check(avcodec_receive_packet(encoder, packet))
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }

    private static func fill(
        _ frame: UnsafeMutablePointer<AVFrame>, with image: PixelBuffer, format: AVPixelFormat
    ) throws(Failure) {
        let (width, height) = (Int32(image.size.width), Int32(image.size.height))
        frame.pointee.width = width
        frame.pointee.height = height
        frame.pointee.format = format.rawValue
        frame.pointee.color_range = AVCOL_RANGE_JPEG
        try check(av_frame_get_buffer(frame, 0))
        // swscale warns of the formats that say their range.
        guard
            let scaler = footpath_scaler_make(
                width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, 0)
        else { throw Failure(description: "swscale does not convert pictures of \(image.size)") }
        defer { footpath_scaler_free(scaler) }
        footpath_scaler_set_color(scaler, SWS_CS_ITU601, 1)
        image.bytes.withUnsafeBufferPointer { bytes in
            // swscale reads four planes, whatever the format.
            let source = [bytes.baseAddress, nil, nil, nil]
            let sourceStrides = [Int32(image.size.width * PixelBuffer.channels), 0, 0, 0]
            withUnsafeBytes(of: &frame.pointee.data) { planes in
                withUnsafeBytes(of: &frame.pointee.linesize) { strides in
                    _ = footpath_scaler_scale(
                        scaler, source, sourceStrides, height,
                        planes.bindMemory(to: UnsafeMutablePointer<UInt8>?.self).baseAddress,
                        strides.bindMemory(to: Int32.self).baseAddress)
                }
            }
        }
    }

    private static func check(_ code: Int32) throws(Failure) {
        if code < 0 { throw Failure(description: "FFmpeg's mjpeg encoder: \(message(averror: code))") }
    }
}
