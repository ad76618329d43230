import ArgumentParser
import PathModel
import Settings

extension Landmark.Selection: ExpressibleByArgument {}

/// The options that decide what is found of a face.
struct FaceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which points of a face: none, five (default: eyes, nose, corners of the mouth) or all thirty.",
            valueName: "selection"))
    var landmarks = AnalyzeSettings().landmarks

    @Flag(help: "Also record the landmarks as they were measured, before they were smoothed in time.")
    var rawLandmarks = false

    @Option(help: ArgumentHelp("Record faces of at least this confidence, 0 to 100.", valueName: "percent"))
    var faceConfidence = AnalyzeSettings().faceConfidence

    @Option(
        help: ArgumentHelp(
            "Leave out faces narrower than this many pixels of the original picture.", valueName: "pixels"))
    var minFace = AnalyzeSettings().minFace

    @Option(help: ArgumentHelp("Another face network: a YuNet ONNX file.", valueName: "file"), completion: .file())
    var faceModel: String?

    func apply(to settings: inout AnalyzeSettings) {
        settings.landmarks = landmarks
        settings.rawLandmarks = rawLandmarks
        settings.faceConfidence = faceConfidence
        settings.minFace = minFace
        settings.faceModel = faceModel
    }
}
