import COpenVINO
import CPersonNetwork
import Glibc
import PathModel
import Synchronization

/// OpenVINO on the CPU, float32, through its C API. Its networks are shared by all who load them.
public final class OpenVINOEngine: InferenceEngine {
    private struct NetworkKey: Hashable {
        let model: OpenVINOModels.Key
        let inputShape: [Int]?
    }

    /// A set for pictures of one shape takes five. Networks that nobody uses are kept for the next who does: the next
    /// film of one call, a camera after a reload.
    private static let room = 8
    private let models: OpenVINOModels
    private let networks = SharedNetworks<NetworkKey>(room: room)
    private let compiledNetworks: CompiledNetworks?

    /// Loads the runtime.
    ///
    /// - Parameters:
    ///   - library: the path of `libopenvino_c.so`; its companions are found beside it.
    ///   - compiledNetworks: the folder where compiled networks are kept from one start to the next, made where it isn't
    ///     there; nil keeps none. Results are the same bits.
    public init(library: String, compiledNetworks: String? = nil) throws(InferenceError) {
        let (runtime, _, reason) = withErrorText { footpath_ov_open(library, $0, $1) }
        guard let runtime else { throw .runtimeUnavailable(path: library, reason: reason) }
        models = OpenVINOModels(runtime: runtime)
        self.compiledNetworks = compiledNetworks.map(CompiledNetworks.init)
    }

    public func load(
        _ source: NetworkSource, inputShape: [Int]?, concurrency: Int
    ) throws(InferenceError) -> any Network {
        let model = OpenVINOModels.Key(source, isReshaped: inputShape != nil)
        let key = NetworkKey(model: model, inputShape: inputShape)
        let origin = origin(of: source, inputShape: inputShape)
        return try networks.network(for: key, concurrency: concurrency) { () throws(InferenceError) in
            try origin.makeSession()
        }
    }

    func origin(of source: NetworkSource, inputShape: [Int]?) -> SessionOrigin {
        SessionOrigin(source, inputShape: inputShape, models: models, kept: compiledNetworks)
    }
}

/// Where a network's sessions come from: compiling, or an image of what was compiled, now or by a program before.
final class SessionOrigin: Sendable {
    /// The first session is only exported from here, by one at a time, which C allows while it runs.
    private struct Compiled: @unchecked Sendable {
        let session: OpenVINOSession
    }

    private struct State {
        var compiled: Compiled?
        var image: NetworkImage?
    }

    private let source: NetworkSource
    private let inputShape: [Int]?
    private let models: OpenVINOModels
    private let kept: CompiledNetworks?
    private let state = Mutex(State())

    init(_ source: NetworkSource, inputShape: [Int]?, models: OpenVINOModels, kept: CompiledNetworks?) {
        self.source = source
        self.inputShape = inputShape
        self.models = models
        self.kept = kept
    }

    /// One more session.
    func makeSession() throws(InferenceError) -> OpenVINOSession {
        try state.withLock { state throws(InferenceError) in
            let isFirst = state.compiled == nil && state.image == nil
            let key = isFirst && kept != nil ? models.imageKey(of: source, inputShape: inputShape) : nil
            if state.image == nil {
                state.image = state.compiled?.session.exported() ?? key.flatMap { kept?.read($0) }
            }
            if let image = state.image, let session = try? models.makeSession(from: image, name: source.name) {
                return session
            }
            state.image = nil
            let model = try models.model(OpenVINOModels.Key(source, isReshaped: inputShape != nil))
            let compiled = Compiled(session: try model.makeSession(inputShape: inputShape))
            state.compiled = compiled
            // Not under the name of a file that was replaced meanwhile.
            if let key, key == models.imageKey(of: source, inputShape: inputShape) {
                state.image = compiled.session.exported()
                if let image = state.image { kept?.write(image, for: key) }
            }
            return compiled.session
        }
    }
}

/// The models that sessions hold, for further sessions to share their constants.
final class OpenVINOModels: Sendable {
    struct Key: Hashable {
        let source: NetworkSource
        /// A file that was replaced is another network.
        private let stamp: FileStamp?
        /// A model that was given a shape has lost its own.
        private let isReshaped: Bool

        init(_ source: NetworkSource, isReshaped: Bool) {
            self.source = source
            self.isReshaped = isReshaped
            stamp = FileStamp(of: source)
        }
    }

    private struct WeakModel {
        weak var model: OpenVINOModel?
    }

    // Never freed, and OpenVINO's core is thread-safe (openvino/c/ov_core.h).
    nonisolated(unsafe) fileprivate let runtime: OpaquePointer
    private let models = Mutex<[Key: WeakModel]>([:])

    init(runtime: OpaquePointer) {
        self.runtime = runtime
    }

    func model(_ key: Key) throws(InferenceError) -> OpenVINOModel {
        try models.withLock { models throws(InferenceError) in
            if let model = models[key]?.model { return model }
            models = models.filter { $0.value.model != nil }
            let model = try OpenVINOModel(key.source, runtime: runtime)
            models[key] = WeakModel(model: model)
            return model
        }
    }
}

extension OpenVINOModels {
    /// A session of a network that was compiled before.
    func makeSession(from image: NetworkImage, name: String) throws(InferenceError) -> OpenVINOSession {
        let (session, _, reason) = withErrorText { footpath_ov_import(runtime, image.memory, $0, $1) }
        guard let session else { throw .failed(network: name, reason: reason) }
        return try OpenVINOSession(session, of: nil, image: image, name: name)
    }

    /// What a compiled network is kept by; nil for files that may take others along, as ONNX and OpenVINO's own do.
    func imageKey(of source: NetworkSource, inputShape: [Int]?) -> String? {
        var digest = Digest()
        switch source {
        case .embeddedPersonNetwork:
            digest.add(UnsafeRawBufferPointer(personNetworkMemory))
        case .file(let path):
            guard path.hasSuffix(".tflite"), let file = fopen(path, "re") else { return nil }
            defer { fclose(file) }
            var block = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = fread(&block, 1, block.count, file), count > 0 { digest.add(block.prefix(count)) }
            guard ferror(file) == 0 else { return nil }
        }
        let identity = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 14) { text in
            footpath_ov_identity(runtime, text.baseAddress, text.count) == 0
                ? text.baseAddress.map { String(cString: $0) } : nil
        }
        // How a network is changed before it is compiled (COpenVINO) counts, too: the number changes with that.
        return identity.map { "1 \($0) network=\(digest.name) input=\(inputShape ?? [])" }
    }
}

/// What changes when a file is replaced.
private struct FileStamp: Hashable {
    let file: FileIdentity
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    /// Nil where there is no file.
    init?(of source: NetworkSource) {
        guard case .file(let path) = source else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        file = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        size = Int(status.st_size)
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}

extension NetworkSource {
    /// The file's name without its folder, or the embedded network's.
    public var name: String {
        switch self {
        case .embeddedPersonNetwork: "footpath-person.onnx"
        case .file(let path): String(path.split(separator: "/").last ?? "")
        }
    }

    /// Where it is, for errors.
    var place: String {
        switch self {
        case .embeddedPersonNetwork: "in the program"
        case .file(let path): path
        }
    }

    /// The bytes of the network in the binary.
    public static var embeddedPersonNetworkBytes: [UInt8] {
        personNetworkMemory.map { UInt8(bitPattern: $0) }
    }
}

/// Static memory of the binary.
var personNetworkMemory: UnsafeBufferPointer<CChar> {
    var count = 0
    let start = footpath_person_onnx(&count)
    return UnsafeBufferPointer(start: start, count: count)
}
