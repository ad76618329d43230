import Decoding
import Detecting
import Inference
import PathModel

/// Finds the face in pictures that show one, each read as a video's first frame is.
public final class FacePictures {
    private let models: ModelSet
    private let finder: FaceFinder
    private let scaler = MaskedCutter.makeScaler()
    private let sourceOptions: SourceOptions

    /// Loads the face networks.
    ///
    /// - Parameters:
    ///   - modelFolder: where MediaPipe's networks are.
    ///   - options: only what concerns faces counts.
    public init(
        engine: any InferenceEngine, modelFolder: String, options: AnalysisOptions
    ) throws(InferenceError) {
        sourceOptions = options.sourceOptions
        var options = options
        options.faceFPS = 1
        models = ModelSet(
            engine: engine, modelFolder: modelFolder, options: options, frameSize: PixelSize(width: 1, height: 1))
        guard let finder = try models.makeFaceFinder() else { preconditionFailure("a rate above 0 looks for faces") }
        try finder.check()
        self.finder = finder
    }

    /// The most prominent face in a picture.
    ///
    /// - Returns: the picture's size as shown, and nil where no face was found.
    /// - Throws: `DecodingError` or `InferenceError`.
    public func find(in name: SourceName, interrupt: InterruptFlag) throws -> (size: PixelSize, face: Face?) {
        let source = try VideoSource(name, options: sourceOptions, threads: 1, interrupt: interrupt)
        guard let picture = try source.next()?.picture else {
            throw DecodingError.noVideo(source: name.redacted, reason: "there is no picture in it")
        }
        return (picture.size, try finder.find(in: MaskedCutter(picture: picture, scaler: scaler, masks: [])))
    }

    /// All faces of a picture, the largest first.
    ///
    /// - Parameter most: faces beyond are left out.
    public func findAll(in picture: Picture, most: Int) throws(InferenceError) -> [Face] {
        try finder.findAll(in: MaskedCutter(picture: picture, scaler: scaler, masks: []), most: most)
    }
}
