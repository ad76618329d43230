import Analyzing
import Detecting
import Inference
import PathModel
import Recording
import Tracking

/// The settings of `footpath analyze` as the user gives them; nil where the user says nothing.
public struct AnalyzeSettings: Sendable {
    /// Percent.
    public var confidence = 50.0
    /// Frames per second of the video; nil analyses all.
    public var fps: Double?
    /// Nil is balanced, or the network's own size for another network.
    public var quality: Quality?
    /// `WIDTHxHEIGHT`.
    public var inputSize: String?
    /// Nil is 3, or 1 for another network.
    public var scales: Int?
    /// A file; nil is the network in the program.
    public var model: String?
    /// Nil is one per core.
    public var workers: Int?
    /// What is done about a camera that moves.
    public var cameraMotion = AnalysisOptions.CameraMotionHandling.auto
    /// Seconds.
    public var maxLost = ByteTracker.Options().maxLost
    /// Seconds; nil is as long as `maxLost`, but no more than 10.
    public var bridge: Double?
    /// Whether to record predicted points of those who don't reappear.
    public var predicted = false
    /// Searches per second of the video and person; 0 never searches.
    public var faceFPS = 5.0
    /// Which points of faces.
    public var landmarks = Landmark.Selection.five
    /// Whether to record measured landmarks beside the smoothed ones.
    public var rawLandmarks = false
    /// Percent.
    public var faceConfidence = 50.0
    /// Pixels of the original picture.
    public var minFace = 20.0
    /// A YuNet file; nil is MediaPipe's BlazeFace.
    public var faceModel: String?
    /// `LEFT,TOP,WIDTH,HEIGHT` each, in ratios of the frame.
    public var masks: [String] = []
    /// `WIDTHxHEIGHT`; nil is 8192x8192.
    public var maxPicture: String?
    /// RFC 3339.
    public var startTime: String?
    /// FFmpeg's number of the video stream; nil takes the best.
    public var stream: Int?

    /// The defaults.
    public init() {}

    /// Checks every setting.
    ///
    /// - Parameters:
    ///   - cores: how many workers to have where the user doesn't say.
    ///   - place: what a problem with a setting, such as `face-fps`, begins with.
    /// - Throws: `SettingsError` with all that is wrong.
    public func options(
        cores: Int, place: @escaping (_ setting: String) -> String = { "--" + $0 }
    ) throws(SettingsError) -> AnalysisOptions {
        var options = AnalysisOptions()
        var check = Check(place: place)
        check.percent(confidence, "confidence")
        options.minimumConfidence = confidence / 100
        if let fps {
            check.within(0.001...1000, fps, "fps", unit: "frames a second")
            options.sampleRate = fps
        }
        options.cameraMotion = cameraMotion
        check.within(0...3600, maxLost, "max-lost", unit: "seconds")
        options.tracker.maxLost = maxLost
        // What waits takes memory.
        check.within(0...60, bridge ?? 0, "bridge", unit: "seconds")
        options.bridge = bridge ?? min(maxLost, Self.longestBridge)
        options.recordsPredicted = predicted
        check.within(0...1000, faceFPS, "face-fps", unit: "times a second")
        options.faceRate = faceFPS
        check.percent(faceConfidence, "face-confidence")
        options.faces.minimumConfidence = faceConfidence / 100
        check.within(8...10000, minFace, "min-face", unit: "pixels")
        options.faces.minimumWidth = minFace
        options.faces.landmarks = landmarks
        options.keepsRawLandmarks = rawLandmarks
        if let faceModel { options.faceDetector = .yuNet(path: faceModel) }
        // Each worker holds a thread of Dispatch, which has 255: with none left for the decoder nothing would go on.
        check.within(1...128, Double(workers ?? 1), "workers", unit: "")
        options.workers = workers ?? max(1, min(128, cores))
        // A track's confidence is no less than the mean of its scores. Weak beginnings would lower it below what is
        // recorded.
        options.tracker.seedConfidence = 0.5
        if let model {
            options.personNetwork = .file(model)
        } else {
            // Of its boxes with a score below, one in twenty is a person (measured on real clips).
            options.tracker.lowConfidence = 0.3
            options.tracker.birthConfidence = 0.55
            // Where people cross, its boxes of pieces are taken for whoever is hidden.
            options.tracker.highOverlap = 0.3
        }
        // Who is wanted in the records must be followed in the first place.
        let wanted = options.minimumConfidence
        options.tracker.seedConfidence = min(options.tracker.seedConfidence, wanted)
        options.tracker.lowConfidence = min(options.tracker.lowConfidence, wanted)
        options.tracker.birthConfidence = min(options.tracker.birthConfidence, wanted + 0.05)
        check.within(1...4, Double(scales ?? 1), "scales", unit: "")
        options.scales = scales ?? options.scales
        options.inputSize = chosenInputSize(&check)
        if let maxPicture, let size = check.size(maxPicture, "max-picture", example: "3840x2160") {
            if ![size.width, size.height].allSatisfy({ (16...32768).contains($0) }) {
                check.fail("max-picture", maxPicture, "width and height must be 16 to 32768")
            }
            options.largestPicture = size
        }
        options.masks = masks.compactMap { check.mask($0) }
        if let startTime { options.startTime = check.time(startTime)?.milliseconds }
        check.within(0...9999, Double(stream ?? 0), "stream", unit: "")
        options.stream = stream
        try check.finish()
        return options
    }

    /// Seconds, where the user doesn't say.
    private static let longestBridge = 10.0

    private func chosenInputSize(_ check: inout Check) -> AnalysisOptions.InputSize {
        guard let inputSize else {
            // A network of the user's own was made for one size; others would have to be asked for.
            return model != nil && quality == nil ? .network : .fitted((quality ?? .standard).inputSize)
        }
        if quality != nil {
            check.fail("quality", "and \(check.place("input-size"))", "give one of them, both set the input size")
        }
        guard let size = check.size(inputSize, "input-size", example: "512x288") else { return .network }
        if ![size.width, size.height].allSatisfy({ (32...4096).contains($0) && $0 % 32 == 0 }) {
            check.fail("input-size", inputSize, "width and height must be multiples of 32 from 32 to 4096")
        }
        return .exact(size)
    }
}

/// How much work goes into finding people.
public enum Quality: String, CaseIterable, Sendable {
    case fast, balanced, best

    /// What applies where the user doesn't say.
    public static let standard = Quality.balanced

    /// The person network sees at most this many pixels, in the shape that suits the frame.
    public var inputSize: PixelSize {
        switch self {
        case .fast: PixelSize(width: 320, height: 192)
        case .balanced: PixelSize(width: 448, height: 256)
        case .best: PixelSize(width: 640, height: 384)
        }
    }
}

/// Collects what is wrong.
private struct Check {
    let place: (_ setting: String) -> String
    private var problems: [String] = []

    init(place: @escaping (_ setting: String) -> String) {
        self.place = place
    }

    mutating func fail(_ setting: String, _ value: String? = nil, _ problem: String) {
        problems.append("\(place(setting))\(value.map { " " + $0 } ?? ""): \(problem)")
    }

    mutating func within(_ range: ClosedRange<Double>, _ value: Double, _ name: String, unit: String) {
        guard !range.contains(value) else { return }
        let bounds = "\(shortest(range.lowerBound)) to \(shortest(range.upperBound)) \(unit)"
        fail(name, shortest(value), "must be " + bounds.trimmingSuffix(while: { $0 == " " }))
    }

    /// A size `WIDTHxHEIGHT`; nil where it is wrong.
    mutating func size(_ text: String, _ setting: String, example: String) -> PixelSize? {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1] else {
            fail(setting, text, "give WIDTHxHEIGHT, such as \(example)")
            return nil
        }
        return PixelSize(width: width, height: height)
    }

    mutating func percent(_ value: Double, _ name: String) {
        within(0...100, value, name, unit: "percent")
        // Other programs count confidence to 1; nobody means less than one in a hundred.
        if value > 0 && value < 1 {
            fail(name, shortest(value), "is percent here; give \(shortest(value * 100)) for \(value)")
        }
    }

    /// A mask `LEFT,TOP,WIDTH,HEIGHT` in ratios of the frame; nil where it is wrong.
    mutating func mask(_ text: String) -> BoundingBox? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard parts.count == 4, parts.allSatisfy({ (0...1).contains($0) }), parts[2] > 0, parts[3] > 0 else {
            fail("mask", text, "give LEFT,TOP,WIDTH,HEIGHT in ratios of the frame, such as 0.7,0,0.3,0.4")
            return nil
        }
        return BoundingBox(left: parts[0], top: parts[1], width: parts[2], height: parts[3])
    }

    mutating func time(_ text: String) -> UTCTime? {
        let time = UTCTime(text)
        if time == nil { fail("start-time", text, "give an RFC 3339 time, such as 2026-03-01T08:00:00Z") }
        return time
    }

    func finish() throws(SettingsError) {
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }

    private func shortest(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var result = self[...]
        while let last = result.last, predicate(last) { result.removeLast() }
        return String(result)
    }
}
