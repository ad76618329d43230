import Decoding
import Detecting
import Foundation
import Inference
import PathModel

/// The compiled networks of one analysis, shared by its workers.
struct ModelSet: Sendable {
    /// Where the face networks are.
    struct FaceFiles {
        let detector: String
        let mesh: String

        init(folder: String) {
            detector = folder + "/face_detection_short_range.tflite"
            mesh = folder + "/face_landmark.tflite"
        }
    }

    /// One for each scale.
    private let person: [any Network]
    private let personName: String
    private let faces: (detector: any Network, mesh: any Network)?
    private let masks: [BoundingBox]

    /// Compiles what an analysis needs, for frames of `frameSize`.
    init(
        engine: any InferenceEngine, modelFolder: String, options: AnalysisOptions, frameSize: PixelSize
    ) throws(InferenceError) {
        let size: PixelSize? =
            switch options.inputSize {
            case .fitted(let budget): Letterbox.inputSize(for: frameSize, budget: budget)
            case .exact(let size): size
            case .network: nil
            }
        let sizes: [PixelSize?] =
            size.map { PersonDetector.inputSizes(from: $0, levels: options.scales) } ?? [nil]
        var person: [any Network] = []
        for size in sizes {
            let shape = size.map { [1, 3, $0.height, $0.width] }
            person.append(try engine.load(options.personNetwork, inputShape: shape, streams: options.workers))
        }
        self.person = person
        personName = options.personNetwork.name
        if options.faceRate > 0 {
            let files = FaceFiles(folder: modelFolder)
            faces = (
                detector: try engine.load(.file(files.detector), inputShape: nil, streams: options.workers),
                mesh: try engine.load(.file(files.mesh), inputShape: nil, streams: options.workers)
            )
        } else {
            faces = nil
        }
        masks = options.masks
    }

    /// A worker's own sessions and buffers.
    func makeWorker() throws(InferenceError) -> FrameAnalyzer {
        var sessions: [any InferenceSession] = []
        for network in person { sessions.append(try network.makeSession()) }
        let detector = try PersonDetector(
            sessions: sessions, network: personName, minimumScore: FrameAnalyzer.minimumScore)
        var finder: FaceFinder?
        if let faces {
            finder = try FaceFinder(detector: faces.detector.makeSession(), mesh: faces.mesh.makeSession())
        }
        return FrameAnalyzer(detector: detector, faceFinder: finder, masks: masks)
    }

    /// The networks' names and hashes, for the record.
    static func identify(
        options: AnalysisOptions, modelFolder: String
    ) throws(InferenceError) -> [SessionStart.Model] {
        var models = [
            SessionStart.Model(name: options.personNetwork.name, sha256: try digest(of: options.personNetwork))
        ]
        guard options.faceRate > 0 else { return models }
        let files = FaceFiles(folder: modelFolder)
        for path in [files.detector, files.mesh] {
            let source = NetworkSource.file(path)
            models.append(SessionStart.Model(name: source.name, sha256: try digest(of: source)))
        }
        return models
    }

    private static func digest(of source: NetworkSource) throws(InferenceError) -> String {
        let bytes: [UInt8]
        switch source {
        case .embeddedPersonNetwork: bytes = NetworkSource.embeddedPersonNetworkBytes
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .unreadable(network: path, reason: "there is no such file, or no permission to read it")
            }
            bytes = [UInt8](data)
        }
        guard let digest = SHA256Digest() else { throw .unreadable(network: source.name, reason: "out of memory") }
        digest.update(bytes)
        return digest.hexadecimal()
    }
}
