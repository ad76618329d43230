import Decoding
import Glibc
import Inference
import Recording
import Settings
import SystemPackage

/// What is wrong with a plan, a piece or the folder of results: where, what, and what to do.
public enum BatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether trying again is of use, as the program's exit code (docs/operation.md).
    public enum Kind: Int32, Sendable {
        /// The plan, a piece's number, or settings.
        case usage = 64
        /// A file that is to be read.
        case input = 66
        /// OpenVINO or a network.
        case unavailable = 69
        /// The folder of results.
        case results = 73
        /// No space is left there.
        case space = 74
        /// Something that may pass: a share that is away, too little memory.
        case temporary = 75
    }

    /// There is no such piece.
    case noPiece(Int, of: Int, plan: String)
    /// Anything else.
    case failed(Kind, String)

    /// Whether trying again is of use.
    public var kind: Kind {
        switch self {
        case .noPiece: .usage
        case .failed(let kind, _): kind
        }
    }

    public var description: String {
        switch self {
        case .noPiece(let number, let count, let plan):
            "\(plan): has no piece \(number); its \(count) \(count == 1 ? "piece is 0" : "pieces are 0 to \(count - 1)")"
        case .failed(_, let text): text
        }
    }
}

extension BatchError {
    /// What an error is that a piece's analysis, or the writing of its results, ended with.
    init(_ error: any Error) {
        switch error {
        case let error as BatchError: self = error
        case DecodingError.noVideo: self = .failed(.input, "\(error)")
        // It could be read when it was planned, and is the same.
        case is DecodingError: self = .failed(.temporary, "\(error)")
        case is InferenceError, is RuntimeFolder.Missing: self = .failed(.unavailable, "\(error)")
        case let error as SettingsError:
            self = .failed(error.isOfNetworkAlone ? .unavailable : .usage, error.problems.joined(separator: "; "))
        case RecordingError.failed(_, _, let errno) where errno.mayPass: self = .failed(.temporary, "\(error)")
        case let error as RecordingError where error.isOfCreation: self = .failed(.results, "\(error)")
        default: self = .failed(.space, "\(error)")
        }
    }
}

/// What may go well another time: a share's server is away, or the machine lacks something just now (errno(3)).
private let passing: Set<Int32> = [
    EIO, ESTALE, ETIMEDOUT, EAGAIN, EINTR, ENOMEM, ENFILE, EMFILE, ENOBUFS, ENOLCK, EBUSY, EREMOTEIO, ENOTCONN,
    ECONNRESET, ECONNREFUSED, ECONNABORTED, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENETRESET, ESHUTDOWN,
    ENODEV, ENXIO, EPROTO,
]

extension Errno {
    /// Whether the same may go well another time.
    var mayPass: Bool { passing.contains(rawValue) }
}
