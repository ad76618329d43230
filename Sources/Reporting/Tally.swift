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
    private var sources: [RecordSource: SourceTally] = [:]
    private var feedIndices: [FeedKey: Int] = [:]

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
        /// By the reader's sources.
        var known: [SourceTally] = []
        while let record = try reader.next() {
            file.records += 1
            if file.records % 65_536 == 0, !progress(reader.bytes) { return }
            while known.count <= record.source { known.append(find(reader.sources[known.count])) }
            let source = known[record.source]
            if source.seen.insert(record.sequence, run: reader.run) {
                take(record, of: source)
            } else {
                file.repeated += 1
            }
        }
    }

    @inline(__always)
    private mutating func take(_ record: Record, of source: SourceTally) {
        if record.event.isOfSession { return takeOfSession(record, of: source) }
        let isRelative = record.time < Self.firstDatedTime
        let session = source.session(isRelative: isRelative) ?? open(source, isRelative: isRelative)
        session.take(record, into: &table)
        source.current = session
        if !source.waiting.isEmpty { deliver(source.takeWaiting(), to: session) }
    }

    private mutating func takeOfSession(_ record: Record, of source: SourceTally) {
        if let session = source.current { return session.takeOfSession(record, into: &table) }
        source.wait(record)
    }

    private mutating func deliver(_ records: [Record], to session: SessionTally) {
        for record in records { session.takeOfSession(record, into: &table) }
    }

    /// A year after 1970: earlier times are of files of which nobody knows when they were taken.
    static let firstDatedTime: Int64 = 365 * 86_400_000

    private mutating func find(_ source: RecordSource) -> SourceTally {
        if let known = sources[source] { return known }
        let tally = SourceTally(source: source, order: sources.count)
        sources[source] = tally
        return tally
    }

    private mutating func open(_ source: SourceTally, isRelative: Bool) -> SessionTally {
        let session = SessionTally(feed: feed(source.source.feed, isRelative: isRelative), source: source.source)
        source.set(session, isRelative: isRelative)
        return session
    }

    private mutating func feed(_ name: String, isRelative: Bool) -> FeedTally {
        let key = FeedKey(name: name, isRelative: isRelative)
        if let index = feedIndices[key] { return feeds[index] }
        let share = max(10, min(Self.mostTrailsOfOne, Self.mostTrails / (feeds.count + 1)))
        if share < feeds.last?.trails.capacity ?? share { for feed in feeds { feed.trails.shrink(to: share) } }
        let feed = FeedTally(index: feeds.count, name: name, isRelative: isRelative, trails: share)
        feedIndices[key] = feeds.count
        feeds.append(feed)
        return feed
    }

    /// Whether other sessions of the feed had recordings.
    private func hasRecordings(_ name: String) -> Bool {
        [true, false].contains { isRelative in
            feedIndices[FeedKey(name: name, isRelative: isRelative)].map { feeds[$0].streams > 0 && !feeds[$0].isLive }
                ?? false
        }
    }

    /// No file follows.
    mutating func finish() {
        // Of what never had a picture, too: a camera that was away all the time, but no folder without recordings.
        for source in sources.values.sorted(by: { $0.order < $1.order }) where !source.waiting.isEmpty {
            let records = source.takeWaiting()
            if hasRecordings(source.source.feed) { continue }
            deliver(records, to: open(source, isRelative: records[0].time < Self.firstDatedTime))
        }
        let sessions = sources.values.flatMap(\.sessions)
        for session in sessions.sorted(by: { $0.order < $1.order }) { session.finish(into: &table) }
        sources = [:]
    }
}
