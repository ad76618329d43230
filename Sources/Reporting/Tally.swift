import Reading

/// Adds up records as they come, in memory that grows with the number of feeds and with the time covered, not with the
/// number of records: of paths it keeps a sample.
public struct Tally {
    /// A file of records that was read.
    public struct File: Sendable {
        /// As messages name it.
        public var path: String
        public var records = 0
        /// Records that another file had, too.
        public var repeated = 0
        public var omissions = Omissions()
    }

    /// Rows of the table of paths.
    static let mostRows = 5000
    /// Paths that are drawn, of all feeds, and of one.
    private static let mostTrails = 6000, mostTrailsOfOne = 300

    private(set) var feeds: [FeedTally] = []
    private(set) var files: [File] = []
    private(set) var table = Sample<PathRow>(capacity: mostRows)
    private var sessions: [Key: SessionTally] = [:]
    private var feedIndices: [FeedKey: Int] = [:]

    private struct Key: Hashable {
        var source: RecordSource
        var isRelative: Bool
    }

    private struct FeedKey: Hashable {
        var name: String
        var isRelative: Bool
    }

    /// Nothing so far.
    public init() {}

    /// Reads a file to its end, in order with those before.
    ///
    /// - Parameters:
    ///   - progress: is called now and then with how many bytes were read; false ends it.
    /// - Throws: what the reader throws. What was read before counts.
    public mutating func take(
        _ reader: RecordReader, progress: (Int64) -> Bool = { _ in true }
    ) throws(ReadingError) {
        var file = File(path: reader.path)
        defer {
            file.omissions = reader.omissions
            files.append(file)
        }
        /// By the reader's sources; a session of a file that is counted from 1970 is one of another feed.
        var known: [SessionTally?] = [], knownRelative: [SessionTally?] = []
        while let record = try reader.next() {
            file.records += 1
            if file.records % 65_536 == 0, !progress(reader.bytes) { return }
            while known.count <= record.source {
                known.append(nil)
                knownRelative.append(nil)
            }
            let isRelative = record.time < Self.firstDatedTime
            let session: SessionTally
            if let found = isRelative ? knownRelative[record.source] : known[record.source] {
                session = found
            } else {
                session = find(reader.sources[record.source], isRelative: isRelative)
                if isRelative { knownRelative[record.source] = session } else { known[record.source] = session }
            }
            if !session.take(record, into: &table) { file.repeated += 1 }
        }
    }

    /// A year after 1970: earlier times are of files of which nobody knows when they were taken.
    static let firstDatedTime: Int64 = 365 * 86_400_000

    private mutating func find(_ source: RecordSource, isRelative: Bool) -> SessionTally {
        let key = Key(source: source, isRelative: isRelative)
        if let known = sessions[key] { return known }
        let session = SessionTally(feed: feed(source.feed, isRelative: isRelative), source: source)
        sessions[key] = session
        return session
    }

    private mutating func feed(_ name: String, isRelative: Bool) -> FeedTally {
        let key = FeedKey(name: name, isRelative: isRelative)
        if let index = feedIndices[key] { return feeds[index] }
        let share = max(10, min(Self.mostTrailsOfOne, Self.mostTrails / (feeds.count + 1)))
        for feed in feeds { feed.trails.shrink(to: share) }
        let feed = FeedTally(index: feeds.count, name: name, isRelative: isRelative, trails: share)
        feedIndices[key] = feeds.count
        feeds.append(feed)
        return feed
    }

    /// No file follows.
    mutating func finish() {
        for session in sessions.values.sorted(by: { $0.order < $1.order }) { session.finish(into: &table) }
        sessions = [:]
    }
}
