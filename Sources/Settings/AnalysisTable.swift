import Analyzing
import Decoding
import Detecting
import Inference
import PathModel
import Recording
import Tracking

/// A setting of an analysis.
package typealias AnalysisSetting = Setting<AnalysisDraft, AnalysisOptions>

extension AnalysisSetting {
    /// A number that is recorded; where `get` gives one, that is the default.
    private static func number(
        _ key: String, _ help: String, _ range: ClosedRange<Double>, _ unit: String, note: String? = nil,
        example: String? = nil, get: @escaping @Sendable (AnalysisOptions) -> Double?,
        set: @escaping @Sendable (inout AnalysisDraft, Double) -> Void
    ) -> AnalysisSetting {
        AnalysisSetting(
            key, help, .number(range, unit), note: note, standard: get(AnalysisOptions()).map(Kind.shortest),
            example: example, set: set, recorded: { get($0).map { .number($0) } })
    }

    /// All there are, in the order in which `session_start` has them. To add one, add it here and use it.
    package static let all: [AnalysisSetting] = [
        .number(
            "confidence", "Points of paths with a confidence below aren't recorded", 0...100, "percent",
            get: { $0.minimumConfidence * 100 }, set: { $0.minimumConfidence = $1 / 100 }),
        .init(
            "quality", "How closely people are looked for: sets the size of the picture that the person network sees",
            Kind<Quality>.choice, standard: Quality.standard.rawValue, set: { $0.quality = $1 }),
        .init(
            "input_size", "That size itself, each side a multiple of 32 from 32 to 4096",
            .text("WxH", "give WIDTHxHEIGHT, each a multiple of 32 from 32 to 4096, such as 512x288") {
                PixelSize($0, side: 32...4096, step: 32)
            }, note: "Instead of the quality.", example: "448x256", set: { $0.exactSize = $1 },
            recorded: { .text($0.inputSize.recorded) }),
        .init(
            "scales", "At how many sizes of the picture people are looked for, each half the one before", .whole(1...4),
            standard: "\(AnalysisOptions().scales)", set: { $0.scales = $1 }, recorded: { .number(Double($0.scales)) }),
        .init(
            "model",
            "Another person network: a YOLOX-style ONNX file, or the name of one that footpath models get has fetched. Its "
                + "own input size applies unless another is given", .network,
            example: "/etc/footpath/yolox_s.onnx",
            set: {
                $0.personNetwork = $1.source
                $0.missingNetwork = $1.missing
            }),
        // Each worker holds a thread of Dispatch, which has 255: with none left for the decoder nothing would go on.
        .init(
            "workers", "Detection workers, one thread each", .whole(1...128), note: "The default is one for each core.",
            isOfCameras: false, set: { $0.workers = $1 }),
        .init(
            "camera_motion", "Whether people are carried along with a picture that moves or shakes",
            Kind<CameraMotionHandling>.choice, standard: "auto", set: { $0.cameraMotion = $1 },
            recorded: { .text($0.cameraMotion.rawValue) }),
        .init(
            "clothes", "Whether brightness and colour of clothes help to tell people apart who cross or come back",
            Kind<AnalysisOptions.ClothesHandling>.choice, standard: "auto", set: { $0.clothes = $1 },
            recorded: { .text($0.clothes.rawValue) }),
        .init(
            "still",
            "What is done about figures that haven't stirred since they were first seen, such as posters: not recorded until they "
                + "do, recorded with a mark, or like anybody",
            Kind<AnalysisOptions.StillHandling>.choice, standard: "keep", set: { $0.still = $1 },
            recorded: { .text($0.still.rawValue) }),
        .init(
            "max_lost",
            "How long somebody may be out of sight and keep the id. More keeps more ids, and gives more to the wrong person",
            .seconds(upTo: 3600), standard: Units.duration(AnalysisOptions().tracker.maxLost),
            set: { $0.tracker.maxLost = $1 }, recorded: { .number($0.tracker.maxLost) }),
        // What waits takes memory.
        .init(
            "bridge",
            "Points of somebody out of sight for so long are recorded, as predicted, once the person reappears; records wait "
                + "as long", .seconds(upTo: 60),
            note: "The default is 500ms for cameras, for files max_lost but at most 10s.", example: "500ms",
            set: { $0.bridge = $1 }, recorded: { .number($0.bridge) }),
        .init(
            "predicted", "Such points are also recorded of those who don't reappear", .flag, form: .flag,
            set: { $0.predicted = $1 }, recorded: { .flag($0.predicted) }),
        .number(
            "face_fps", "How often each person's face is looked for (0 is never)", 0...1000, "times a second",
            get: { $0.faceFPS }, set: { $0.faceFPS = $1 }),
        .number(
            "face_confidence", "Faces with a confidence below aren't recorded", 0...100, "percent",
            get: { $0.faces.minimumConfidence * 100 }, set: { $0.faces.minimumConfidence = $1 / 100 }),
        .number(
            "min_face", "Faces narrower than this in the original picture are left out", 8...10000, "pixels",
            get: { $0.faces.minimumWidth }, set: { $0.faces.minimumWidth = $1 }),
        .init(
            "landmarks", "Points of faces; five are the eyes, the nose and the corners of the mouth, all are thirty",
            Kind<Landmark.Selection>.choice, standard: "five", set: { $0.faces.landmarks = $1 },
            recorded: { .text($0.faces.landmarks.rawValue) }),
        .init(
            "raw_landmarks", "Points as they were measured are recorded beside those steadied in time", .flag,
            form: .flag,
            set: { $0.rawLandmarks = $1 }, recorded: { .flag($0.rawLandmarks) }),
        .init(
            "face_model", "Another face network: YuNet ONNX", .file, example: "/etc/footpath/yunet.onnx",
            set: { $0.faceDetector = .yuNet(path: $1) }),
        .number(
            "fps", "How much of a video is analysed", 0.001...1000, "frames a second", note: "All, by default.",
            example: "5",
            get: { $0.fps }, set: { $0.fps = $1 }),
        .init(
            "stream", "Which of the file's streams, by ffprobe's number", .whole(0...9999),
            note: "The default is what FFmpeg takes for the best, unless others are longer.", isOfCameras: false,
            set: { $0.stream = $1 }, recorded: { $0.stream.map { .number(Double($0)) } }),
        .init(
            "masks",
            "LEFT,TOP,WIDTH,HEIGHT or the corners X,Y,X,Y,X,Y of parts of the picture that are blacked out before any network "
                + "sees it, in ratios of it", .mask,
            example: "[[0.7, 0, 0.3, 0.4], [0, 0.8, 0.2, 1, 0, 1]]", option: "mask", form: .values,
            set: { $0.masks.append($1) }, recorded: { $0.masks.isEmpty ? nil : .text($0.recordedMasks) }),
        .init(
            "zones",
            "Regions in which people are counted, by name and corners in ratios of the picture. In YAML they may have an "
                + "anchor, the point of a person that counts (feet, center or head), loiter, after how long somebody stays for "
                + "long, and crowd, when there are too many", .zone,
            example:
                "[{name: door, points: [[0, 0.5], [0.3, 0.5], [0.3, 1]], anchor: feet, loiter: 30s, crowd: {people: 5, for: 10s}}]",
            option: "zone", form: .values, set: { $0.layout.zones.append($1) },
            recorded: { $0.layout.zones.isEmpty ? nil : .text(fingerprint($0.layout.zones.map(\.text))) }),
        .init(
            "lines",
            "Lines at which people are counted, by name and points in ratios of the picture. For somebody who walks along the "
                + "line, from their left to their right is in", .line,
            example: "[{name: entrance, points: [[0.2, 0.7], [0.8, 0.7]]}]", option: "line", form: .values,
            set: { $0.layout.lines.append($1) },
            recorded: { $0.layout.lines.isEmpty ? nil : .text(fingerprint($0.layout.lines.map(\.text))) }),
        .init(
            "counts_settle",
            "How long somebody must have been in a zone, out of it or behind a line to be counted. More leaves out those who "
                + "only touch it", .seconds(upTo: 60), standard: Units.duration(CountingLayout().settle),
            option: "settle",
            set: { $0.layout.settle = $1 },
            recorded: { $0.layout.isEmpty ? nil : .number($0.layout.settle) }),
        .init(
            "counts_interval", "How often counts are recorded, at whole multiples of it in UTC", .seconds(1...86400),
            standard: Units.duration(CountingLayout().interval), set: { $0.layout.interval = $1 },
            recorded: { $0.layout.isEmpty ? nil : .number($0.layout.interval) }),
        .init(
            "detail",
            "How much is recorded: points of paths, whole paths without points, or counts without anything of a single person",
            Kind<Detail>.choice, standard: Detail.points.rawValue, set: { $0.detail = $1 },
            recorded: { $0.detail == .points ? nil : .text($0.detail.rawValue) }),
        .init(
            "max_picture", "Pictures of more pixels than one of this size has are refused, since they take memory",
            .text("WxH", "give WIDTHxHEIGHT, each 16 to 32768, such as 3840x2160") { PixelSize($0, side: 16...32768) },
            standard: "\(AnalysisOptions().largestPicture)", set: { $0.largestPicture = $1 }),
        .init(
            "start_time", "When the first frame was taken (RFC 3339)",
            .text("time", "give an RFC 3339 time, such as 2026-03-01T08:00:00Z") { UTCTime($0)?.milliseconds },
            note: "The default is the file's creation_time, else 1970-01-01T00:00:00Z.", isOfCameras: false,
            set: { $0.startTime = $1 }),
    ]

    /// Those that matter where faces alone are looked for.
    package static let ofFaces = all.filter {
        ["face_confidence", "min_face", "landmarks", "raw_landmarks", "face_model", "max_picture"].contains($0.key)
    }
    /// Those of how a video is opened.
    package static let ofSources = all.filter { ["stream", "max_picture"].contains($0.key) }
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

extension AnalysisOptions {
    /// All masks, or what tells them from others where a line has no room for all.
    fileprivate var recordedMasks: String {
        let text = masks.map(\.text).joined(separator: " ")
        if text.utf8.count <= RecordWriter.longestSetting { return text }
        return "\(masks.count) with SHA-256 \(SHA256Digest.of(Array(text.utf8)))"
    }
}

/// What tells zones or lines from others: the records `region` say where they are.
private func fingerprint(_ regions: [String]) -> String {
    "\(regions.count) with SHA-256 \(SHA256Digest.of(Array(regions.joined(separator: "\n").utf8)))"
}

extension AnalysisOptions.InputSize {
    fileprivate var recorded: String {
        switch self {
        case .fitted(let size): "up to \(size)"
        case .exact(let size): size.description
        case .network: "network"
        }
    }
}

extension PixelSize {
    /// `WIDTHxHEIGHT`; nil where it is anything else, or a side is none of these.
    init?(_ text: String, side: ClosedRange<Int>, step: Int = 1) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard sides.count == 2, sides.allSatisfy({ side.contains($0) && $0 % step == 0 }) else { return nil }
        self.init(width: sides[0], height: sides[1])
    }
}
