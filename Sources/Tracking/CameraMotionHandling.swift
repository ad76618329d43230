/// What is done about a camera that moves.
public enum CameraMotionHandling: String, CaseIterable, Hashable, Sendable {
    /// Its motion is seen in the pictures, or told from the boxes where there are none, and tracks are carried along.
    case auto
    /// It is taken to stand still.
    case off
}
