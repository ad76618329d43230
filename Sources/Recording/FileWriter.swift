import Foundation
import PathModel
import SystemPackage

/// A file of records that others may rename or remove meanwhile, and that is begun anew by size or age.
///
/// It holds whole lines only: what a full disk took of a line is removed at once, and what a crash left of one when the
/// file is opened. Lines are written whole, as many at once as wait.
final class FileWriter: LineWriter {
    private static let checkInterval = Duration.seconds(1)
    private static let rotationPause = Duration.seconds(60)

    let path: String
    let watched: Int32? = nil
    let survivesHangUp = false
    let pause = Duration.seconds(1)
    /// The `seq` of the first line: 0, or where a continued file's last line leaves off.
    let nextSequence: Int

    private let policy: SyncPolicy
    private let rotation: Rotation?
    private let archive: Archive?
    private let reporter: OutputReporter
    private let onRotation: () -> Void
    private var file: AppendedFile
    private var schedule: SyncSchedule
    private var isUnsynced = false
    private var hasFailed = false
    /// The file has no name any more: what is written to it would be lost.
    private var mustReopen = false
    private var nextCheck: ContinuousClock.Instant
    private var nextRotation = ContinuousClock.now

    /// Opens or creates the file, readable by everybody, as the process's umask allows.
    ///
    /// - Parameter onRotation: called when a new file was begun for size or age.
    /// - Throws: `notRecords`, `notFile`, `isInUse`, `noSpace` or `failed`.
    init(
        path: String, sync policy: SyncPolicy, rotation: Rotation?, reporter: OutputReporter,
        onRotation: @escaping () -> Void
    ) throws(RecordingError) {
        self.path = path
        self.policy = policy
        self.rotation = rotation
        self.reporter = reporter
        self.onRotation = onRotation
        archive = rotation.map { Archive(path: path, rotation: $0, reporter: reporter) }
        file = try AppendedFile(path: path, reporter: reporter)
        schedule = SyncSchedule(policy, start: .now)
        nextCheck = .now + Self.checkInterval
        // Where the file is new, the lines before are in the one that was put aside last.
        nextSequence = file.size > 0 ? file.nextSequence : max(file.nextSequence, archive?.nextSequence ?? 0)
        archive?.tidy()
    }

    func write(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        if mustReopen { try open() }
        try file.removePartialLine()
        rotateIfDue(before: bytes)
        let lines = lines(of: bytes)
        // On a full disk a try must not leave a partial line, not even for a moment: readers would see the file shrink.
        if hasFailed { try file.reserve(lines.count) }
        hasFailed = true
        let count = try file.write(lines)
        hasFailed = count < lines.count
        isUnsynced = true
        syncIfDue()
        return count
    }

    func maintain(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if now >= nextCheck {
            check()
            archive?.retryIfDue()
            nextCheck = now + Self.checkInterval
        }
        if isUnsynced { syncIfDue() }
        return isUnsynced ? min(nextCheck, schedule.due ?? nextCheck) : nextCheck
    }

    func reopen() {
        do {
            try open()
        } catch {
            reporter.failed(.reopen, error)
        }
    }

    func hangUp() {}

    func finish(cut: ArraySlice<UInt8>) {
        do {
            try file.removePartialLine()
            if policy != .never { try file.sync() }
            try file.close()
        } catch {
            reporter.failed(.sync, error)
        }
    }

    // MARK: - Other files by the same name

    /// Others may have moved or removed the file without a word.
    private func check() {
        if file.identity.isAt(path) { return reporter.works(.reopen) }
        mustReopen = !file.hasName
        if !reporter.isFailing(.reopen) { reporter.tell(.moved(path: path)) }
        reopen()
    }

    /// Goes over to the file that has the path now, where that is another one. Where that fails, the old one stays.
    private func open() throws(RecordingError) {
        if file.identity.isAt(path) { return }
        let new = try AppendedFile(path: path, reporter: reporter)
        leave()
        file = new
        reporter.works(.reopen)
        syncFolder()
    }

    /// Closes the old file; lines are written to another one from here on.
    private func leave() {
        do {
            try file.removePartialLine()
            if isUnsynced && policy != .never { try file.sync() }
            try file.close()
            reporter.works(.sync)
        } catch {
            reporter.failed(.sync, error)
        }
        (isUnsynced, hasFailed, mustReopen) = (false, false, false)
    }

    // MARK: - Size and age

    /// As many whole lines as the file may hold; one at least.
    private func lines(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let newline = UInt8(ascii: "\n")
        let first = bytes.firstIndex(of: newline).map { $0 + 1 } ?? bytes.endIndex
        // One at a time until it works again: there may be room for one only.
        if hasFailed { return bytes[..<first] }
        guard let room = rotation?.maximumBytes.map({ max(0, $0 - file.size) }), room < bytes.count else {
            return bytes
        }
        let end = bytes.prefix(Int(room)).lastIndex(of: newline).map { $0 + 1 } ?? first
        return bytes[..<max(first, end)]
    }

    private func rotateIfDue(before bytes: ArraySlice<UInt8>) {
        guard let rotation, let archive, file.size > 0, .now >= nextRotation else { return }
        let line = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 - bytes.startIndex } ?? bytes.count
        let isLarge = rotation.maximumBytes.map { file.size + Int64(line) > $0 } ?? false
        let isOld = rotation.maximumAge.map { file.age >= $0 } ?? false
        guard isLarge || isOld else { return }
        do {
            try rotate(archive)
            reporter.works(.rotate)
        } catch {
            // The file grows meanwhile; no line is lost for that.
            nextRotation = .now + Self.rotationPause
            reporter.failed(.rotate, error)
        }
    }

    private func rotate(_ archive: Archive) throws(RecordingError) {
        // What has the path now isn't ours to rename.
        guard file.identity.isAt(path) else { return try open() }
        let old = try archive.newPath()
        try RecordingError.attempt(.rename, path) { try Disk.rename(path, to: old) }
        let new: AppendedFile
        do {
            new = try AppendedFile(path: path, reporter: reporter)
        } catch {
            try? Disk.rename(old, to: path)
            throw error
        }
        leave()
        file = new
        syncFolder()
        onRotation()
        reporter.tell(.rotated(path: path, to: old))
        archive.tidy()
    }

    // MARK: - Durability

    private func syncIfDue() {
        guard schedule.isDue(at: .now) else { return }
        do {
            try file.sync()
            isUnsynced = false
            reporter.works(.sync)
        } catch {
            reporter.failed(.sync, error)
        }
    }

    private func syncFolder() {
        guard policy != .never else { return }
        do {
            try RecordingError.attempt(.sync, path) { try Disk.syncFolder(of: path) }
        } catch {
            reporter.failed(.sync, error)
        }
    }
}
