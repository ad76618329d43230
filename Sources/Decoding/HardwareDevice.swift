import CFFmpeg

/// A device that decodes, open for one codec.
final class HardwareDevice {
    /// FFmpeg's name of its kind.
    let name: String
    /// What pictures have that lie on it.
    let format: AVPixelFormat
    fileprivate let reference: UnsafeMutablePointer<AVBufferRef>

    /// Opens the first device of the wanted kind that there is and that the codec can use; nil where there is none.
    static func first(of hardware: HardwareDecoding, for codec: UnsafePointer<AVCodec>) -> HardwareDevice? {
        let kinds: [AVHWDeviceType] =
            switch hardware {
            case .none: []
            case .auto: [AV_HWDEVICE_TYPE_CUDA, AV_HWDEVICE_TYPE_VAAPI]
            case .cuda: [AV_HWDEVICE_TYPE_CUDA]
            case .vaapi: [AV_HWDEVICE_TYPE_VAAPI]
            }
        for kind in kinds where footpath_hardware_format(codec, kind) != AV_PIX_FMT_NONE {
            var reference: UnsafeMutablePointer<AVBufferRef>?
            guard av_hwdevice_ctx_create(&reference, kind, nil, nil, 0) >= 0, let reference else { continue }
            return HardwareDevice(owning: reference, kind: kind, codec: codec)
        }
        return nil
    }

    /// Takes over a device of a kind that the codec can use.
    init(owning reference: UnsafeMutablePointer<AVBufferRef>, kind: AVHWDeviceType, codec: UnsafePointer<AVCodec>) {
        self.reference = reference
        format = footpath_hardware_format(codec, kind)
        name = av_hwdevice_get_type_name(kind).map { String(cString: $0) } ?? "unknown"
    }

    deinit {
        var reference: UnsafeMutablePointer<AVBufferRef>? = reference
        av_buffer_unref(&reference)
    }

    /// Has a decoder that isn't open yet use it; false where there is no memory.
    func use(for context: UnsafeMutablePointer<AVCodecContext>) -> Bool {
        footpath_decode_on(context, reference, format) != 0
    }

    /// Puts a copy in memory in the place of a picture on the device; false where that fails.
    static func fetch(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        var fetched = av_frame_alloc()
        defer { av_frame_free(&fetched) }
        guard let fetched, frame.pointee.hw_frames_ctx != nil, av_hwframe_transfer_data(fetched, frame, 0) >= 0,
            av_frame_copy_props(fetched, frame) >= 0,
            // On a device, decoders cut off the right and the bottom only (av_frame_apply_cropping, libavutil/frame.h).
            av_frame_apply_cropping(fetched, Int32(AV_FRAME_CROP_UNALIGNED)) >= 0
        else { return false }
        av_frame_unref(frame)
        av_frame_move_ref(frame, fetched)
        return true
    }
}
