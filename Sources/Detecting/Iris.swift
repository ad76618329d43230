import Glibc
import Inference
import PathModel

/// MediaPipe's iris network (Ablavatski et al. 2020): a 64x64 picture of an eye.
///
/// It knows the eye that is on the left of the picture; the other one is shown to it mirrored.
final class Iris {
    /// One of the eyes.
    enum Eye {
        case left, right

        /// The eye of a pupil; nil for what is none.
        init?(pupil: Landmark.Kind) {
            switch pupil {
            case .leftPupil: self = .left
            case .rightPupil: self = .right
            default: return nil
            }
        }

        /// Its corner that is on the left of the picture.
        var left: Landmark.Kind { self == .left ? .leftEyeLeft : .rightEyeLeft }
        /// Its other corner.
        var right: Landmark.Kind { self == .left ? .leftEyeRight : .rightEyeRight }
    }

    private static let side = 64
    /// How large a square it sees: so many times the distance of the corners, and so many pixels of the frame, since the mesh
    /// errs by pixels about where corners are, and so most in small eyes. MediaPipe's graph takes 2.3 times the distance; its
    /// newer mesh with attention agrees better with this.
    private static let (margin, slack) = (2.5, 5.0)
    /// The pupil, and four points around it: x, y and depth.
    private static let valueCount = 15
    private let session: any InferenceSession
    private let network: String

    init(session: any InferenceSession, network: String) throws(InferenceError) {
        try session.requireSquareInput(Self.side, network: network)
        self.session = session
        self.network = network
    }

    /// Where a pupil is, in pixels of the frame.
    ///
    /// - Parameters:
    ///   - left: the eye's corner that is on the left of the picture.
    ///   - right: its other corner.
    func pupil(
        of eye: Eye, from left: Point, to right: Point, in patch: FramePatch
    ) throws(InferenceError) -> Point {
        let square = Square(
            center: Point(x: (left.x + right.x) / 2, y: (left.y + right.y) / 2),
            side: Self.margin * hypot(right.x - left.x, right.y - left.y) + Self.slack,
            angle: atan2(right.y - left.y, right.x - left.x))
        let image = patch.picture(of: square.asMediaPipeSamples(pixels: Self.side), pixels: Self.side)
        let outputs = try session.run(
            eye == .left ? image : image.mirrored(), encoding: .nhwc(scale: 1 / 255))
        guard let points = outputs.first(where: { $0.values.count == Self.valueCount })?.values else {
            throw .wrongShape(
                network: network, reason: "its outputs are \(outputs.map(\.shape)), not the iris network's")
        }
        let (u, v) = (Double(points[0]) / Double(Self.side), Double(points[1]) / Double(Self.side))
        return square.point(u: eye == .left ? u : 1 - u, v: v)
    }
}

extension PixelBuffer {
    /// The same picture with left and right exchanged.
    fileprivate func mirrored() -> PixelBuffer {
        var mirrored = self
        for y in 0..<size.height {
            for x in 0..<size.width {
                let (from, to) = ((y * size.width + x), (y * size.width + size.width - 1 - x))
                for channel in 0..<Self.channels {
                    mirrored.bytes[to * Self.channels + channel] = bytes[from * Self.channels + channel]
                }
            }
        }
        return mirrored
    }
}
