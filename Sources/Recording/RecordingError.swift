import SystemPackage

/// Why a line could not be written. What was written before stays valid.
public enum RecordingError: Error, Hashable {
    /// What was being done to a file when it failed.
    public enum Operation: String, Sendable {
        case open, lock, read, write, truncate, sync, close, connect, rename, remove, compress
        case list = "list the folder of"
    }

    /// The file exists and may not be overwritten.
    case exists(path: String)
    /// The file is one that the program reads, or where its own messages go.
    case isRead(path: String)
    /// Another program, or another output by another name, writes to the file.
    case isInUse(path: String)
    /// The file to be continued doesn't begin with a Footpath record, so it isn't touched.
    case notRecords(path: String)
    /// The path of a file to make is a folder's.
    case isFolder(path: String)
    /// The path is a folder, a device or a pipe.
    case notFile(path: String)
    /// The disk or the quota is full. What was there stays: a file of lines ends with a whole one, and can go on when there is
    /// space again; of what is written whole or not at all there is nothing.
    case noSpace(path: String)
    /// Whoever read the output stopped reading.
    case closed(path: String)
    /// The output was finished before this line came.
    case finished(path: String)
    /// A record is too long for a line even with its texts cut.
    case lineTooLong(event: String, bytes: Int)
    /// The system refused an operation for another reason.
    case failed(path: String, operation: Operation, errno: Errno)
}

extension RecordingError: CustomStringConvertible {
    /// Where, what, and what to do about it.
    public var description: String {
        switch self {
        case .exists(let path):
            "\(path): the file exists and is not overwritten. Give another name, or --force to replace it."
        case .isRead(let path):
            "\(path): is one of the files that are being read, or where messages go, and is not replaced. Give another name."
        case .isInUse(let path):
            "\(path): is being written to by another program, or under another name. End that one, or give another name."
        case .notRecords(let path):
            "\(path): not a file of Footpath records, so nothing is appended to it. Give another name."
        case .isFolder(let path):
            "\(path): is a folder. Give the name of a file, which may be in it."
        case .notFile(let path):
            "\(path): not a file. Give a file's path, - for standard output, or unix: and a socket's path."
        case .noSpace(let path):
            "\(path): no space left. Free some space, or write elsewhere."
        case .closed(let path):
            "\(path): whoever read it stopped reading, so the rest could not be written."
        case .finished(let path):
            "\(path): was closed already, so the rest could not be written."
        case .lineTooLong(let event, let bytes):
            "A \(event) record needs \(bytes) bytes; a line has at most \(RecordWriter.maximumLineBytes)."
                + " Give fewer settings or models."
        case .failed(let path, let operation, let errno):
            "\(path): could not \(operation.rawValue): \(errno). Check the path, its permissions and its disk."
        }
    }
}

extension RecordingError {
    /// Whether the output could not be had at all; otherwise it could not be written further.
    public var isOfCreation: Bool {
        switch self {
        case .exists, .isRead, .isInUse, .notRecords, .isFolder, .notFile, .failed(_, .open, _), .failed(_, .lock, _):
            true
        case .noSpace, .closed, .finished, .lineTooLong, .failed: false
        }
    }

    /// Runs system calls and gives their error a place and a meaning.
    package static func attempt<Result>(
        _ operation: Operation, _ path: String, _ body: () throws -> Result
    ) throws(RecordingError) -> Result {
        do {
            return try body()
        } catch {
            throw RecordingError(error, operation, path)
        }
    }

    /// Runs what makes a whole of files with names of their own; where the disk is full, the error names the whole.
    package static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch RecordingError.noSpace {
            throw RecordingError.noSpace(path: path)
        }
    }

    /// What the error of a system call means.
    package init(_ error: any Error, _ operation: Operation, _ path: String) {
        // swift-system throws nothing but Errno, though its signatures don't say so.
        let errno = error as? Errno ?? .ioError
        self =
            switch errno {
            case .noSpace, .diskQuotaExceeded: .noSpace(path: path)
            case .brokenPipe: .closed(path: path)
            case .fileExists where operation == .open || operation == .rename: .exists(path: path)
            case .wouldBlock where operation == .lock: .isInUse(path: path)
            default: .failed(path: path, operation: operation, errno: errno)
            }
    }
}
