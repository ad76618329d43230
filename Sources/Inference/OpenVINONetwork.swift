import COpenVINO
import PathModel

/// A network that OpenVINO compiled.
final class OpenVINONetwork: Network {
    // Immutable, and requests may be made from any thread (openvino/c/ov_compiled_model.h).
    nonisolated(unsafe) fileprivate let handle: OpaquePointer
    fileprivate let name: String

    init(_ handle: OpaquePointer, name: String) {
        self.handle = handle
        self.name = name
    }

    deinit {
        footpath_ov_network_free(handle)
    }

    func makeSession() throws(InferenceError) -> any InferenceSession {
        let (request, _, reason) = withErrorText { footpath_ov_request_new(handle, $0, $1) }
        guard let request else { throw .failed(network: name, reason: reason) }
        return try OpenVINOSession(network: self, request: request)
    }
}

/// One inference request of a network.
final class OpenVINOSession: InferenceSession {
    let inputShape: [Int]
    private let network: OpenVINONetwork
    private let request: OpaquePointer
    private let input: UnsafeMutableBufferPointer<Float>

    init(network: OpenVINONetwork, request: OpaquePointer) throws(InferenceError) {
        self.network = network
        self.request = request
        var shape = footpath_ov_shape()
        let (memory, _, reason) = withErrorText { footpath_ov_input(request, &shape, $0, $1) }
        guard let memory else {
            footpath_ov_request_free(request)
            throw .wrongShape(network: network.name, reason: reason)
        }
        inputShape = shape.extents
        input = UnsafeMutableBufferPointer(start: memory, count: inputShape.reduce(1, *))
    }

    deinit {
        footpath_ov_request_free(request)
    }

    func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        try fill(from: image, encoding: encoding)
        let (status, _, reason) = withErrorText { footpath_ov_infer(request, $0, $1) }
        guard status == 0 else { throw .failed(network: network.name, reason: reason) }
        var outputs: [Tensor] = []
        for index in 0..<footpath_ov_output_count(network.handle) {
            outputs.append(try output(index))
        }
        return outputs
    }

    private func output(_ index: Int) throws(InferenceError) -> Tensor {
        var shape = footpath_ov_shape()
        let (memory, _, reason) = withErrorText { footpath_ov_output(request, index, &shape, $0, $1) }
        guard let memory else { throw .failed(network: network.name, reason: "output \(index): \(reason)") }
        let extents = shape.extents
        let values = UnsafeBufferPointer(start: memory, count: extents.reduce(1, *))
        return Tensor(shape: extents, values: Array(values))
    }

    private func fill(from image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) {
        let (width, height, channels) = (image.size.width, image.size.height, PixelBuffer.channels)
        let expected =
            switch encoding.layout {
            case .nchw: [1, channels, height, width]
            case .nhwc: [1, height, width, channels]
            }
        guard expected == inputShape else {
            throw .wrongShape(network: network.name, reason: "its input is \(inputShape), a picture gives \(expected)")
        }
        let (offset, scale) = (encoding.offset, encoding.scale)
        image.bytes.withUnsafeBufferPointer { bytes in
            switch encoding.layout {
            case .nhwc:
                for index in 0..<bytes.count {
                    input[index] = (Float(bytes[index]) - offset) * scale
                }
            case .nchw:
                let plane = width * height
                for channel in 0..<channels {
                    for pixel in 0..<plane {
                        input[channel * plane + pixel] = (Float(bytes[pixel * channels + channel]) - offset) * scale
                    }
                }
            }
        }
    }
}

extension footpath_ov_shape {
    /// A shape of at most eight extents; further ones are dropped.
    init(_ extents: [Int]) {
        self.init()
        withUnsafeMutableBytes(of: &dims) { bytes in
            let dims = bytes.bindMemory(to: Int64.self)
            for (index, extent) in extents.prefix(dims.count).enumerated() {
                dims[index] = Int64(extent)
            }
            rank = Int32(min(extents.count, dims.count))
        }
    }

    var extents: [Int] {
        withUnsafeBytes(of: dims) { bytes in
            bytes.bindMemory(to: Int64.self).prefix(Int(rank)).map { Int($0) }
        }
    }
}

/// Calls a C function that explains its failures in a text buffer.
///
/// - Returns: its result; the C function that failed, and why.
func withErrorText<Result>(
    _ body: (UnsafeMutablePointer<CChar>, Int) -> Result
) -> (result: Result, step: String, reason: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { text in
        guard let start = text.baseAddress else { preconditionFailure("a temporary allocation has an address") }
        start.pointee = 0
        let result = body(start, text.count)
        let message = String(cString: start)
        // OpenVINO's messages run over several lines of C++ source positions; the last one says why.
        let reason = message.split(separator: "\n").last.map(String.init) ?? ""
        return (result, String(message.prefix { $0 != ":" }), reason)
    }
}
