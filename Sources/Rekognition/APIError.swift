/// An error of Rekognition's API, as its clients know it.
public struct APIError: Error, Hashable, Sendable {
    /// The names that the SDKs make their exceptions of.
    public enum Code: String, CaseIterable, Sendable {
        case accessDenied = "AccessDeniedException"
        case idempotentParameterMismatch = "IdempotentParameterMismatchException"
        case imageTooLarge = "ImageTooLargeException"
        case incompleteSignature = "IncompleteSignatureException"
        case internalServerError = "InternalServerError"
        case invalidImageFormat = "InvalidImageFormatException"
        case invalidPaginationToken = "InvalidPaginationTokenException"
        case invalidParameter = "InvalidParameterException"
        case invalidS3Object = "InvalidS3ObjectException"
        case invalidSignature = "InvalidSignatureException"
        case limitExceeded = "LimitExceededException"
        case missingAuthenticationToken = "MissingAuthenticationTokenException"
        case resourceNotFound = "ResourceNotFoundException"
        case serialization = "SerializationException"
        case throttling = "ThrottlingException"
        case unknownOperation = "UnknownOperationException"
        case unrecognizedClient = "UnrecognizedClientException"
        case videoTooLarge = "VideoTooLargeException"

        /// 500 for the two that botocore's model marks as faults; SDKs try those again by themselves.
        public var status: Int { self == .internalServerError || self == .throttling ? 500 : 400 }
    }

    /// Which.
    public var code: Code
    /// What is wrong and what to do, for whoever runs the client: no secrets and nothing of this machine.
    public var message: String

    /// An error with its message.
    public init(_ code: Code, _ message: String) {
        (self.code, self.message) = (code, message)
    }

    /// No such object, or one that may not be reached: nobody is told which.
    public static var invalidS3Object: APIError {
        APIError(
            .invalidS3Object,
            "Unable to get object metadata from S3. Check object key, region and/or access permissions.")
    }
}
