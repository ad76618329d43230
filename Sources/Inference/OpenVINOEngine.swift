import COpenVINO
import CPersonNetwork
import PathModel

/// OpenVINO on the CPU, float32, through its C API.
public final class OpenVINOEngine: InferenceEngine {
    // The pointer is never freed and OpenVINO's core is thread-safe (openvino/c/ov_core.h).
    nonisolated(unsafe) private let runtime: OpaquePointer

    /// Loads the runtime.
    ///
    /// - Parameter library: the path of `libopenvino_c.so`; its companions are found beside it.
    public init(library: String) throws(InferenceError) {
        let (runtime, _, reason) = withErrorText { footpath_ov_open(library, $0, $1) }
        guard let runtime else { throw .runtimeUnavailable(path: library, reason: reason) }
        self.runtime = runtime
    }

    public func load(
        _ source: NetworkSource, inputShape: [Int]?
    ) throws(InferenceError) -> any Network {
        let (network, step, reason) = withErrorText { text, size in
            var shape = footpath_ov_shape(inputShape ?? [])
            return withUnsafePointer(to: &shape) { shape in
                let shape = inputShape == nil ? nil : shape
                switch source {
                case .embeddedPersonNetwork:
                    let bytes = personNetworkMemory
                    return footpath_ov_compile(
                        runtime, nil, bytes.baseAddress, bytes.count, shape, text, size)
                case .file(let path):
                    return footpath_ov_compile(runtime, path, nil, 0, shape, text, size)
                }
            }
        }
        guard let network else {
            if let inputShape, step != "ov_core_read_model" {
                throw .wrongShape(network: source.name, reason: "it can't take an input of \(inputShape): \(reason)")
            }
            throw .unreadable(network: source.place, reason: reason)
        }
        let result = OpenVINONetwork(network, name: source.name)
        guard footpath_ov_input_count(network) == 1 else {
            throw .wrongShape(network: source.name, reason: "it has more than one input, or none")
        }
        return result
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
private var personNetworkMemory: UnsafeBufferPointer<CChar> {
    var count = 0
    let start = footpath_person_onnx(&count)
    return UnsafeBufferPointer(start: start, count: count)
}
