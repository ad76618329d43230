import Capturing
import Decoding
import PathModel
import Waiting

/// What stands in a folder under one name.
package struct FolderEntry: Hashable, Sendable {
    package enum Kind: Sendable {
        case file, folder, link, other
    }

    /// Its name as people are shown it.
    var name: String
    /// Its name where that isn't UTF-8.
    var bytes: [UInt8]?
    var kind = Kind.file
    /// Bytes.
    var size: Int64
    /// When it was last changed, in milliseconds since 1970 UTC.
    var changed: Int64
}

/// What a folder holds.
package struct FolderListing: Sendable {
    var entries: [FolderEntry] = []
    /// Why it can't be read; nil where it was.
    var failure: String?
    /// The file that was asked about, if somebody writes to it.
    var beingWritten: FolderEntry?
}

/// Finds the new video files in a folder, each once: by name, size and time of change, so that one that was written anew
/// counts anew. Pure: listings in, what to do next out.
///
/// A file is whole when nobody on this machine has it open for writing and nothing of it has changed for `settle` seconds:
/// by the watch's own clock, since a share's clock may be wrong; by the file's where it was there from the start.
struct FolderWatch {
    /// What came of a file.
    enum Result {
        case analyzed
        /// Not one picture came: it is no video, or it can't be read now.
        case unopened
        /// By no fault of the file.
        case failed
    }

    /// What to do now.
    struct Step {
        enum Next {
            case open(SourceRequest)
            /// Find out whether somebody writes to it.
            case check(FolderEntry)
            /// List again in so many seconds; whether nothing is to be done until something changes.
            case wait(Double, isIdle: Bool)
        }

        var next: Next
        var messages: [(LogLevel, String)] = []
        /// Whether what is remembered changed.
        var forgets = false
    }

    private struct Try {
        var count = 0
        var notBefore = Duration.zero
    }

    /// Seconds between listings.
    private static let interval = 2.0
    /// Seconds that a listing may take before it is told.
    private static let patience = Duration.seconds(20)
    /// Seconds since it was last seen after which a file that was done is forgotten: a share may be away for a while.
    private static let memoryOfGone: Int64 = 30 * 86400
    /// A file that gives no picture is given up after so many tries: the last is about five minutes after the first.
    private static let mostTries = 6
    /// Programs that copy, download or record write under such names and rename what is whole.
    private static let unfinished = [".part", ".partial", ".filepart", ".crdownload", ".tmp"]

    private let request: SourceRequest
    private let settle: Duration
    /// By stamp: since when it is gone, in seconds since 1970 UTC; nil while it is there.
    private var done: [String: Int64?] = [:]
    /// By stamp, of the files that aren't done: since when they have been as they are.
    private var resting: [String: Duration] = [:]
    private var tries: [String: Try] = [:]
    private var passedOver: Set<String> = []
    private var isFirstListing = true
    private var failure: String?
    private var current: (entry: FolderEntry, stamp: String)?
    private var checked: FolderEntry?
    /// When the listing that was asked for should be there; nil where none was, or it is told that it isn't.
    private(set) var answerBy: Duration?

    /// - Parameters:
    ///   - request: how to read files; its `source` is the folder.
    ///   - memory: as `memory` gave it.
    init(_ request: SourceRequest, settle: Double, memory: String) {
        self.request = request
        self.settle = .seconds(settle)
        for line in memory.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2)
            if parts.count == 3, parts[0] == "gone", let since = Int64(parts[1]) {
                done[String(parts[2])] = .some(since)
            } else {
                done[String(line)] = .some(nil)
            }
        }
    }

    /// What is done, a line each.
    var memory: String {
        done.map { stamp, gone in (gone.map { "gone \($0) " } ?? "") + stamp + "\n" }.sorted().joined()
    }

    /// Notes that a listing was asked for.
    mutating func ask(at now: Moment) { answerBy = now.monotonic + Self.patience }

    /// Whether a listing is overdue; says so once for each.
    mutating func isSilent(at now: Duration) -> Bool {
        guard let end = answerBy, end <= now else { return false }
        answerBy = nil
        return true
    }

    /// Takes a listing.
    mutating func take(_ listing: FolderListing, at now: Moment) -> Step {
        answerBy = nil
        if let text = listing.failure {
            defer { failure = text }
            return Step(
                next: .wait(Self.interval, isIdle: false), messages: failure == text ? [] : [(.warning, text)])
        }
        failure = nil
        var step = Step(next: .wait(Self.interval, isIdle: true))
        step.messages = messages(on: listing.entries)
        let files = listing.entries.filter(isVideo).map { (entry: $0, stamp: Self.stamp(of: $0)) }
        step.forgets = forget(except: Set(files.map(\.stamp)), at: now)
        noteRest(of: files, at: now)
        let ready = files.filter { isReady($0.stamp, at: now) }.sorted {
            ($0.entry.changed, $0.stamp) < ($1.entry.changed, $1.stamp)
        }
        if let written = listing.beingWritten {
            // Asked about again when it has rested anew.
            resting[Self.stamp(of: written)] = now.monotonic
        } else if let checked, let file = ready.first(where: { $0.entry == checked }) {
            current = file
            self.checked = nil
            var request = request
            request.path = file.entry.bytes.map { Array((request.source + "/").utf8) + $0 }
            request.source += "/" + file.entry.name
            step.next = .open(request)
            return step
        }
        checked = ready.first { $0.entry != listing.beingWritten }?.entry
        if let checked {
            step.next = .check(checked)
        } else if !resting.isEmpty {
            step.next = .wait(Self.interval, isIdle: false)
        }
        return step
    }

    /// Notes what came of the file that `take` gave, as it was then: what was added to it since makes it new.
    ///
    /// - Returns: what there is to tell.
    mutating func finish(_ result: Result, at now: Moment) -> String? {
        guard let (entry, stamp) = current else { return nil }
        current = nil
        var attempt = tries[stamp] ?? Try()
        attempt.count += 1
        guard result == .failed || result == .unopened && attempt.count < Self.mostTries else {
            done[stamp] = .some(nil)
            resting[stamp] = nil
            tries[stamp] = nil
            return result == .analyzed ? nil : "\(entry.name) is given up until it changes"
        }
        let seconds = min(3600, 10 * (1 << min(attempt.count - 1, 10)))
        attempt.notBefore = now.monotonic + .seconds(seconds)
        tries[stamp] = attempt
        return "\(entry.name) is tried again in \(seconds) s"
    }

    private func isReady(_ stamp: String, at now: Moment) -> Bool {
        guard let since = resting[stamp], now.monotonic - since >= settle else { return false }
        return tries[stamp].map { $0.notBefore <= now.monotonic } ?? true
    }

    private mutating func noteRest(of files: [(entry: FolderEntry, stamp: String)], at now: Moment) {
        var rest: [String: Duration] = [:]
        for (entry, stamp) in files where done[stamp] == nil {
            let age = isFirstListing ? max(0, now.utcMilliseconds - entry.changed) : 0
            rest[stamp] = resting[stamp] ?? now.monotonic - .milliseconds(age)
        }
        resting = rest
        tries = tries.filter { rest[$0.key] != nil }
        isFirstListing = false
    }

    /// - Returns: whether what is remembered changed.
    private mutating func forget(except present: Set<String>, at now: Moment) -> Bool {
        let seconds = now.utcMilliseconds / 1000
        let before = done
        for (stamp, gone) in before {
            if present.contains(stamp) {
                if gone != nil { done[stamp] = .some(nil) }
            } else if let gone {
                if seconds - gone > Self.memoryOfGone { done[stamp] = nil }
            } else {
                done[stamp] = .some(seconds)
            }
        }
        return done != before
    }
}

// MARK: - What is a video file

extension FolderWatch {
    private func isVideo(_ entry: FolderEntry) -> Bool {
        entry.kind == .file && !isSkippedSilently(entry)
    }

    /// Hidden, or on its way here.
    private func isSkippedSilently(_ entry: FolderEntry) -> Bool {
        let name = entry.name.lowercased()
        return name.hasPrefix(".") || Self.unfinished.contains { name.hasSuffix($0) }
    }

    /// Says once what is passed over, and why.
    private mutating func messages(on entries: [FolderEntry]) -> [(LogLevel, String)] {
        let reasons = entries.filter { !isSkippedSilently($0) }.compactMap { entry in reason(entry).map { (entry, $0) }
        }
        let new = reasons.filter { !passedOver.contains($0.0.name) }
        passedOver = Set(reasons.map(\.0.name))
        guard !new.isEmpty else { return [] }
        let list = new.prefix(5).map { "\($0.0.name) (\($0.1))" }.joined(separator: ", ")
        let rest = new.count > 5 ? " and \(new.count - 5) more" : ""
        return [(.notice, "passed over in \(request.source): \(list)\(rest)")]
    }

    private func reason(_ entry: FolderEntry) -> String? {
        switch entry.kind {
        case .folder: "a folder; folders in it aren't searched"
        case .link: "a link; links aren't followed"
        case .other: "no regular file"
        case .file: nil
        }
    }

    /// What tells a file from others and from itself when it was different.
    private static func stamp(of entry: FolderEntry) -> String {
        let escaped = entry.name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        // No other name has a single backslash before an x.
        let name = entry.bytes.map { "\\x" + $0.map { String($0, radix: 16) }.joined(separator: " ") } ?? escaped
        return "\(entry.changed) \(entry.size) \(name)"
    }
}
