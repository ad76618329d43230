import CFFmpeg
import PathModel

/// A picture to be drawn on and encoded: 8-bit YUV 4:2:0, upright, with square pixels. For one thread at a time.
///
/// Decoded pictures that are that already are copied, plane by plane; others pass through swscale once.
package final class PlanarPicture {
    /// Its memory: three planes, of even width and height.
    package let frame: UnsafeMutablePointer<AVFrame>
    package let size: PixelSize
    /// Of the picture that it holds.
    package private(set) var color: PictureColor
    /// Before it is turned; nil where nothing had to be turned yet.
    private var unturned: UnsafeMutablePointer<AVFrame>?
    private var scaler: UnsafeMutableRawPointer?
    private var conversion: Conversion?

    /// What a swscale context depends on.
    private struct Conversion: Hashable {
        let source: PixelSize
        let format: AVPixelFormat
        let target: PixelSize
        let color: PictureColor
    }

    /// A picture as large as another is shown, an odd last row or column left out, and in its colours; empty.
    ///
    /// - Throws: `DecodingError.unscalable` where there is no memory for it.
    package init(like picture: Picture) throws(DecodingError) {
        size = PixelSize(width: picture.size.width & ~1, height: picture.size.height & ~1)
        color = PictureColor(of: picture)
        frame = try Self.makeFrame(size)
        frame.pointee.color_primaries = picture.frame.pointee.color_primaries
        frame.pointee.color_trc = picture.frame.pointee.color_trc
        frame.pointee.chroma_location = picture.frame.pointee.chroma_location
        mark()
    }

    deinit {
        var (frame, unturned): (UnsafeMutablePointer<AVFrame>?, UnsafeMutablePointer<AVFrame>?) = (frame, unturned)
        av_frame_free(&frame)
        av_frame_free(&unturned)
        footpath_scaler_free(scaler)
    }

    /// Takes what a picture shows, scaled where its size differs. What was drawn before is gone.
    ///
    /// - Throws: `DecodingError.unscalable` where swscale can't convert it.
    package func take(_ picture: Picture) throws(DecodingError) {
        try check(av_frame_make_writable(frame))
        color = PictureColor(of: picture)
        let source = picture.frame
        let turned = picture.orientation != .upright
        let target = turned ? try unturnedFrame(for: picture.orientation) : frame
        let isSameSize =
            source.pointee.width & ~1 == target.pointee.width && source.pointee.height & ~1 == target.pointee.height
        if picture.format.plain == AV_PIX_FMT_YUV420P, isSameSize {
            footpath_copy_planes(target, source)
        } else {
            try scale(picture, into: target)
        }
        if turned {
            footpath_turn_planes(
                frame, target, picture.orientation.transposes ? 1 : 0, picture.orientation.mirrorsX ? 1 : 0,
                picture.orientation.mirrorsY ? 1 : 0)
        }
        mark()
    }

    private func mark() {
        frame.pointee.colorspace = color.space
        frame.pointee.color_range = color.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    }

    private func unturnedFrame(for orientation: Orientation) throws(DecodingError) -> UnsafeMutablePointer<AVFrame> {
        let wanted = orientation.apply(to: size)
        if let unturned, unturned.pointee.width == wanted.width, unturned.pointee.height == wanted.height {
            return unturned
        }
        av_frame_free(&unturned)
        let made = try Self.makeFrame(wanted)
        unturned = made
        return made
    }

    private func scale(
        _ picture: Picture, into target: UnsafeMutablePointer<AVFrame>
    ) throws(DecodingError) {
        let size = PixelSize(width: Int(target.pointee.width), height: Int(target.pointee.height))
        let wanted = Conversion(
            source: picture.codedSize, format: picture.format.plain, target: size, color: color)
        if wanted != conversion {
            footpath_scaler_free(scaler)
            scaler = footpath_scaler_make(
                Int32(wanted.source.width), Int32(wanted.source.height), wanted.format, Int32(size.width),
                Int32(size.height), AV_PIX_FMT_YUV420P, size.width > wanted.source.width ? 1 : 0)
            conversion = wanted
            if let scaler { footpath_scaler_keep_color(scaler, color.matrix, color.isFullRange ? 1 : 0) }
        }
        guard let scaler, footpath_scaler_scale_frame(scaler, picture.frame, target) > 0 else {
            throw .unscalable(reason: "swscale does not convert pictures of \(wanted.source) to \(size)")
        }
    }

    private static func makeFrame(_ size: PixelSize) throws(DecodingError) -> UnsafeMutablePointer<AVFrame> {
        var frame = av_frame_alloc()
        guard let made = frame else { throw .unscalable(reason: "out of memory") }
        made.pointee.width = Int32(size.width)
        made.pointee.height = Int32(size.height)
        made.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        let code = av_frame_get_buffer(made, 0)
        guard code >= 0 else {
            av_frame_free(&frame)
            throw .unscalable(reason: message(averror: code))
        }
        return made
    }

    private func check(_ code: Int32) throws(DecodingError) {
        if code < 0 { throw .unscalable(reason: message(averror: code)) }
    }
}
