import PathModel

/// Loads networks. The one implementation is `OpenVINOEngine`; tests script their own.
public protocol InferenceEngine: Sendable {
    /// Gives a network, compiled now or before.
    ///
    /// - Parameters:
    ///   - source: where the network is.
    ///   - inputShape: the shape to give its one input, such as `[1, 3, 256, 448]`; nil keeps the network's own.
    ///   - concurrency: how many inferences on it may run at a time; further ones wait for their turn. Each takes memory
    ///     of its own, about 12 MB for the person network, once they have waited long enough for one another.
    func load(_ source: NetworkSource, inputShape: [Int]?, concurrency: Int) throws(InferenceError) -> any Network
}

extension InferenceEngine {
    /// A network for one inference at a time.
    public func load(_ source: NetworkSource, inputShape: [Int]?) throws(InferenceError) -> any Network {
        try load(source, inputShape: inputShape, concurrency: 1)
    }
}

/// A compiled network, for all who use it.
public protocol Network: Sendable {
    /// A session of the network.
    func makeSession() throws(InferenceError) -> any InferenceSession
}

/// One user's way to a network, for one inference at a time.
public protocol InferenceSession: AnyObject {
    /// The input's shape.
    var inputShape: [Int] { get }

    /// Runs the network on a picture of exactly the input's size.
    ///
    /// - Returns: the outputs in the network's order.
    func run(_ image: PixelBuffer, encoding: InputEncoding) throws(InferenceError) -> [Tensor]
}

/// Where a network is.
public enum NetworkSource: Hashable, Sendable {
    /// The person network in the binary.
    case embeddedPersonNetwork
    /// A file that the runtime reads: ONNX, OpenVINO IR or TensorFlow Lite.
    case file(String)
}

/// How a picture's bytes become an input.
public enum InputEncoding: Hashable, Sendable {
    /// One plane a channel, the bytes as they are (ONNX).
    case nchw
    /// The channels of a pixel together, as `(byte - offset) * scale` (TensorFlow Lite).
    case nhwc(offset: Float = 0, scale: Float)
}

/// A float32 array of some shape, last dimension fastest.
public struct Tensor: Hashable, Sendable {
    /// The extents.
    public var shape: [Int]
    /// As many as the product of the extents.
    public var values: [Float]

    /// An array of a shape.
    public init(shape: [Int], values: [Float]) {
        self.shape = shape
        self.values = values
    }
}

/// Why a network can't be used.
public enum InferenceError: Error, Hashable, CustomStringConvertible {
    /// The runtime's library is missing or unusable.
    case runtimeUnavailable(path: String, reason: String)
    /// The network can't be read or compiled.
    case unreadable(network: String, reason: String)
    /// The network is not of the kind that is needed.
    case wrongShape(network: String, reason: String)
    /// An inference failed.
    case failed(network: String, reason: String)

    public var description: String {
        switch self {
        case .runtimeUnavailable(let path, let reason):
            "can't load OpenVINO from \(path): \(reason). Scripts/setup fetches it; "
                + "FOOTPATH_RUNTIME names the folder where another copy is."
        case .unreadable(let network, let reason):
            "can't read the network \(network): \(reason). It must be a readable ONNX, OpenVINO IR or "
                + "TensorFlow Lite file."
        case .wrongShape(let network, let reason):
            "the network \(network) does not fit: \(reason)"
        case .failed(let network, let reason):
            "the network \(network) failed: \(reason)"
        }
    }
}
