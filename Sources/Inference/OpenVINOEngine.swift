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

    /// Loads the runtime.
    ///
    /// - Parameter library: the path of `libopenvino_c.so`; its companions are found beside it.
    public init(library: String) throws(InferenceError) {
        let (runtime, _, reason) = withErrorText { footpath_ov_open(library, $0, $1) }
        guard let runtime else { throw .runtimeUnavailable(path: library, reason: reason) }
        models = OpenVINOModels(runtime: runtime)
    }

    public func load(
        _ source: NetworkSource, inputShape: [Int]?, concurrency: Int
    ) throws(InferenceError) -> any Network {
        let model = OpenVINOModels.Key(source, isReshaped: inputShape != nil)
        let key = NetworkKey(model: model, inputShape: inputShape)
        let first = FirstSession()
        return try networks.network(for: key, concurrency: concurrency) { [models] () throws(InferenceError) in
            if let copy = first.copy() { return copy }
            return first.keep(try models.model(model).makeSession(inputShape: inputShape))
        }
    }

    /// A session of its own.
    func compile(_ source: NetworkSource, inputShape: [Int]?) throws(InferenceError) -> OpenVINOSession {
        try models.model(OpenVINOModels.Key(source, isReshaped: inputShape != nil)).makeSession(inputShape: inputShape)
    }
}

/// The first session of a network, for further ones to be copies of.
private final class FirstSession: Sendable {
    // The first is only copied from here, by one at a time, which C allows while it runs; a copy is the caller's alone.
    private struct Kept: @unchecked Sendable {
        let session: OpenVINOSession
    }

    private let kept = Mutex<Kept?>(nil)

    func keep(_ session: OpenVINOSession) -> OpenVINOSession {
        let first = Kept(session: session)
        kept.withLock { $0 = first }
        return session
    }

    /// Nil where there is none yet, or where it can't be copied, as where `/proc` is hidden.
    func copy() -> OpenVINOSession? {
        kept.withLock { kept in (try? kept?.session.copy()).map(Kept.init) }?.session
    }
}

/// The models that sessions hold, for further sessions to share their constants.
private final class OpenVINOModels: Sendable {
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
    nonisolated(unsafe) private let runtime: OpaquePointer
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
