import Aligning
import Decoding
import Detecting
import Foundation
import Inference
import PathModel

/// What one worker does to a frame: scale, mask, detect; later cut out heads and find faces.
///
/// For one thread at a time.
package final class FrameAnalyzer {
    /// Detections below are of no use to the tracker either.
    package static let minimumScore = 0.1

    /// As many as there are cameras, and sizes of theirs.
    private static let mostCovers = 256

    /// What of the input masks cover.
    private struct Shape: Hashable {
        let masks: [Mask]
        let content: PixelSize
    }

    private let detector: any Detector
    private let faceFinder: FaceFinder?
    private let frameScaler = PictureScaler()
    private let cutScaler = MaskedCutter.makeScaler()
    private let appearanceReader = AppearanceReader()
    private var image: PixelBuffer
    private var content: PixelSize?
    private var covers: [Shape: PixelCover] = [:]

    package init(detector: any Detector, faceFinder: FaceFinder?) {
        self.detector = detector
        self.faceFinder = faceFinder
        image = PixelBuffer(size: detector.inputSize, format: .bgr24, filledWith: Letterbox.fill)
    }

    /// Runs the networks once on an empty picture.
    ///
    /// - Throws: `InferenceError.wrongShape` where they are not of the kind that is needed.
    package func check() throws(InferenceError) {
        _ = try detector.detect(image, content: image.size)
        try faceFinder?.check()
    }

    /// The people in a picture.
    package func detectPeople(in picture: Picture, masks: [Mask]) throws -> [Detection] {
        let content = try prepare(picture, masks: masks)
        return try detect(content)
    }

    /// Scales and masks a picture into the network's input.
    ///
    /// - Returns: the size it takes there.
    package func prepare(_ picture: Picture, masks: [Mask]) throws(DecodingError) -> PixelSize {
        let content = Letterbox.content(of: picture.size, in: image.size)
        if content != self.content {
            image = PixelBuffer(size: image.size, format: .bgr24, filledWith: Letterbox.fill)
            self.content = content
        }
        try frameScaler.draw(picture, scaledTo: content, into: &image)
        if !masks.isEmpty { image.fill(cover(of: masks, content), with: 0) }
        return content
    }

    /// Finding it takes longer than filling it, and each camera's stay as they are.
    private func cover(of masks: [Mask], _ content: PixelSize) -> PixelCover {
        let shape = Shape(masks: masks, content: content)
        if let cover = covers[shape] { return cover }
        if covers.count >= Self.mostCovers { covers = [:] }
        let cover = PixelCover(masks, size: content)
        covers[shape] = cover
        return cover
    }

    /// Runs the person network on what `prepare` left.
    package func detect(_ content: PixelSize) throws(InferenceError) -> [Detection] {
        try detector.detect(image, content: content)
    }

    /// Adds to detections what the people wear, as seen in what `prepare` left.
    package func describe(_ people: inout [Detection], _ content: PixelSize) {
        appearanceReader.describe(&people, in: image, content: content)
    }

    /// What `prepare` left, reduced to see the camera's motion in.
    package func reduced(_ content: PixelSize) -> GrayPicture {
        GrayPicture(reducing: image, content: content)
    }

    /// The faces of the people who are wanted in a picture, nil for the others and those without.
    package func findFaces(
        of people: [PersonInView], in picture: Picture, masks: [Mask], options: FaceFinder.Options
    ) throws(InferenceError) -> [Face?] {
        guard let faceFinder else { return people.map { _ in nil } }
        faceFinder.options = options
        return try faceFinder.find(people, in: MaskedCutter(picture: picture, scaler: cutScaler, masks: masks))
    }
}
