import CFFmpeg
import Decoding
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

    /// How many bytes the planes take; nil where the format has no such form.
    var byteCount: Int? { Self.byteCount(of: layout) }

    /// Copies the planes to `target`, which has `byteCount` bytes.
    func copyPlanes(to target: UnsafeMutableRawBufferPointer) -> Bool {
        let copied = withUnsafePointer(to: frame.pointee.data) { data in
            withUnsafePointer(to: frame.pointee.linesize) { lines in
                data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { planes in
                    lines.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
                        av_image_copy_to_buffer(
                            target.bindMemory(to: UInt8.self).baseAddress, Int32(target.count), planes, strides, format,
                            frame.pointee.width, frame.pointee.height, Self.alignment)
                    }
                }
            }
        }
        return copied == Int32(target.count)
    }

    /// How many bytes the planes of a layout take; nil where it is none that a picture can have.
    static func byteCount(of layout: PictureLayout) -> Int? {
        let format = av_get_pix_fmt(layout.pixelFormat)
        guard format != AV_PIX_FMT_NONE, layout.width > 0, layout.height > 0 else { return nil }
        let size = av_image_get_buffer_size(format, layout.width, layout.height, alignment)
        return size > 0 ? Int(size) : nil
    }

    /// The picture in a slot that was taken, which is given back with the picture's end.
    static func make(_ layout: PictureLayout, inSlot slot: Int, of memory: PictureMemory) -> Picture? {
        let lease = SlotLease(memory: memory, slot: slot)
        var frame = av_frame_alloc()
        defer { av_frame_free(&frame) }
        guard let frame, let size = byteCount(of: layout), let bytes = memory.bytes(size, ofSlot: slot),
            let start = bytes.bindMemory(to: UInt8.self).baseAddress
        else { return nil }
        let held = Unmanaged.passRetained(lease)
        let end: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?) -> Void = { lease, _ in
            if let lease { Unmanaged<SlotLease>.fromOpaque(lease).release() }
        }
        guard let buffer = av_buffer_create(start, size, end, held.toOpaque(), AV_BUFFER_FLAG_READONLY) else {
            held.release()
            return nil
        }
        frame.pointee.buf.0 = buffer
        frame.pointee.format = av_get_pix_fmt(layout.pixelFormat).rawValue
        (frame.pointee.width, frame.pointee.height) = (layout.width, layout.height)
        frame.pointee.color_range = AVColorRange(layout.colorRange)
        frame.pointee.colorspace = AVColorSpace(layout.colorSpace)
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

/// Gives a slot back when the last who has its picture lets go of it, on whichever thread.
private final class SlotLease: Sendable {
    private let memory: PictureMemory
    private let slot: Int

    init(memory: PictureMemory, slot: Int) {
        self.memory = memory
        self.slot = slot
    }

    deinit {
        memory.giveBack(slot)
    }
}
