import Rekognition

/// What can be asked for.
enum Operation: String, CaseIterable, Sendable {
    case startPersonTracking = "StartPersonTracking"
    case getPersonTracking = "GetPersonTracking"
    case startFaceDetection = "StartFaceDetection"
    case getFaceDetection = "GetFaceDetection"
    case detectFaces = "DetectFaces"

    private static let prefix = "RekognitionService."

    /// By the header `X-Amz-Target`.
    init(target: String?) throws(APIError) {
        guard let target, target.hasPrefix(Self.prefix),
            let found = Self(rawValue: String(target.dropFirst(Self.prefix.count)))
        else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(
                .unknownOperation,
                """
                There is no such operation here. Footpath answers POST requests whose X-Amz-Target is \(Self.prefix)NAME, \
                where NAME is one of \(names).
                """)
        }
        self = found
    }

    /// Who does the work: a slow store must not keep those waiting who poll.
    var lane: Lane {
        switch self {
        case .startPersonTracking, .startFaceDetection: .starts
        case .getPersonTracking, .getFaceDetection: .polls
        case .detectFaces: .pictures
        }
    }
}

/// Sorts of work, each with threads of its own.
enum Lane: CaseIterable, Sendable {
    case polls
    case starts
    case pictures
}
