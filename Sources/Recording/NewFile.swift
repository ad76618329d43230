import CRecording
import Foundation
import PathModel
import Synchronization
import SystemPackage

/// A file that a command makes, open for writing.
///
/// Where its name is free it has it from the beginning, or gets it when it is whole. Where it takes the place of another
/// file it is written beside that one, as `NAME.XXXXXX.part`, and renamed when it is whole: until then nothing is lost. What
/// the name leads to counts, through links; devices and pipes are written to as they are. A file that the process reads
/// is never replaced.
public final class NewFile {
    /// What the process reads, or has read.
    public struct Reads {
        let count: () -> Int
        let contain: (FileIdentity) -> Bool

        /// - Parameters:
        ///   - count: where it hasn't grown, no answer of `contain` has changed.
        ///   - contain: whether a file is among them.
        public init(count: @escaping () -> Int, contain: @escaping (FileIdentity) -> Bool) {
            (self.count, self.contain) = (count, contain)
        }

        /// Nothing.
        public static var none: Reads { Reads(count: { 0 }, contain: { _ in false }) }
    }

    /// When a file gets its name.
    public enum Naming: Sendable {
        /// At once where the name is free: for what is whole at every moment, as lines are.
        case early
        /// When it is whole.
        case late
    }

    /// Files of this process that lie beside their names, by where they are. A process that ends has one list of them.
    private static let beside = Mutex<[String: (name: String, naming: Naming)]>([:])

    /// Where its bytes are now.
    public private(set) var path: String
    /// Whether it is a file: then it can be made shorter again.
    public let isRegular: Bool

    let descriptor: FileDescriptor
    /// As the user wrote it.
    private let name: String
    private let target: String
    private let mayReplace: Bool
    private let reads: Reads
    private var checkedReads: Int
    /// The file whose place it takes, locked, so that no two programs replace or continue it at once.
    private let old: (descriptor: FileDescriptor, identity: FileIdentity)?

    /// Creates the file, readable by everybody as far as the process's umask and the file before allow.
    ///
    /// - Parameters:
    ///   - mayReplace: whether it may take the place of another file, or be a disk.
    ///   - reads: asked before anything is created and before anything is replaced.
    ///   - goesOnWaiting: asked ten times a second while a pipe has no reader.
    /// - Throws: `exists`, `isFolder`, `isRead`, `isInUse`, `noSpace` or `failed`.
    public init(
        _ name: String, naming: Naming, mayReplace: Bool, reads: Reads = .none, goesOnWaiting: () -> Bool = { true }
    ) throws(RecordingError) {
        (self.name, self.mayReplace, self.reads) = (name, mayReplace, reads)
        checkedReads = reads.count()
        let target = try Self.end(ofLinksAt: name)
        self.target = target
        let status = try? Stat(FilePath(target))
        if let status { try Self.check(status, name, mayReplace: mayReplace) }
        isRegular = status.map { $0.type == .regular } ?? true
        guard isRegular else {
            (path, old) = (name, nil)
            descriptor = try Self.openForReader(name, goesOnWaiting)
            return
        }
        old = try status.map { status throws(RecordingError) in
            try Self.claim(target, FileIdentity(status), name: name, reads)
        }
        let isEarly = naming == .early && old == nil
        do throws(RecordingError) {
            (path, descriptor) = try isEarly ? (name, Self.create(target, name)) : Self.createBeside(target, name)
        } catch {
            try? old?.descriptor.unlockAndClose()
            throw error
        }
        if isEarly { try? descriptor.lock() } else { Self.beside.withLock { [path] in $0[path] = (name, naming) } }
        if let status { descriptor.takeOver(status) }
    }

    deinit {
        forget()
        try? descriptor.unlockAndClose()
        try? old?.descriptor.unlockAndClose()
    }

    /// Waits until the disk has the file and gives it its name.
    ///
    /// - Throws: `isRead`, `exists` where another program took the name meanwhile, `noSpace` or `failed`; the file stays where it is.
    public func finish() throws(RecordingError) {
        guard isRegular else { return }
        let descriptor = descriptor
        try RecordingError.attempt(.sync, path) { try descriptor.sync() }
        guard isBeside else { return }
        try checkReads()
        let (path, target, mayReplace) = (path, target, mayReplace)
        try RecordingError.attempt(.rename, name) {
            try mayReplace ? Disk.rename(path, to: target) : Disk.rename(path, toFree: target)
            try Disk.syncFolder(of: target)
        }
        forget()
        self.path = name
    }

    /// Writes it whole, or leaves nothing under its name or beside it.
    ///
    /// - Throws: what `body` and `finish` throw.
    public func write(whole body: (DirectSink) throws -> Void, sync policy: SyncPolicy = .standard) throws {
        do {
            try RecordingError.naming(name) {
                let sink = DirectSink(self, sync: policy)
                try body(sink)
                try sink.finish()
            }
        } catch {
            discard()
            throw error
        }
    }

    /// Whether it lies beside its name still.
    public var isBeside: Bool { path != name }

    /// Removes a file that doesn't have its name yet.
    public func discard() {
        guard isBeside else { return }
        try? Disk.remove(path)
        forget()
    }

    private func forget() { Self.beside.withLock { [path] in $0[path] = nil } }

    /// Gives up all files of this process that lie beside their names, from any thread, since the process ends now. Those
    /// that are nothing before they are whole, or have nothing in them, are removed.
    ///
    /// - Returns: those whose lines stay, by name and by where they are.
    public static func abandonAll() -> [(name: String, path: String)] {
        beside.withLock { files in
            defer { files = [:] }
            return files.compactMap { path, file in
                let size = (try? Stat(FilePath(path)))?.size ?? 0
                if file.naming == .early, size > 0 { return (file.name, path) }
                try? Disk.remove(path)
                return nil
            }
        }
    }

    /// - Throws: `isRead` where the process has begun to read what the file is to replace.
    func check() throws(RecordingError) {
        if reads.count() != checkedReads { try checkReads() }
    }

    private func checkReads() throws(RecordingError) {
        checkedReads = reads.count()
        if isBeside, let file = FileIdentity(path: target), reads.contain(file) { throw .isRead(path: name) }
    }

    // MARK: - Names

    /// - Throws: `exists` where the name is another file's, which would be lost; `isFolder`.
    public static func check(isFree name: String) throws(RecordingError) {
        if let status = try? Stat(FilePath(name)) { try check(status, name, mayReplace: false) }
    }

    private static func check(_ status: Stat, _ name: String, mayReplace: Bool) throws(RecordingError) {
        if status.type == .directory { throw .isFolder(path: name) }
        if !mayReplace, !status.isWrittenAsItIs { throw .exists(path: name) }
    }

    /// Whether two names lead to one place, be there a file or not.
    public static func areOnePlace(_ one: String, _ other: String) -> Bool {
        guard let one = try? end(ofLinksAt: one), let other = try? end(ofLinksAt: other) else { return false }
        if let file = FileIdentity(path: one) { return file.isAt(other) }
        let places = [one, other].map { path in
            let folder = FilePath(path).removingLastComponent()
            return (FileIdentity(path: folder.isEmpty ? "." : folder.string), FilePath(path).lastComponent)
        }
        return places[0] == places[1]
    }

    /// Where links end; that there is a file there isn't needed.
    static func end(ofLinksAt name: String) throws(RecordingError) -> String {
        if let status = try? Stat(FilePath(name)) {
            guard status.type == .regular, let path = realpath(name, nil) else { return name }
            defer { free(path) }
            return String(cString: path)
        }
        var path = FilePath(name)
        for _ in 0..<40 {
            guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string) else {
                return path.string
            }
            path = path.removingLastComponent().pushing(FilePath(link))
        }
        throw .failed(path: name, operation: .open, errno: .tooManySymbolicLinkLevels)
    }

    private static func claim(
        _ target: String, _ identity: FileIdentity, name: String, _ reads: Reads
    ) throws(RecordingError) -> (FileDescriptor, FileIdentity) {
        let isOutput = [FileDescriptor.standardOutput, .standardError].contains { descriptor in
            (try? descriptor.stat()).map(FileIdentity.init) == identity
        }
        if isOutput || reads.contain(identity) { throw .isRead(path: name) }
        let descriptor = try RecordingError.attempt(.open, name) {
            try FileDescriptor.open(FilePath(target), .writeOnly, options: .closeOnExec)
        }
        do throws(RecordingError) {
            try RecordingError.attempt(.lock, name) { try descriptor.lock() }
        } catch {
            try? descriptor.close()
            throw error
        }
        return (descriptor, identity)
    }

    // MARK: - Opening

    private static func create(_ path: String, _ name: String) throws(RecordingError) -> FileDescriptor {
        try RecordingError.attempt(.open, name) {
            try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        }
    }

    private static func createBeside(
        _ target: String, _ name: String
    ) throws(RecordingError) -> (path: String, descriptor: FileDescriptor) {
        while true {
            let path = Disk.nameBeside(target)
            do throws(RecordingError) {
                return (path, try create(path, name))
            } catch .exists {
                continue
            }
        }
    }

    /// A device, or a pipe once somebody reads it.
    private static func openForReader(
        _ name: String, _ goesOnWaiting: () -> Bool
    ) throws(RecordingError) -> FileDescriptor {
        try RecordingError.attempt(.open, name) {
            while true {
                do {
                    let options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking]
                    return try FileDescriptor.open(FilePath(name), .writeOnly, options: options)
                } catch Errno.noSuchAddressOrDevice where (try? Stat(FilePath(name)).type) == .fifo {
                    guard goesOnWaiting() else { throw Errno.interrupted }
                    usleep(100_000)
                }
            }
        }
    }
}

extension Stat {
    /// Whether nothing is lost where something is written to it: a pipe, or a device such as /dev/null, but no disk.
    fileprivate var isWrittenAsItIs: Bool { type == .fifo || type == .characterSpecial }
}
