import PathModel
import Tracking

/// What a user can choose when detections are linked.
package struct LinkingOptions: Sendable {
    /// Frames a second; nil where neither the user nor the sequence says.
    package var fps: Double?
    /// Of the frame in pixels; nil where neither the user nor the sequence says.
    package var imageSize: PixelSize?
    /// How long a gap in a path may be to be filled, in seconds.
    package var bridge = 0.7
    /// By detections of how many seconds boxes are steadied; see `BoxSmoother`.
    package var smooth = 0.2
    /// Whether predicted boxes are written too where no gap is filled.
    package var predicted = false
    /// Whether boxes have ids already.
    package var isLinked = false
    /// For the tracker.
    package var tracker = ByteTracker.Options()

    /// What is counted of the tracks.
    package var counting = CountingLayout()

    /// What is done about a camera that moves.
    package var cameraMotion: CameraMotionHandling {
        get { tracker.seesCameraInBoxes ? .auto : .off }
        set { tracker.seesCameraInBoxes = newValue == .auto }
    }

    /// The defaults.
    package init() {
        cameraMotion = .auto
        tracker.nestedConfidence = 0.8
    }
}

/// Detections can't be linked.
package enum LinkingError: Error, CustomStringConvertible {
    /// The file can't be read, or isn't what it should be.
    case unreadable(String)
    /// The user must say more.
    case unspecified(String)

    package var description: String {
        switch self {
        case .unreadable(let text), .unspecified(let text): text
        }
    }
}
