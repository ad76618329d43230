import Foundation
import PathModel
import SystemPackage

/// A file of records that is open for appending.
struct AppendedFile {
    /// What it is, whatever its name is by now.
    let identity: FileIdentity
    /// Bytes in whole lines.
    private(set) var size: Int64
    /// One more than its last line's `seq`; 0 where it has none.
    let nextSequence: Int

    private let path: String
    private let descriptor: FileDescriptor
    private let opened = ContinuousClock.now
    private let ageWhenOpened: Duration
    /// Bytes of a line that the disk took only in part.
    private var partialBytes = 0

    /// Opens a file, or creates it, locks it and cuts off a partial last line. A damaged file is put aside and a new one
    /// made, whose lines are counted on from it.
    ///
    /// - Throws: `notRecords`, `notFile`, `isInUse`, `noSpace` or `failed`.
    init(path: String, reporter: OutputReporter) throws(RecordingError) {
        let (descriptor, tail) = try Self.open(path)
        switch tail {
        case .records(let tail):
            try self.init(descriptor, tail, path: path)
        case .foreign:
            try? descriptor.unlockAndClose()
            throw .notRecords(path: path)
        case .damaged(let nextSequence):
            // Its lock holds until it has another name.
            defer { try? descriptor.unlockAndClose() }
            let aside = try Self.putAside(path)
            reporter.tell(.putAside(path: path, to: aside))
            let (new, _) = try Self.open(path)
            try self.init(new, RecordTail(end: 0, nextSequence: nextSequence), path: path)
        }
    }

    private static func open(
        _ path: String
    ) throws(RecordingError) -> (descriptor: FileDescriptor, content: RecordTail.Content) {
        let descriptor: FileDescriptor
        do {
            // Without waiting, lest a pipe that nobody reads holds it up.
            descriptor = try FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .append, .closeOnExec, .nonBlocking],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        } catch {
            if error as? Errno == .isDirectory { throw .notFile(path: path) }
            throw RecordingError(error, .open, path)
        }
        do throws(RecordingError) {
            let status = try RecordingError.attempt(.open, path) { try descriptor.stat() }
            guard status.type == .regular else { throw .notFile(path: path) }
            try RecordingError.attempt(.lock, path) { try descriptor.lock() }
            return (descriptor, try RecordingError.attempt(.read, path) { try RecordTail.content(of: descriptor) })
        } catch {
            try? descriptor.unlockAndClose()
            throw error
        }
    }

    /// - Returns: the file's new name.
    private static func putAside(_ path: String) throws(RecordingError) -> String {
        let file = try NewFile.end(ofLinksAt: path)
        var now = Int64(Date.now.timeIntervalSince1970 * 1000)
        while true {
            let aside = "\(file).damaged-\(OldFile.stamp(UTCTime(milliseconds: now)))"
            do throws(RecordingError) {
                try RecordingError.attempt(.rename, path) { try Disk.rename(file, toFree: aside) }
                return aside
            } catch .exists {
                now += 1
            }
        }
    }

    private init(_ descriptor: FileDescriptor, _ tail: RecordTail, path: String) throws(RecordingError) {
        self.path = path
        do throws(RecordingError) {
            try tail.repair(descriptor, path: path)
            let status = try RecordingError.attempt(.open, path) { try descriptor.stat() }
            identity = FileIdentity(status)
            (size, nextSequence) = (tail.end, tail.nextSequence)
            let first = try RecordingError.attempt(.read, path) { try RecordTail.firstTime(in: descriptor) }
            let now = Int64(Date.now.timeIntervalSince1970 * 1000)
            ageWhenOpened = .milliseconds(first.map { max(0, now - $0.milliseconds) } ?? 0)
        } catch {
            try? descriptor.unlockAndClose()
            throw error
        }
        self.descriptor = descriptor
    }

    /// Time since its first line, or since it was opened where it had none.
    var age: Duration { ageWhenOpened + (.now - opened) }

    /// Whether it has a name still; what is written to one without is lost.
    var hasName: Bool { (try? descriptor.stat()).map { $0.linkCount > 0 } ?? true }

    /// Writes whole lines.
    ///
    /// - Returns: The bytes of the lines that were written, at least one line's.
    /// - Throws: `noSpace` or `failed`; then none was.
    mutating func write(_ lines: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        var rest = lines
        do {
            try RecordingError.attempt(.write, path) {
                while !rest.isEmpty { rest.removeFirst(try descriptor.write(some: rest)) }
            }
        } catch {
            let end = lines[..<rest.startIndex].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lines.startIndex
            partialBytes = rest.startIndex - end
            size += Int64(end - lines.startIndex)
            // Where this fails as well, the next line tries again; the first error is the one to tell.
            try? removePartialLine()
            // What was written is; the next call meets the error again.
            if end == lines.startIndex { throw error }
            return end - lines.startIndex
        }
        size += Int64(lines.count)
        return lines.count
    }

    /// Removes what there is of a line that could not be written whole.
    mutating func removePartialLine() throws(RecordingError) {
        guard partialBytes > 0 else { return }
        // Not by `size`: others may have emptied the file, and it would be filled up with zeros.
        let end = try RecordingError.attempt(.truncate, path) { try descriptor.stat().size }
        let whole = max(0, end - Int64(partialBytes))
        try RecordingError.attempt(.truncate, path) { try descriptor.resize(to: whole) }
        partialBytes = 0
    }

    /// - Throws: `noSpace` or `failed` where the disk has no room for so many bytes more.
    func reserve(_ count: Int) throws(RecordingError) {
        try RecordingError.attempt(.write, path) { try descriptor.reserve(count, at: descriptor.stat().size) }
    }

    func sync() throws(RecordingError) {
        try RecordingError.attempt(.sync, path) { try descriptor.sync() }
    }

    func close() throws(RecordingError) {
        try RecordingError.attempt(.close, path) { try descriptor.unlockAndClose() }
    }
}
