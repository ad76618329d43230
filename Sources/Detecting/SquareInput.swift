import Inference

extension InferenceSession {
    /// - Throws: `InferenceError.wrongShape` where the input isn't one picture of `side` x `side`, channels last.
    func requireSquareInput(_ side: Int, network: String) throws(InferenceError) {
        let wanted = [1, side, side, 3]
        guard inputShape == wanted else {
            throw .wrongShape(network: network, reason: "its input is \(inputShape), not \(wanted)")
        }
    }
}
