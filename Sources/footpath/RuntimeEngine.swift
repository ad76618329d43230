import Inference
import Settings

extension RuntimeFolder {
    /// The engine of the folder's OpenVINO.
    func makeEngine() throws(InferenceError) -> OpenVINOEngine {
        try OpenVINOEngine(library: library, compiledNetworks: compiledNetworks)
    }
}
