import CFFmpeg
import PathModel

/// A picture's planes as one run of bytes, rows padded to multiples of 32 bytes as scalers like them (av_image_copy_to_buffer,
/// libavutil/imgutils.h).
extension Picture {
    private static let alignment: Int32 = 32

    /// How the bytes are to be read.
    var layout: PictureLayout {
        PictureLayout(
            pixelFormat: av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "",
            width: frame.pointee.width, height: frame.pointee.height, size: size, orientation: orientation,
            colorRange: frame.pointee.color_range.rawValue, colorSpace: frame.pointee.colorspace.rawValue)
    }

    /// Copies the planes to the front of `bytes`, which grows as needed.
    ///
    /// - Returns: how many bytes they take; nil where the format has no such form.
    func copyPlanes(to bytes: inout [UInt8]) -> Int? {
        let size = Int(av_image_get_buffer_size(format, frame.pointee.width, frame.pointee.height, Self.alignment))
        guard size > 0 else { return nil }
        if bytes.count < size { bytes = [UInt8](repeating: 0, count: size) }
        let copied = bytes.withUnsafeMutableBufferPointer { target in
            withUnsafePointer(to: frame.pointee.data) { data in
                withUnsafePointer(to: frame.pointee.linesize) { lines in
                    data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { planes in
                        lines.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
                            av_image_copy_to_buffer(
                                target.baseAddress, Int32(target.count), planes, strides, format,
                                frame.pointee.width, frame.pointee.height, Self.alignment)
                        }
                    }
                }
            }
        }
        return copied == Int32(size) ? size : nil
    }

    /// How many bytes `make` needs for a layout; nil where it is none that a picture can have.
    static func byteCount(of layout: PictureLayout) -> Int? {
        let format = av_get_pix_fmt(layout.pixelFormat)
        guard format != AV_PIX_FMT_NONE, layout.width > 0, layout.height > 0 else { return nil }
        let size = av_image_get_buffer_size(format, layout.width, layout.height, alignment)
        return size > 0 ? Int(size) : nil
    }

    /// A picture of planes that `fill` writes, told where and how many bytes; nil where `fill` says false.
    static func make(
        _ layout: PictureLayout, from pool: PicturePool, fill: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Picture? {
        guard let size = byteCount(of: layout) else { return nil }
        var frame = av_frame_alloc()
        defer { av_frame_free(&frame) }
        guard let frame, let buffer = pool.buffer(of: size), let start = buffer.pointee.data else { return nil }
        frame.pointee.buf.0 = buffer
        frame.pointee.format = av_get_pix_fmt(layout.pixelFormat).rawValue
        (frame.pointee.width, frame.pointee.height) = (layout.width, layout.height)
        frame.pointee.color_range = AVColorRange(layout.colorRange)
        frame.pointee.colorspace = AVColorSpace(layout.colorSpace)
        guard fill(UnsafeMutableRawBufferPointer(start: start, count: size)) else { return nil }
        let laid = withUnsafeMutablePointer(to: &frame.pointee.data) { data in
            withUnsafeMutablePointer(to: &frame.pointee.linesize) { lines in
                data.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { planes in
                    lines.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
                        av_image_fill_arrays(
                            planes, strides, start, AVPixelFormat(frame.pointee.format), layout.width, layout.height,
                            alignment)
                    }
                }
            }
        }
        return laid >= 0 ? Picture(taking: frame, size: layout.size, orientation: layout.orientation) : nil
    }
}

/// Memory for pictures of one size at a time, used again once nobody holds them: fresh pages cost more than the bytes that
/// are copied into them (av_buffer_pool, libavutil/buffer.h). For one thread; pictures may be let go of on any.
final class PicturePool {
    private var pool: OpaquePointer?
    private var size = 0

    func buffer(of size: Int) -> UnsafeMutablePointer<AVBufferRef>? {
        if size != self.size {
            av_buffer_pool_uninit(&pool)
            pool = footpath_buffer_pool(size)
            self.size = size
        }
        return av_buffer_pool_get(pool)
    }

    deinit {
        av_buffer_pool_uninit(&pool)
    }
}
