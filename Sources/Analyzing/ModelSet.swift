import Decoding
import Detecting
import Foundation
import Inference
import PathModel
import Synchronization

/// The networks of one analysis, and what its workers are made from.
package final class ModelSet: Sendable {
    /// What tells workers apart: those of equal keys run the same networks.
    package struct Key: Hashable {
        package let network: NetworkSource
        package let inputSizes: [PixelSize?]
        package let faceFiles: FaceFiles?
    }

    private struct NetworkKey: Hashable {
        let source: NetworkSource
        let inputShape: [Int]?
    }

    /// Where the face networks are.
    package struct FaceFiles: Hashable {
        package let detector: String
        package let isYuNet: Bool
        /// Nil where the landmarks that are wanted need none.
        package let mesh: String?
        /// Nil where no pupils are wanted.
        package let iris: String?

        package init(folder: String, options: AnalysisOptions) {
            switch options.faceDetector {
            case .blazeFace:
                detector = folder + "/face_detection_short_range.tflite"
                isYuNet = false
            case .yuNet(let path):
                detector = path
                isYuNet = true
            }
            let needsMesh = options.faces.landmarks == .all || options.faces.landmarks == .five && !isYuNet
            mesh = needsMesh ? folder + "/face_landmark.tflite" : nil
            iris = options.faces.landmarks == .all ? folder + "/iris_landmark.tflite" : nil
        }

        package var paths: [String] { [detector] + [mesh, iris].compactMap(\.self) }
    }

    package var key: Key {
        Key(network: options.personNetwork, inputSizes: inputSizes, faceFiles: faceFiles)
    }

    private let engine: any InferenceEngine
    private let options: AnalysisOptions
    private let inputSizes: [PixelSize?]
    private let faceFiles: FaceFiles?
    /// What is loaded stays, for as long as the analysis lasts, even where a file is replaced.
    private let networks = Mutex<[NetworkKey: (network: any Network, concurrency: Int)]>([:])

    /// What an analysis of frames of `frameSize` needs.
    package init(engine: any InferenceEngine, modelFolder: String, options: AnalysisOptions, frameSize: PixelSize) {
        self.engine = engine
        self.options = options
        let size: PixelSize? =
            switch options.inputSize {
            case .fitted(let budget): Letterbox.inputSize(for: frameSize, budget: budget)
            case .exact(let size): size
            case .network: nil
            }
        inputSizes = size.map { PersonDetector.inputSizes(from: $0, levels: options.scales) } ?? [nil]
        faceFiles = options.faceFPS > 0 ? FaceFiles(folder: modelFolder, options: options) : nil
    }

    /// Loads the networks and tries them.
    ///
    /// - Throws: where one doesn't load, doesn't run or is not of the kind that is needed.
    package func check() throws(InferenceError) {
        try makeWorker(of: 1).check()
    }

    /// A worker with buffers of its own.
    ///
    /// - Parameter count: how many workers share the networks.
    package func makeWorker(of count: Int) throws(InferenceError) -> FrameAnalyzer {
        var sessions: [any InferenceSession] = []
        for (level, size) in inputSizes.enumerated() {
            let shape = size.map { [1, 3, $0.height, $0.width] }
            // Each scale has a quarter of the pixels of the one before, and takes a quarter of its time.
            let share = 1 << (2 * level)
            sessions.append(
                try session(options.personNetwork, inputShape: shape, concurrency: (count + share - 1) / share))
        }
        let detector = try PersonDetector(
            sessions: sessions, network: options.personNetwork.name, minimumScore: FrameAnalyzer.minimumScore)
        return FrameAnalyzer(detector: detector, faceFinder: try makeFaceFinder(of: count))
    }

    /// The face networks alone; nil where no faces are looked for.
    package func makeFaceFinder(of count: Int = 1) throws(InferenceError) -> FaceFinder? {
        guard let faceFiles else { return nil }
        // Also where faces fill the picture, most of the time goes into people, scaling and cutting. A set of these networks
        // takes 22 MB, twice what the person network does.
        let concurrency = (count + 3) / 4
        let (mesh, iris) = (
            try faceFiles.mesh.map { path throws(InferenceError) in
                try session(.file(path), concurrency: concurrency)
            },
            try faceFiles.iris.map { path throws(InferenceError) in
                try session(.file(path), concurrency: concurrency)
            }
        )
        let source = NetworkSource.file(faceFiles.detector)
        guard faceFiles.isYuNet else {
            let detector = try session(source, concurrency: concurrency)
            return try FaceFinder(detector: detector, mesh: mesh, iris: iris, options: options.faces)
        }
        let yuNet = try session(source, inputShape: FaceFinder.yuNetInputShape, concurrency: concurrency)
        return try FaceFinder(
            yuNet: yuNet, network: source.name, mesh: mesh, iris: iris, options: options.faces)
    }

    private func session(
        _ source: NetworkSource, inputShape: [Int]? = nil, concurrency: Int
    ) throws(InferenceError) -> any InferenceSession {
        try networks.withLock { networks throws(InferenceError) in
            let key = NetworkKey(source: source, inputShape: inputShape)
            if let known = networks[key], known.concurrency >= concurrency { return try known.network.makeSession() }
            let network = try engine.load(source, inputShape: inputShape, concurrency: concurrency)
            networks[key] = (network, concurrency)
            return try network.makeSession()
        }
    }

    /// The networks' names and hashes, for the record.
    package static func identify(
        options: AnalysisOptions, modelFolder: String
    ) throws(InferenceError) -> [SessionStart.Model] {
        var models = [
            SessionStart.Model(name: options.personNetwork.name, sha256: try digest(of: options.personNetwork))
        ]
        guard options.faceFPS > 0 else { return models }
        for path in FaceFiles(folder: modelFolder, options: options).paths {
            let source = NetworkSource.file(path)
            models.append(SessionStart.Model(name: source.name, sha256: try digest(of: source)))
        }
        return models
    }

    private static func digest(of source: NetworkSource) throws(InferenceError) -> String {
        switch source {
        case .embeddedPersonNetwork: return SHA256Digest.of(NetworkSource.embeddedPersonNetworkBytes)
        case .file(let path):
            OpenedFiles.note(path: path)
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .unreadable(network: path, reason: "there is no such file, or no permission to read it")
            }
            return SHA256Digest.of([UInt8](data))
        }
    }
}
