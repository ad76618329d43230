import CDrawing
import CFFmpeg
import Decoding
import PathModel

extension PlanarPicture {
    /// Its memory, for drawing.
    var planes: footpath_planes {
        let frame = frame.pointee
        let shares = color.shares
        return footpath_planes(
            luma: frame.data.0, blue: frame.data.1, red: frame.data.2, luma_stride: Int(frame.linesize.0),
            blue_stride: Int(frame.linesize.1), red_stride: Int(frame.linesize.2), width: Int32(size.width),
            height: Int32(size.height), red_share: shares.red, blue_share: shares.blue,
            is_full_range: color.isFullRange ? 1 : 0)
    }
}
