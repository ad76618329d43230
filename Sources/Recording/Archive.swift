import CRecording
import Foundation
import Synchronization
import SystemPackage

/// The files that were put aside when a new one was begun: their names, their compression, their end.
///
/// A file `records.jsonl` leaves `records.jsonl.20261125T021100.250Z`, or the same with `.gz`. Sorted by name they are in
/// the order in which they were put aside, even where the machine's clock was set back. Any thread may use it.
final class Archive: Sendable {
    private static let retryInterval = Duration.seconds(60)
    /// One file at a time is compressed, however many outputs there are; outputs by the same path never meet.
    private static let oneAtATime = NSLock()

    private let path: String
    private let rotation: Rotation
    private let reporter: OutputReporter
    private let state = Mutex(State())

    private struct State {
        var isBusy = false
        var isWanted = false
        var retry: ContinuousClock.Instant?
    }

    init(path: String, rotation: Rotation, reporter: OutputReporter) {
        self.path = path
        self.rotation = rotation
        self.reporter = reporter
    }

    /// A name that none has had, for the file to be put aside now.
    func newPath() throws(RecordingError) -> String {
        let last = try oldFiles().last?.time.milliseconds ?? .min
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        return "\(path).\(OldFile.stamp(UTCTime(milliseconds: max(now, last &+ 1))))"
    }

    /// One more than the `seq` of the last line put aside; nil where there is none, or where it is compressed.
    var nextSequence: Int? {
        guard let last = try? oldFiles().last, last.isPlain,
            let file = try? FileDescriptor.open(FilePath(path + "." + last.stamp), .readOnly, options: .closeOnExec)
        else { return nil }
        defer { try? file.close() }
        return try? RecordTail.nextSequence(in: file)
    }

    /// Removes what is too old, compresses what isn't yet, and finishes what a crash broke off. Returns at once: a thread
    /// that yields to all others does it.
    func tidy() {
        let isFirst = state.withLock { state in
            state.isWanted = true
            defer { state.isBusy = true }
            return !state.isBusy
        }
        guard isFirst else { return }
        let thread = Thread { [self] in
            footpath_yield_to_others()
            while takeWanted() { tidyNow() }
        }
        thread.name = "archive"
        thread.start()
    }

    /// Tries again what failed; to be called about once a second.
    func retryIfDue() {
        let isDue = state.withLock { state in
            guard let retry = state.retry, retry <= .now else { return false }
            state.retry = nil
            return true
        }
        if isDue { tidy() }
    }

    private func takeWanted() -> Bool {
        state.withLock { state in
            defer { state.isWanted = false }
            state.isBusy = state.isWanted
            return state.isWanted
        }
    }

    private func tidyNow() {
        Self.oneAtATime.lock()
        defer { Self.oneAtATime.unlock() }
        do throws(RecordingError) {
            let files = try oldFiles()
            for file in files { try finishBroken(file) }
            let whole = files.filter(\.isWhole)
            for file in whole.dropLast(rotation.keep) { try remove(file) }
            for file in whole.suffix(rotation.keep) where rotation.compresses && !file.isCompressed {
                try compress(file)
            }
            reporter.works(.archive)
        } catch {
            state.withLock { $0.retry = .now + Self.retryInterval }
            reporter.failed(.archive, error)
        }
    }

    private func finishBroken(_ file: OldFile) throws(RecordingError) {
        let plain = path + "." + file.stamp
        if file.isPartial { try remove(plain + OldFile.partialSuffix) }
        if file.isPlain && file.isCompressed { try remove(plain) }
    }

    private func remove(_ file: OldFile) throws(RecordingError) {
        try remove(path + "." + file.stamp + (file.isCompressed ? OldFile.compressedSuffix : ""))
    }

    private func remove(_ path: String) throws(RecordingError) {
        try RecordingError.attempt(.remove, path) { try Disk.remove(path) }
    }

    /// At no moment isn't there one whole copy on the disk.
    private func compress(_ file: OldFile) throws(RecordingError) {
        let plain = path + "." + file.stamp
        let partial = plain + OldFile.partialSuffix
        try RecordingError.attempt(.compress, plain) {
            try Disk.compress(plain, to: partial)
            try Disk.rename(partial, to: plain + OldFile.compressedSuffix)
            try Disk.syncFolder(of: plain)
        }
        try remove(plain)
    }

    /// In the order of their names.
    private func oldFiles() throws(RecordingError) -> [OldFile] {
        let parts = FilePath(path)
        let folder = parts.removingLastComponent()
        let prefix = (parts.lastComponent?.string ?? "") + "."
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder.string)
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
            throw .failed(path: path, operation: .list, errno: Errno(rawValue: cause?.code.rawValue ?? EIO))
        }
        var files: [String: OldFile] = [:]
        for name in names where name.hasPrefix(prefix) {
            guard var file = OldFile(suffix: String(name.dropFirst(prefix.count))) else { continue }
            if let other = files[file.stamp] { file.join(other) }
            files[file.stamp] = file
        }
        return files.values.sorted { $0.stamp < $1.stamp }
    }
}

/// A file that was put aside, in any of its states.
struct OldFile {
    static let compressedSuffix = ".gz"
    static let partialSuffix = ".gz.tmp"

    /// When it was put aside, as its name has it.
    let stamp: String
    let time: UTCTime
    private(set) var isPlain = false
    private(set) var isCompressed = false
    /// Whether there is an unfinished compressed copy.
    private(set) var isPartial = false

    /// Reads what follows the file's name and a dot; nil where that is no name of ours.
    init?(suffix: String) {
        guard
            let match = suffix.wholeMatch(
                of: #/([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2}\.[0-9]{3}Z)(\.gz|\.gz\.tmp)?/#)?
                .output,
            let time = UTCTime("\(match.1)-\(match.2)-\(match.3)T\(match.4):\(match.5):\(match.6)")
        else { return nil }
        self.time = time
        stamp = Self.stamp(time)
        switch match.7 {
        case nil: isPlain = true
        case ".gz": isCompressed = true
        default: isPartial = true
        }
    }

    /// Whether all its lines are there.
    var isWhole: Bool { isPlain || isCompressed }

    /// `20261125T021100.250Z`, ISO 8601's basic format.
    static func stamp(_ time: UTCTime) -> String {
        time.description.filter { !"-:".contains($0) }
    }

    fileprivate mutating func join(_ other: OldFile) {
        isPlain = isPlain || other.isPlain
        isCompressed = isCompressed || other.isCompressed
        isPartial = isPartial || other.isPartial
    }
}
