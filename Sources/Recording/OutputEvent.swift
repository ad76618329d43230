/// What an output has to tell the people who run it.
public enum OutputEvent: Sendable, Hashable {
    /// Something failed and is tried again until it works. Lines wait in memory meanwhile. Told once, not once a try.
    case failed(RecordingError)
    /// What waits has filled the queue: lines are lost until there is room again.
    case losing(path: String, queueBytes: Int)
    /// It works again; so many lines were lost meanwhile, and their `seq` is missing.
    case recovered(path: String, lost: Int)
    /// The file's name stands for another file now, or for none, though nobody asked to open it anew.
    case moved(path: String)
    /// The file was damaged; it has another name now, and a new one was begun.
    case putAside(path: String, to: String)
    /// A new file was begun, and the old one got a name of its own.
    case rotated(path: String, to: String)
    /// So many lines were still waiting when the output had to end.
    case abandoned(path: String, lost: Int)
    /// Whoever read the output is gone for good.
    case ended(path: String, lost: Int)

    /// Whether somebody should look after it.
    public var isTrouble: Bool {
        switch self {
        case .failed, .losing, .putAside, .abandoned, .ended: true
        case .recovered, .moved, .rotated: false
        }
    }
}

extension OutputEvent: CustomStringConvertible {
    public var description: String {
        switch self {
        case .failed(let error): "\(error)"
        case .losing(let path, let bytes):
            "\(path): \(bytes) bytes wait to be written and the queue takes no more: lines are lost."
        case .recovered(let path, let lost):
            lost == 0
                ? "\(path): lines are written again; none was lost."
                : "\(path): lines are written again; \(lost) were lost, and their seq is missing."
        case .moved(let path): "\(path): the file was moved or removed by others, so it is opened anew."
        case .putAside(let path, let aside):
            "\(path): is damaged, as after a power loss; it is \(aside) now, and a new file is begun. Look at it, and remove it."
        case .rotated(let path, let old): "\(path): begun anew; the lines before are in \(old)."
        case .abandoned(let path, let lost): "\(path): ended before \(lost) lines could be written; they are lost."
        case .ended(let path, let lost):
            "\(path): whoever read it stopped reading, so the daemon ends; \(lost) lines that waited are lost."
        }
    }
}

/// How an output is doing.
public struct OutputStatus: Sendable, Hashable {
    /// Lines that were lost; each took its `seq` with it.
    public var droppedLines = 0
    /// Bytes that wait in memory.
    public var queuedBytes = 0
    /// Lines that the system took.
    public var writtenLines = 0
    /// Their bytes.
    public var writtenBytes = 0
    /// Files that were put aside for their size or age.
    public var rotations = 0
    /// What fails now; nil where nothing does.
    public var trouble: String?
    /// Whether it has ended by itself: whoever read it is gone for good.
    public var hasEnded = false
}
