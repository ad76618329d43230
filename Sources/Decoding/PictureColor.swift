import CFFmpeg

/// How the numbers of a picture are colours, as swscale and players take them.
package struct PictureColor: Hashable, Sendable {
    /// The matrix, one of swscale's SWS_CS_*.
    package let matrix: Int32
    /// 0...255 rather than 16...235.
    package let isFullRange: Bool

    init(of picture: Picture) {
        let range = picture.frame.pointee.color_range
        isFullRange =
            AVPixelFormat.fullRange[picture.format] != nil || range == AVCOL_RANGE_JPEG
            // As swscale and players take it: unmarked grey is a photograph's, unmarked YUV is a video's.
            || range == AVCOL_RANGE_UNSPECIFIED && (av_pix_fmt_desc_get(picture.format)?.pointee.isGrey ?? false)
        switch picture.frame.pointee.colorspace {
        case AVCOL_SPC_BT709: matrix = SWS_CS_ITU709
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: matrix = SWS_CS_BT2020
        case AVCOL_SPC_FCC: matrix = SWS_CS_FCC
        case AVCOL_SPC_SMPTE240M: matrix = SWS_CS_SMPTE240M
        // Players take unmarked HD for BT.709 and anything smaller for BT.601.
        case AVCOL_SPC_UNSPECIFIED where picture.frame.pointee.height >= 720: matrix = SWS_CS_ITU709
        default: matrix = SWS_CS_ITU601
        }
    }

    /// Shares of red and of blue in luma (ITU-T H.273, table 4).
    package var shares: (red: Double, blue: Double) {
        switch matrix {
        case SWS_CS_ITU709: (0.2126, 0.0722)
        case SWS_CS_BT2020: (0.2627, 0.0593)
        case SWS_CS_FCC: (0.30, 0.11)
        case SWS_CS_SMPTE240M: (0.212, 0.087)
        default: (0.299, 0.114)
        }
    }

    /// What a stream in these colours is marked with.
    package var space: AVColorSpace {
        switch matrix {
        case SWS_CS_ITU709: AVCOL_SPC_BT709
        case SWS_CS_BT2020: AVCOL_SPC_BT2020_NCL
        case SWS_CS_FCC: AVCOL_SPC_FCC
        case SWS_CS_SMPTE240M: AVCOL_SPC_SMPTE240M
        default: AVCOL_SPC_SMPTE170M
        }
    }
}

extension AVPixelFormat: @retroactive Hashable {}

extension AVPixelFormat {
    /// The J formats, and the plain ones that they are with full range; swscale warns of them.
    static let fullRange: [AVPixelFormat: AVPixelFormat] = [
        AV_PIX_FMT_YUVJ420P: AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ422P: AV_PIX_FMT_YUV422P,
        AV_PIX_FMT_YUVJ444P: AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ440P: AV_PIX_FMT_YUV440P,
        AV_PIX_FMT_YUVJ411P: AV_PIX_FMT_YUV411P,
    ]

    /// The same without its range.
    var plain: AVPixelFormat { Self.fullRange[self] ?? self }
}

extension AVPixFmtDescriptor {
    /// One component, alpha apart, and no palette.
    fileprivate var isGrey: Bool {
        nb_components <= 2 && flags & UInt64(AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM) == 0
    }
}
