import COpenVINO
import PathModel
import Synchronization

/// A network as OpenVINO read it.
final class OpenVINOModel: Sendable {
    private let source: NetworkSource
    // A model is for one thread at a time (COpenVINO.h): the mutex.
    private let handle: Mutex<Handle>

    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    init(_ source: NetworkSource, runtime: OpaquePointer) throws(InferenceError) {
        let (pointer, _, reason) = withErrorText { text, size in
            switch source {
            case .embeddedPersonNetwork:
                let bytes = personNetworkMemory
                return footpath_ov_read(runtime, nil, bytes.baseAddress, bytes.count, text, size)
            case .file(let path):
                return footpath_ov_read(runtime, path, nil, 0, text, size)
            }
        }
        guard let pointer else { throw .unreadable(network: source.place, reason: reason) }
        self.source = source
        handle = Mutex(Handle(pointer: pointer))
    }

    deinit {
        handle.withLock { footpath_ov_model_free($0.pointer) }
    }

    /// Compiles it.
    ///
    /// - Parameter inputShape: nil keeps the network's own.
    func makeSession(inputShape: [Int]?) throws(InferenceError) -> OpenVINOSession {
        let (session, _, reason) = withErrorText { text, size in
            var shape = footpath_ov_shape(inputShape ?? [])
            return withUnsafePointer(to: &shape) { shape in
                handle.withLock {
                    footpath_ov_compile($0.pointer, inputShape == nil ? nil : shape, text, size).map(Handle.init)
                }
            }
        }
        guard let session = session?.pointer else {
            guard let inputShape else { throw .unreadable(network: source.place, reason: reason) }
            throw .wrongShape(network: source.name, reason: "it can't take an input of \(inputShape): \(reason)")
        }
        return try OpenVINOSession(session, of: self, name: source.name)
    }
}

/// A compiled network with memory for one inference.
final class OpenVINOSession: InferenceSession {
    let inputShape: [Int]
    private let name: String
    /// Kept, so that others who want the network share its constants; nil where it was imported.
    private let model: OpenVINOModel?
    /// What it was imported from, where its constants are; nil where it was compiled.
    let image: NetworkImage?
    private let handle: OpaquePointer
    private let input: Input

    /// The input's memory.
    private enum Input {
        /// One after another, as many bytes as there are pixels.
        case planes(UnsafeMutablePointer<UInt8>)
        case values(UnsafeMutableBufferPointer<Float>)
    }

    /// Takes over a handle.
    init(
        _ handle: OpaquePointer, of model: OpenVINOModel?, image: NetworkImage? = nil, name: String
    ) throws(InferenceError) {
        self.handle = handle
        self.model = model
        self.image = image
        self.name = name
        var shape = footpath_ov_shape()
        var takesPlanes: Int32 = 0
        let (memory, _, reason) = withErrorText { footpath_ov_input(handle, &shape, &takesPlanes, $0, $1) }
        guard let memory, footpath_ov_input_count(handle) == 1 else {
            footpath_ov_session_free(handle)
            throw .wrongShape(network: name, reason: memory == nil ? reason : "it has more than one input")
        }
        inputShape = shape.extents
        let count = inputShape.reduce(1, *)
        input =
            takesPlanes != 0
            ? .planes(memory.bindMemory(to: UInt8.self, capacity: count))
            : .values(
                UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: count), count: count))
    }

    deinit {
        footpath_ov_session_free(handle)
    }

    /// What further sessions of the network are imported from; this one may be at work on another thread meanwhile.
    ///
    /// - Returns: nil where it can't be written, as where `/proc` is hidden, or was imported itself.
    func exported() -> NetworkImage? {
        var memory = footpath_ov_image()
        let (status, _, _) = withErrorText { footpath_ov_export(handle, &memory, $0, $1) }
        return status == 0 ? NetworkImage(memory) : nil
    }

    func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor] {
        try fill(from: image, encoding: encoding)
        let (status, _, reason) = withErrorText { footpath_ov_infer(handle, $0, $1) }
        guard status == 0 else { throw .failed(network: name, reason: reason) }
        var outputs: [Tensor] = []
        for index in 0..<footpath_ov_output_count(handle) {
            outputs.append(try output(index))
        }
        return outputs
    }

    private func output(_ index: Int) throws(InferenceError) -> Tensor {
        var shape = footpath_ov_shape()
        let (memory, _, reason) = withErrorText { footpath_ov_output(handle, index, &shape, $0, $1) }
        guard let memory else { throw .failed(network: name, reason: "output \(index): \(reason)") }
        let extents = shape.extents
        let values = UnsafeBufferPointer(start: memory, count: extents.reduce(1, *))
        return Tensor(shape: extents, values: Array(values))
    }

    private func fill(from image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) {
        let (width, height, channels) = (image.size.width, image.size.height, PixelBuffer.channels)
        let given: [Int]
        switch (encoding, input) {
        case (.nchw, .planes(let planes)):
            given = [1, channels, height, width]
            guard given == inputShape else { break }
            image.bytes.withUnsafeBufferPointer { footpath_split_planes(planes, $0.baseAddress, width * height) }
            return
        case (.nhwc(let offset, let scale), .values(let values)):
            given = [1, height, width, channels]
            guard given == inputShape else { break }
            image.bytes.withUnsafeBufferPointer { bytes in
                for index in 0..<bytes.count { values[index] = (Float(bytes[index]) - offset) * scale }
            }
            return
        case (.nchw, .values): given = [1, channels, height, width]
        case (.nhwc, .planes): given = [1, height, width, channels]
        }
        throw .wrongShape(network: name, reason: "its input is \(inputShape), a picture gives \(given)")
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
