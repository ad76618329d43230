import SystemPackage

/// Writes lines to a file, each with one `write` at the file's end, so that a line is there whole or not at all.
///
/// Where a line can't be written (a full disk, say), what there is of it is removed again, the error is thrown, and the
/// next line is a new attempt. Not thread-safe.
public final class FileSink: RecordSink {
    /// What to do with a file that exists.
    public enum Mode: Sendable {
        /// Leave it alone and throw `exists`.
        case create
        /// Replace its content.
        case overwrite
    }

    private let path: String
    private let policy: SyncPolicy
    private var schedule: SyncSchedule
    private var descriptor: FileDescriptor?
    private var wholeLinesEnd: Int64 = 0
    private var hasPartialLine = false

    /// Opens or creates the file at `path`, readable by everybody, as the process's umask allows.
    ///
    /// - Throws: `exists`, `noSpace` or `failed`.
    public init(path: String, mode: Mode = .create, sync policy: SyncPolicy = .standard) throws(RecordingError) {
        self.path = path
        self.policy = policy
        schedule = SyncSchedule(policy, start: .now)
        descriptor = try Self.open(path, mode)
    }

    deinit {
        try? descriptor?.close()
    }

    /// Writes one whole line, or nothing.
    ///
    /// - Throws: `noSpace` or `failed`; the file then still ends with the line before.
    public func write(line: String) throws(RecordingError) {
        let descriptor = try openDescriptor()
        try removePartialLine(descriptor)
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        do {
            try RecordingError.attempt(.write, path) { _ = try descriptor.writeAll(bytes) }
            if schedule.isDue(at: .now) { try sync(descriptor) }
        } catch {
            hasPartialLine = true
            // Where this fails as well, the next line tries again; the first error is the one to tell.
            try? removePartialLine(descriptor)
            throw error
        }
        wholeLinesEnd += Int64(bytes.count)
    }

    /// Syncs, unless the policy is `never`, and closes.
    public func finish() throws(RecordingError) {
        let descriptor = try openDescriptor()
        self.descriptor = nil
        do {
            try removePartialLine(descriptor)
            if policy != .never { try sync(descriptor) }
        } catch {
            try? descriptor.close()
            throw error
        }
        try RecordingError.attempt(.close, path) { try descriptor.close() }
    }

    private static func open(_ path: String, _ mode: Mode) throws(RecordingError) -> FileDescriptor {
        var options: FileDescriptor.OpenOptions = [.create, .append, .closeOnExec]
        switch mode {
        case .create: options.insert(.exclusiveCreate)
        case .overwrite: options.insert(.truncate)
        }
        return try RecordingError.attempt(.open, path) {
            try FileDescriptor.open(
                FilePath(path), .writeOnly, options: options,
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        }
    }

    private func openDescriptor() throws(RecordingError) -> FileDescriptor {
        guard let descriptor else { throw .failed(path: path, operation: .write, errno: .badFileDescriptor) }
        return descriptor
    }

    private func removePartialLine(_ descriptor: FileDescriptor) throws(RecordingError) {
        guard hasPartialLine else { return }
        try RecordingError.attempt(.truncate, path) { try descriptor.resize(to: wholeLinesEnd) }
        hasPartialLine = false
    }

    private func sync(_ descriptor: FileDescriptor) throws(RecordingError) {
        try RecordingError.attempt(.sync, path) { try descriptor.sync() }
    }
}
