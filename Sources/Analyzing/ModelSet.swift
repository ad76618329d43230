import Decoding
import Detecting
import Foundation
import Inference
import PathModel

/// What the workers of one analysis are made from.
package struct ModelSet: Sendable {
    /// What tells workers apart: those of equal keys find the same.
    package struct Key: Hashable {
        package let network: NetworkSource
        package let inputSizes: [PixelSize?]
        package let faceFiles: FaceFiles?
        package let faces: FaceFinder.Options
    }

    /// Where the face networks are.
    package struct FaceFiles: Hashable {
        package let detector: String
        package let isYuNet: Bool
        /// Nil where the landmarks that are wanted need none.
        package let mesh: String?

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
        }

        package var paths: [String] { [detector] + (mesh.map { [$0] } ?? []) }
    }

    package var key: Key {
        Key(network: options.personNetwork, inputSizes: inputSizes, faceFiles: faceFiles, faces: options.faces)
    }

    private let engine: any InferenceEngine
    private let options: AnalysisOptions
    private let inputSizes: [PixelSize?]
    private let faceFiles: FaceFiles?
    private let spare = SpareWorker()

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
        faceFiles = options.faceRate > 0 ? FaceFiles(folder: modelFolder, options: options) : nil
    }

    /// Tries the networks; the worker made for it is the first that `makeWorker` gives.
    package func check() throws(InferenceError) {
        let worker = try makeWorker()
        try worker.check()
        spare.put(worker)
    }

    /// A worker with networks, sessions and buffers of its own.
    package func makeWorker() throws(InferenceError) -> FrameAnalyzer {
        if let worker = spare.take() { return worker }
        var sessions: [any InferenceSession] = []
        for size in inputSizes {
            let shape = size.map { [1, 3, $0.height, $0.width] }
            sessions.append(try session(options.personNetwork, inputShape: shape))
        }
        let detector = try PersonDetector(
            sessions: sessions, network: options.personNetwork.name, minimumScore: FrameAnalyzer.minimumScore)
        return FrameAnalyzer(detector: detector, faceFinder: try makeFaceFinder())
    }

    /// The face networks alone; nil where no faces are looked for.
    package func makeFaceFinder() throws(InferenceError) -> FaceFinder? {
        guard let faceFiles else { return nil }
        let mesh = try faceFiles.mesh.map { path throws(InferenceError) in try session(.file(path)) }
        guard faceFiles.isYuNet else {
            return try FaceFinder(detector: session(.file(faceFiles.detector)), mesh: mesh, options: options.faces)
        }
        let source = NetworkSource.file(faceFiles.detector)
        return try FaceFinder(
            yuNet: session(source, inputShape: FaceFinder.yuNetInputShape), network: source.name, mesh: mesh,
            options: options.faces)
    }

    private func session(
        _ source: NetworkSource, inputShape: [Int]? = nil
    ) throws(InferenceError) -> any InferenceSession {
        try engine.load(source, inputShape: inputShape).makeSession()
    }

    /// The networks' names and hashes, for the record.
    package static func identify(
        options: AnalysisOptions, modelFolder: String
    ) throws(InferenceError) -> [SessionStart.Model] {
        var models = [
            SessionStart.Model(name: options.personNetwork.name, sha256: try digest(of: options.personNetwork))
        ]
        guard options.faceRate > 0 else { return models }
        for path in FaceFiles(folder: modelFolder, options: options).paths {
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
            OpenedFiles.note(path: path)
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

/// A worker that waits for its thread.
private final class SpareWorker: @unchecked Sendable {
    // `lock` protects `worker`. Who puts it keeps no other reference, and who takes it has it alone.
    private let lock = NSLock()
    private var worker: FrameAnalyzer?

    func put(_ worker: FrameAnalyzer) {
        lock.withLock { self.worker = worker }
    }

    func take() -> FrameAnalyzer? {
        lock.withLock {
            defer { worker = nil }
            return worker
        }
    }
}
