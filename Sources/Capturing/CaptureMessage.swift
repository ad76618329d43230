import Decoding
import PathModel

/// The head of a message on the pipe from a camera process.
///
/// A message is two 32-bit numbers of the machine's byte order, the bytes of the head and those of the body; then the
/// head as JSON; then the body, a picture's planes. Both ends are the same program on the same machine.
enum CaptureMessage: Codable {
    case opened(OpenedSource)
    case frame(PictureHead)
    /// It reads on, and there is no picture yet.
    case reading
    case ended(DecodingError?, SourceCounts)
}

/// A picture without its pixels.
struct PictureHead: Codable {
    var info: FrameInfo
    var followsDamage: Bool
    var facts: CaptureFacts
    var layout: PictureLayout
}

/// How a picture's bytes are to be read.
struct PictureLayout: Codable, Hashable {
    /// FFmpeg's name.
    var pixelFormat: String
    var width: Int32
    var height: Int32
    /// As a viewer shows it.
    var size: PixelSize
    var orientation: Orientation
    /// FFmpeg's numbers; both ends are one program.
    var colorRange: UInt32
    var colorSpace: UInt32
}
