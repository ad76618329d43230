/// Why a request isn't taken for its sender's, as AWS's services say it. It tells no secret and repeats no header but dates.
public enum SignatureError: Error, Hashable, Sendable {
    /// There is no Authorization header.
    case missing
    /// It isn't written as it must be.
    case incomplete(String)
    /// The signature is another request's, of another time, or by another secret.
    case invalid(String)
    /// No such access key, or a session token, which none has here.
    case unknownKey

    /// The exception's name.
    public var type: String {
        switch self {
        case .missing: "MissingAuthenticationTokenException"
        case .incomplete: "IncompleteSignatureException"
        case .invalid: "InvalidSignatureException"
        case .unknownKey: "UnrecognizedClientException"
        }
    }

    public var message: String {
        switch self {
        case .missing: "Missing Authentication Token"
        case .incomplete(let message), .invalid(let message): message
        case .unknownKey: "The security token included in the request is invalid."
        }
    }
}
