import PathModel
import SystemPackage

/// Writes a command's lines to a new file or to the standard output, each with one `write`, when it gets them.
///
/// Where a line can't be written to a file (a full disk, say), what there is of it is removed again, the error is thrown, and
/// the next line is a new attempt. A pipe can't be rolled back: after an error its last line may be partial. A reader who is
/// gone throws `closed`, provided the process ignores SIGPIPE. Not thread-safe.
public final class DirectSink: LineSink {
    private let policy: SyncPolicy
    private var schedule: SyncSchedule
    private let file: NewFile?
    private let descriptor: FileDescriptor
    private let name: String
    private var wholeLinesEnd: Int64 = 0
    private var hasPartialLine = false
    private var isFinished = false
    private var hasFailed = false

    /// A sink on a new file; `finish` gives it its name where it takes another one's place.
    public init(_ file: NewFile, sync policy: SyncPolicy = .standard) {
        self.file = file
        self.policy = policy
        descriptor = file.descriptor
        name = file.path
        schedule = SyncSchedule(policy, start: .now)
    }

    /// A sink on the standard output.
    ///
    /// - Parameter reads: what the process reads.
    /// - Throws: `isRead` where lines would be added to a file that is read.
    public convenience init(reads: NewFile.Reads) throws(RecordingError) {
        self.init()
        if let file = (try? descriptor.stat()).map(FileIdentity.init), reads.contain(file) { throw .isRead(path: name) }
    }

    /// A sink on the standard error.
    public static var messages: DirectSink { DirectSink(descriptor: .standardError) }

    /// A sink on the standard output, or on another descriptor in its place. It stays open: it belongs to the process.
    public init(descriptor: FileDescriptor = .standardOutput) {
        self.descriptor = descriptor
        (file, policy, name) = (nil, .never, OutputTarget.standardOutput.description)
        schedule = SyncSchedule(policy, start: .now)
    }

    /// Writes one whole line, waiting for the reader where a pipe is full.
    ///
    /// - Throws: `closed`, `isRead`, `noSpace` or `failed`; a file then still ends with the line before.
    public func write(line: String) throws(RecordingError) { try write(line + "\n") }

    /// Writes whole lines, each with its newline; see `write(line:)`.
    public func write(_ lines: String) throws(RecordingError) { try write(Array(lines.utf8)[...]) }

    /// Writes whole lines, each with its newline; see `write(line:)`.
    package func write(_ lines: ArraySlice<UInt8>) throws(RecordingError) {
        guard !isFinished else { throw .failed(path: name, operation: .write, errno: .badFileDescriptor) }
        hasFailed = true
        try file?.check()
        try removePartialLine()
        do throws(RecordingError) {
            try put(lines)
            if schedule.isDue(at: .now) { try sync() }
        } catch {
            hasPartialLine = file?.isRegular ?? false
            // Where this fails as well, the next line tries again; the first error is the one to tell.
            try? removePartialLine()
            throw error
        }
        wholeLinesEnd += Int64(lines.count)
        hasFailed = false
    }

    /// Where the lines are that don't have the place of the file before; nil where they have it, or there are none.
    public var path: String? {
        guard let file, file.isBeside, wholeLinesEnd > 0 || !isFinished else { return nil }
        return file.path
    }

    /// Makes everything written durable and gives a file its name. Where the last line could not be written, or its lines aren't
    /// all that was asked for, it takes nobody's place: what it holds stays beside that, and where it holds nothing it goes.
    public func finish(isWhole: Bool = true) throws(RecordingError) {
        guard !isFinished else { throw .failed(path: name, operation: .write, errno: .badFileDescriptor) }
        try removePartialLine()
        isFinished = true
        guard let file else { return }
        if !file.isBeside || isWhole && !hasFailed { return try file.finish() }
        // A disk that didn't take a line may not take the rest: what was told of it stands.
        if wholeLinesEnd == 0 { file.discard() } else if hasFailed { try? sync() } else { try sync() }
    }

    private func put(_ bytes: ArraySlice<UInt8>) throws(RecordingError) {
        let descriptor = descriptor
        try RecordingError.attempt(.write, name) {
            var rest = bytes
            while !rest.isEmpty {
                do {
                    rest = try rest.dropFirst(descriptor.write(some: rest))
                } catch Errno.wouldBlock {
                    try descriptor.waitUntilWritable()
                }
            }
        }
    }

    private func removePartialLine() throws(RecordingError) {
        guard hasPartialLine else { return }
        let (descriptor, end) = (descriptor, wholeLinesEnd)
        try RecordingError.attempt(.truncate, name) { try descriptor.resize(to: end) }
        hasPartialLine = false
    }

    private func sync() throws(RecordingError) {
        let descriptor = descriptor
        try RecordingError.attempt(.sync, name) { try descriptor.sync() }
    }
}
