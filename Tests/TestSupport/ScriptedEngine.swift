import Foundation
import Inference
import PathModel

/// An engine whose networks give what a test wants.
public struct ScriptedEngine: InferenceEngine {
    private let script: @Sendable (NetworkSource, [Int]?) throws(InferenceError) -> ScriptedNetwork

    /// - Parameter script: the network for a source and the input shape that is asked for.
    public init(_ script: @escaping @Sendable (NetworkSource, [Int]?) throws(InferenceError) -> ScriptedNetwork) {
        self.script = script
    }

    public func load(
        _ source: NetworkSource, inputShape: [Int]?, concurrency: Int
    ) throws(InferenceError) -> any Network {
        try script(source, inputShape)
    }
}

/// A network of a function.
public struct ScriptedNetwork: Network {
    private let inputShape: [Int]
    private let outputs: @Sendable (PixelBuffer) throws(InferenceError) -> [Tensor]

    /// - Parameter outputs: called on the threads of the sessions.
    public init(inputShape: [Int], outputs: @escaping @Sendable (PixelBuffer) throws(InferenceError) -> [Tensor]) {
        self.inputShape = inputShape
        self.outputs = outputs
    }

    public func makeSession() -> any InferenceSession {
        ScriptedSession(inputShape: inputShape, outputs: outputs)
    }
}

/// A session of a function.
public final class ScriptedSession: InferenceSession {
    public let inputShape: [Int]
    private let outputs: (PixelBuffer) throws(InferenceError) -> [Tensor]

    /// - Parameter outputs: what a picture gives.
    public init(inputShape: [Int], outputs: @escaping (PixelBuffer) throws(InferenceError) -> [Tensor]) {
        self.inputShape = inputShape
        self.outputs = outputs
    }

    public func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        try outputs(image)
    }
}

extension Project {
    /// The real engine, for tests of what networks find. Scripts/setup fetches its library.
    ///
    /// - Parameter compiledNetworks: where compiled networks are kept; nil keeps none.
    public static func openVINO(compiledNetworks: String? = nil) throws -> OpenVINOEngine {
        let folder = runtimeFolder.appendingPathComponent("openvino")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let library = names.filter { $0.hasPrefix("libopenvino_c.so") }.max() ?? "libopenvino_c.so"
        return try OpenVINOEngine(
            library: folder.appendingPathComponent(library).path, compiledNetworks: compiledNetworks)
    }

    /// A face network that Scripts/setup fetches.
    public static func faceNetwork(_ name: String) -> NetworkSource {
        .file(runtimeFolder.appendingPathComponent("models/\(name)").path)
    }

    /// As the program looks for it: where `FOOTPATH_RUNTIME` says, then in the project.
    private static var runtimeFolder: URL {
        ProcessInfo.processInfo.environment["FOOTPATH_RUNTIME"].map { URL(fileURLWithPath: $0) } ?? runtime
    }
}
