import ArgumentParser
import Answering
import Batch
import Buckets
import Decoding
import Drawing
import Encoding
import Fetching
import Inference
import Jobs
import Linking
import Merging
import Operating
import Reading
import Recording
import Rekognition
import Serving
import Settings
import Signing

/// What the program's exit code says; numbers from sysexits.h where it has one.
enum ExitStatus: Int32, Comparable {
    case success = 0
    /// Wrong options or settings.
    case usage = 64
    /// An input was decoded in part, or isn't what was asked for.
    case partial = 65
    /// An input can't be opened or has no video.
    case input = 66
    /// OpenVINO or a network is missing, unfit or not to be fetched, or a daemon doesn't answer.
    case unavailable = 69
    /// A camera did not end within the time for it.
    case unfinished = 70
    /// An address or a socket can't be had.
    case system = 71
    /// The output exists, or can't be created.
    case output = 73
    /// The output can't be written further: no space, or its reader went away.
    case writing = 74
    /// Something that may go well another time: storage that is away, too little memory.
    case temporary = 75
    /// Ctrl-C or SIGTERM.
    case interrupted = 130

    static let help = """
        Exit codes: 0 success, 64 wrong usage or configuration, 65 an input decoded in part or not of Footpath's records, 66 an input not readable, \
        69 OpenVINO or a network not usable or not to be fetched, or no daemon there, 70 a camera did not end in time, 71 an address not to be \
        had, 73 output not creatable, 74 output not writable (no space, or its reader went away), 75 another time it may go well, 130 interrupted. Of \
        several files the first failure counts. Whatever the code, the lines that were written are whole and valid.
        """

    /// The code for an error.
    init(of error: any Error) {
        self =
            switch error {
            case DecodingError.interrupted: .interrupted
            // Of which no frame was read can't be opened.
            case DecodingError.broken(_, _, let place) where place.frame == nil && place.code != nil: .input
            case DecodingError.broken: .partial
            case EncodingError.unwritable: .output
            case EncodingError.unwritten: .writing
            case is JPEGPicture.Failure: .output
            case is DecodingError: .input
            case is MisfitError: .partial
            case is DrawingError: .input
            case is InferenceError: .unavailable
            case let error as RecordingError where error.isOfCreation: .output
            case is RecordingError: .writing
            case is HTTPServer.Failure, is APIServer.Failure: .system
            case is DirectoryStore.Unfit: .unavailable
            case is SigningError: .output
            case DaemonControl.Failure.refused: .usage
            case is DaemonControl.Failure: .unavailable
            case LinkingError.unreadable: .input
            case ReadingError.unreadable: .input
            case is MergingError: .input
            case is ReadingError: .partial
            case is ResultPages.Failure: .input
            case is PointLineError: .partial
            case JobsError.absent: .input
            case JobsError.unusable, JobsError.inUse: .output
            case let error as BatchError: ExitStatus(rawValue: error.kind.rawValue) ?? .usage
            case is RuntimeFolder.Missing: .unavailable
            case let error as SettingsError where error.isOfNetworkAlone: .unavailable
            case let error as SettingsError where error.isOfOutputAlone: .output
            case let error as FetchError: error.status
            default: .usage
            }
    }

    static func < (lhs: ExitStatus, rhs: ExitStatus) -> Bool { lhs.rawValue < rhs.rawValue }
}
