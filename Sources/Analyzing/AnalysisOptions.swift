import Assembling
import Decoding
import Detecting
import Inference
import PathModel
import Tracking

/// What a user can choose of an analysis.
public struct AnalysisOptions: Hashable, Sendable {
    /// How large a picture the person network sees.
    public enum InputSize: Hashable, Sendable {
        /// At most the pixels of this size, in the shape that suits the frame.
        case fitted(PixelSize)
        /// Exactly this size.
        case exact(PixelSize)
        /// What the network was made for.
        case network
    }

    /// Where the network that finds faces is.
    public enum FaceDetectorSource: Hashable, Sendable {
        /// MediaPipe's BlazeFace, in the folder of models.
        case blazeFace
        /// A YuNet ONNX file of the user's.
        case yuNet(path: String)
    }

    /// Whether clothes tell people apart who cross or come back.
    public enum ClothesHandling: String, CaseIterable, Hashable, Sendable {
        /// Their brightness and colour count, beside places.
        case auto
        /// Places alone count.
        case off
    }

    /// What is done about figures that never stir: posters, mannequins.
    public enum StillHandling: String, CaseIterable, Hashable, Sendable {
        /// They aren't recorded; the path of one who stirs after all begins then.
        case drop
        /// Their points are marked.
        case mark
        /// They are recorded like anybody.
        case keep
    }

    /// The network that finds people.
    public var personNetwork = NetworkSource.embeddedPersonNetwork
    /// The size it sees.
    public var inputSize = InputSize.fitted(PixelSize(width: 448, height: 256))
    /// At how many scales it sees the picture, each half the one before.
    public var scales = 1
    /// Points of paths below are not recorded, 0...1.
    public var minimumConfidence = 0.5
    /// Frames a second of the video to analyse; nil for all.
    public var fps: Double?
    /// How detections are linked.
    public var tracker = ByteTracker.Options()
    /// What is done about a camera that moves.
    public var cameraMotion = CameraMotionHandling.auto
    /// What is done about figures that never stir.
    public var still = StillHandling.keep
    /// Whether clothes count.
    public var clothes = ClothesHandling.auto
    /// For how many seconds at most someone may have been out of sight whose points in between are recorded, as
    /// predicted, once they reappear. Records wait as long for it.
    public var bridge = 2.0
    /// Whether points are recorded too of those out of sight who don't reappear.
    public var predicted = false
    /// How often a track's face is looked for, per second of the video; 0 never looks.
    public var faceFPS = 5.0
    /// The networks that find faces.
    public var faceDetector = FaceDetectorSource.blazeFace
    /// What of faces is looked for.
    public var faces = FaceFinder.Options()
    /// Whether measured landmarks are recorded beside the smoothed ones.
    public var rawLandmarks = false
    /// What is blacked out before any network sees it.
    public var masks: [Mask] = []
    /// Where people are counted.
    public var layout = CountingLayout()
    /// How much is recorded.
    public var detail = Detail.points
    /// Pictures of more pixels aren't decoded.
    public var largestPicture = SourceOptions().largestPicture
    /// Detection workers, one thread each.
    public var workers = 1
    /// FFmpeg's number of a file's video stream; nil takes the best.
    public var stream: Int?
    /// When the first frame was taken, in milliseconds since 1970 UTC; nil asks the container.
    public var startTime: Int64?
    /// Of all this, what changes results, by the user's names for it.
    public var recorded: [SessionStart.Setting] = []
    /// How one of a file's pieces is recorded; nil where the source is recorded as a whole.
    public private(set) var piece: PieceRecording?

    /// The defaults.
    public init() {}

    /// How a file is opened.
    public var sourceOptions: SourceOptions {
        var options = SourceOptions(stream: stream)
        options.largestPicture = largestPicture
        return options
    }

    /// The same for one of a file's pieces.
    ///
    /// - Parameter handovers: the times at which the log goes over from the piece before to this one, and from this one
    ///   to the next.
    public func ofPiece(handovers: [Timestamp]) -> AnalysisOptions {
        var options = self
        options.piece = PieceRecording(handovers: handovers)
        options.detail = .points
        // Whether somebody ever stirs only the whole file tells.
        if still == .drop { options.still = .mark }
        return options
    }

    /// What of tracks is recorded.
    package var recordedPoints: PathAssembler.Options {
        .init(
            minimumConfidence: minimumConfidence, bridge: bridge, predicted: predicted, leavesOutStill: still == .drop)
    }
}

/// How a piece of a file is recorded whose log is made of all pieces later (room `Merging`): with all points, whatever
/// `detail` says; those who haven't stirred are marked instead of left out; regions are recorded, but nothing is counted; and
/// the summary says which stretches were observed.
public struct PieceRecording: Hashable, Sendable {
    /// A stretch that was observed ends before each of these times.
    public let handovers: [Timestamp]
}
