import Decoding
import SystemPackage

/// Why a network could not be fetched. What came is kept where it may be of use.
public enum FetchError: Error, CustomStringConvertible {
    /// The file can't be had from there.
    case unreachable(DecodingError)
    /// It broke off, again and again without anything more.
    case broken(DecodingError, name: String, bytes: Int64, of: Int64)
    /// What is there is another file.
    case wrongContent(url: String, reason: String)
    /// Another program is at it.
    case isBeingFetched(path: String)
    /// The disk or the quota is full.
    case noSpace(path: String, bytes: Int64)
    /// The system refused an operation.
    case failed(path: String, operation: String, Errno)
    /// The interrupt flag was raised.
    case interrupted(path: String)

    public var description: String {
        switch self {
        case .unreachable(let error):
            "\(error). Nothing was fetched; --from takes another address or folder that has the file."
        case .broken(let error, let name, let bytes, let total):
            "\(error). \(bytes) of \(total) bytes are there; footpath models get \(name) goes on from there."
        case .wrongContent(let url, let reason):
            "\(url): \(reason). It is not the file that this version of Footpath knows."
        case .isBeingFetched(let path): "\(path): another program is fetching it; wait for that one, or end it."
        case .noSpace(let path, let bytes):
            "\(path): no space left, \(bytes) bytes more are needed. Free some; what was fetched is kept until then."
        case .failed(let path, let operation, let errno):
            "\(path): could not \(operation): \(errno). Check the path, its permissions and its disk."
        case .interrupted(let path): "interrupted; what was fetched is kept in \(path)"
        }
    }

    /// Runs system calls and gives their error a place.
    static func attempt<Result>(
        _ operation: String, _ path: String, needing bytes: Int64 = 0, _ body: () throws -> Result
    ) throws(FetchError) -> Result {
        do {
            return try body()
        } catch {
            // swift-system throws nothing but Errno, though its signatures don't say so.
            let errno = error as? Errno ?? .ioError
            switch errno {
            case .noSpace, .diskQuotaExceeded: throw .noSpace(path: path, bytes: bytes)
            case .wouldBlock where operation == "lock": throw .isBeingFetched(path: path)
            default: throw .failed(path: path, operation: operation, errno)
            }
        }
    }
}
