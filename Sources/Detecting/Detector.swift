import Inference
import PathModel

/// Finds people in a picture. Each worker has its own.
public protocol Detector: AnyObject {
    /// The picture's size that `detect` takes.
    var inputSize: PixelSize { get }

    /// Finds people.
    ///
    /// - Parameters:
    ///   - image: of `inputSize`, BGR; the frame at its top left, the rest filled with `Letterbox.fill`.
    ///   - content: how many pixels of it the frame takes.
    /// - Returns: boxes in ratios of the frame, best first, one per person.
    func detect(_ image: PixelBuffer, content: PixelSize) throws(InferenceError) -> [Detection]
}
