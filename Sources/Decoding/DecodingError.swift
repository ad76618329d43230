import CFFmpeg
import PathModel

/// Why a stream can't be opened or read.
public enum DecodingError: Error, Hashable, Codable, CustomStringConvertible {
    /// There is nothing that can be read.
    case unreadable(source: String, reason: String)
    /// It was read, but there is no video in it that FFmpeg decodes.
    case noVideo(source: String, reason: String)
    /// The stream broke off. Frames that came before stay valid.
    case broken(source: String, reason: String, at: Breakage = Breakage())
    /// Nothing came within the time that was given.
    case stalled(source: String, reason: String)
    /// The process that decoded it is gone, by a crash of a decoder or since the system ended it.
    case died(source: String, reason: String)
    /// The interrupt flag was raised.
    case interrupted
    /// A picture can't be scaled or cut.
    case unscalable(reason: String)

    public var description: String {
        switch self {
        case .unreadable(let source, let reason), .noVideo(let source, let reason), .stalled(let source, let reason),
            .died(let source, let reason):
            "\(source): \(reason)"
        case .broken(let source, let reason, let breakage): "\(source): \(reason)\(breakage)"
        case .interrupted: "interrupted"
        case .unscalable(let reason): "can't scale a picture: \(reason)"
        }
    }
}

/// Where a stream broke off, and what FFmpeg says of it.
public struct Breakage: Hashable, Sendable, Codable, CustomStringConvertible {
    /// FFmpeg's error, below 0 (libavutil/error.h); nil where it is none of FFmpeg's.
    public var code: Int32?
    /// The last frame that was decoded, from 0; nil where there was none.
    public var frame: Int?
    /// Of the last frame that was given, in the stream's time.
    public var time: Timestamp?

    /// Nothing is known.
    public init() {}

    /// What FFmpeg says, at a place that is to be filled in.
    init(code: Int32) {
        self.code = code
    }

    /// What follows a reason: empty, or such as ` (FFmpeg's error -5 after frame 310, 12.4 s)`.
    public var description: String {
        guard let code else { return "" }
        let place = frame.map { " after frame \($0)" } ?? ""
        let seconds = time.map { ", \((Double($0.microseconds) / 1000).rounded() / 1000) s" } ?? ""
        return " (FFmpeg's error \(code)\(place)\(seconds))"
    }
}

extension DecodingError {
    /// The same where a stream broke off after a frame.
    func after(frame: Int?, time: Timestamp?) -> DecodingError {
        guard case .broken(let source, let reason, var breakage) = self else { return self }
        (breakage.frame, breakage.time) = (frame, time)
        return .broken(source: source, reason: reason, at: breakage)
    }

    /// What is wrong, without where; nil where it was interrupted.
    package var reason: String? {
        switch self {
        case .unreadable(_, let reason), .noVideo(_, let reason), .broken(_, let reason, _), .stalled(_, let reason),
            .died(_, let reason), .unscalable(let reason):
            reason
        case .interrupted: nil
        }
    }

    /// Whether the format isn't what it seemed.
    package var isInvalidData: Bool {
        switch self {
        case .unreadable(_, message(averror: footpath_averror_invalid_data())): true
        case .broken(_, _, let breakage): breakage.code == footpath_averror_invalid_data()
        default: false
        }
    }
}

/// What FFmpeg says of an error code.
package func message(averror code: Int32) -> String {
    if code == footpath_averror_unauthorized() {
        return
            "401: the credentials are wrong, or the camera wants Digest with SHA-256, which FFmpeg can't: let it allow "
            + "MD5 or Basic"
    }
    if code == footpath_averror_invalid_data() {
        return "invalid data: not a media file, or cut off or damaged where FFmpeg needs it whole"
    }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { text in
        guard let start = text.baseAddress, av_strerror(code, start, text.count) == 0 else {
            return "FFmpeg error \(code)"
        }
        return String(cString: start)
    }
}
