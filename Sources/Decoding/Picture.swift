import CFFmpeg
import PathModel

/// A decoded picture as the decoder made it: its own pixel format and size, shared by reference count.
public final class Picture: @unchecked Sendable {
    // The frame belongs to this object alone and is not written to after init: safe to read from any thread.
    package let frame: UnsafeMutablePointer<AVFrame>
    package let orientation: Orientation
    /// Pixels across and down as a viewer shows it: sample aspect ratio, then rotation applied.
    public let size: PixelSize

    /// Takes over what `frame` refers to and leaves it empty.
    ///
    /// - Parameters:
    ///   - sampleAspectRatio: width of a pixel over its height; 0/x where unknown.
    ///   - orientation: of the stream; the frame's own, where it has one, counts instead.
    init?(taking frame: UnsafeMutablePointer<AVFrame>, sampleAspectRatio: AVRational, orientation: Orientation) {
        guard let own = av_frame_alloc() else { return nil }
        av_frame_move_ref(own, frame)
        self.frame = own
        self.orientation = Self.displayMatrix(of: own).map(Orientation.init(displayMatrix:)) ?? orientation
        let (width, height) = (Int(own.pointee.width), Int(own.pointee.height))
        // No camera's pixels are more oblong; streams may say so, and the picture as shown would have no bounds.
        let stated = sampleAspectRatio.num > 0 && sampleAspectRatio.den > 0 ? av_q2d(sampleAspectRatio) : 1
        let ratio = (0.05...20).contains(stated) ? stated : 1
        let square = PixelSize(width: max(1, Int((Double(width) * ratio).rounded())), height: height)
        size = self.orientation.apply(to: square)
    }

    /// Takes over what `frame` refers to and leaves it empty; `size` is that of the picture as shown.
    package init?(taking frame: UnsafeMutablePointer<AVFrame>, size: PixelSize, orientation: Orientation) {
        guard let own = av_frame_alloc() else { return nil }
        av_frame_move_ref(own, frame)
        self.frame = own
        self.orientation = orientation
        self.size = size
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// Pixels across and down as coded.
    var codedSize: PixelSize { PixelSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height)) }

    private static func displayMatrix(of frame: UnsafeMutablePointer<AVFrame>) -> [Int32]? {
        guard let data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), data.pointee.size >= 36
        else { return nil }
        return data.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { matrix in
            Array(UnsafeBufferPointer(start: matrix, count: 9))
        }
    }
}
