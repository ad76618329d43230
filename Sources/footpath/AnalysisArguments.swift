import Analyzing
import ArgumentParser
import Settings

extension Quality: ExpressibleByArgument {}
extension AnalysisOptions.CameraMotionHandling: ExpressibleByArgument {}

extension ArgumentHelp {
    static let videoStream = ArgumentHelp(
        "Which of VIDEO's streams, by ffprobe's number. Default: what FFmpeg takes for the best, unless others are longer.",
        valueName: "number")
}

/// The options that decide what an analysis finds.
struct AnalysisArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Record path points of at least this confidence, 0 to 100.", valueName: "percent"))
    var confidence = AnalyzeSettings().confidence

    @Option(
        help: ArgumentHelp(
            "Analyse this many frames per second of the video. Default: all of them.", valueName: "number"))
    var fps: Double?

    @Option(
        help: ArgumentHelp(
            "How closely to look: fast, balanced (default) or best. Sets the size of the picture that the person network sees.",
            valueName: "quality"))
    var quality: Quality?

    @Option(help: ArgumentHelp("That size itself, in steps of 32, such as 512x288.", valueName: "WxH"))
    var inputSize: String?

    @Option(
        help: ArgumentHelp(
            "At how many scales the network sees the picture, 1 to 4, each half the one before. Default: 1.",
            valueName: "number"))
    var scales: Int?

    @Option(
        help: ArgumentHelp(
            "Another person network: a YOLOX-style ONNX file. Its own input size applies unless another is given.",
            valueName: "file"), completion: .file())
    var model: String?

    @Option(
        help: ArgumentHelp("Detection workers, one thread each. Default: the machine's cores.", valueName: "number"))
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "What to do about a camera that moves: auto carries people along as the picture shows it, off takes it to stand still.",
            valueName: "auto|off"))
    var cameraMotion = AnalyzeSettings().cameraMotion

    @Option(
        help: ArgumentHelp(
            "How long someone may be out of sight and keep the id. Raising it keeps more ids, and gives more to the wrong person.",
            valueName: "seconds"))
    var maxLost = AnalyzeSettings().maxLost

    @Option(
        help: ArgumentHelp(
            "Points of someone out of sight for up to this long are recorded, as predicted, once they reappear; records wait as long. Default: --max-lost, at most 10.",
            valueName: "seconds"))
    var bridge: Double?

    @Flag(help: "Also record where those are expected who are out of sight and don't reappear in time.")
    var predicted = false

    @Option(
        help: ArgumentHelp(
            "Look for each person's face this often per second of the video; 0 never does.", valueName: "number"))
    var faceFps = AnalyzeSettings().faceFPS

    @OptionGroup var faces: FaceArguments

    @OptionGroup var source: SourceArguments

    @Option(
        help: ArgumentHelp(
            "Black out a region before any network sees it: LEFT,TOP,WIDTH,HEIGHT in ratios of the frame. May be repeated.",
            valueName: "box"))
    var mask: [String] = []

    @Option(
        help: ArgumentHelp(
            "When the first frame was taken (RFC 3339). Default: the file's creation_time, else 1970-01-01T00:00:00Z.",
            valueName: "time"))
    var startTime: String?

    @Option(help: .videoStream)
    var stream: Int?

    /// The same for the settings room.
    var settings: AnalyzeSettings {
        var settings = AnalyzeSettings()
        settings.confidence = confidence
        settings.fps = fps
        settings.quality = quality
        settings.inputSize = inputSize
        settings.scales = scales
        settings.model = model
        settings.workers = workers
        settings.cameraMotion = cameraMotion
        settings.maxLost = maxLost
        settings.bridge = bridge
        settings.predicted = predicted
        settings.faceFPS = faceFps
        faces.apply(to: &settings)
        settings.masks = mask
        settings.maxPicture = source.maxPicture
        settings.startTime = startTime
        settings.stream = stream
        return settings
    }
}
