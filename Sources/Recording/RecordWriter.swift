import PathModel

/// Writes one session's records of one feed as JSON Lines, version 1.1 (Schema/footpath-records-1.1.schema.json).
///
/// Keys stand in a fixed order and numbers have fixed decimals, so equal records are equal bytes. Ratios, distances and
/// speeds have up to 5 decimals (a hundredth of a pixel at 1000 pixels), percentages 2, frame rates 3.
///
/// A line never exceeds `maximumLineBytes`. Texts are cut, and end in `…`: the feed at 256 bytes and the session at 64,
/// always alike; a setting's at `longestSetting`; other texts at 1024 bytes, or 256, or 64 where the line would be too long otherwise.
public struct RecordWriter {
    /// The longest line with its newline, as docs/records.md promises: log shippers drop longer ones.
    public static let maximumLineBytes = 8192

    /// The longest text of a setting in bytes, of which there may be one in a line; so that all of many masks stand there.
    public static let longestSetting = 4096

    static let shortestText = 64

    private let output: NumberedSink
    private let format: RecordFormat
    private let detail: Detail
    private let observed: (() -> Int64)?

    /// A writer of one session to an output that may have others before, after or beside it.
    ///
    /// - Parameters:
    ///   - feed: The camera's or file's name.
    ///   - session: The session's UUID.
    ///   - origin: Where the stream's clock is zero, in milliseconds since 1970 UTC.
    ///   - detail: How much of it; the rest is passed over.
    ///   - observed: Now, in milliseconds since 1970 UTC. Live feeds only: with it no two runs write the same bytes.
    public init(
        output: NumberedSink, feed: String, session: String, origin: Int64, detail: Detail = .points,
        observed: (() -> Int64)? = nil
    ) {
        self.output = output
        format = RecordFormat(feed: feed, session: session, origin: origin)
        self.detail = detail
        self.observed = observed
    }

    /// A writer of the only session of a sink.
    public init(
        sink: any LineSink, feed: String, session: String, origin: Int64, observed: (() -> Int64)? = nil
    ) {
        self.init(
            output: NumberedSink(sink: sink), feed: feed, session: session, origin: origin, observed: observed)
    }

    /// Writes one line, if it is of the detail that is wanted.
    ///
    /// - Returns: the line; nil where it isn't.
    /// - Throws: What the sink throws, or `lineTooLong`. The line is not written then; a later one may be.
    @discardableResult
    public func write(_ record: PathRecord) throws(RecordingError) -> String? {
        guard detail.keeps(record.event) else { return nil }
        var written: String?
        try output.write { sequence throws(RecordingError) in
            let line = try format.line(for: record, sequence: sequence, observed: observed?())
            written = line
            return line
        }
        return written
    }
}

/// Makes the lines of one session's records of one feed.
package struct RecordFormat: Sendable {
    private static let version = "1.1"
    private static let feedLimit = 256
    private static let sessionLimit = 64
    private static let textLimits = [1024, 256, RecordWriter.shortestText]

    private let feed: String
    private let session: String
    private let clock: StreamClock

    /// - Parameter origin: Where the stream's clock is zero, in milliseconds since 1970 UTC.
    package init(feed: String, session: String, origin: Int64) {
        (self.feed, self.session) = (feed, session)
        clock = StreamClock(origin: origin)
    }

    /// The line of a record, without a newline.
    ///
    /// - Parameter observed: When it is made, in milliseconds since 1970 UTC; live feeds only.
    /// - Throws: `lineTooLong`.
    package func line(
        for record: PathRecord, sequence: Int, observed: Int64? = nil
    ) throws(RecordingError) -> String {
        var bytes = 0
        for textLimit in Self.textLimits {
            var line = JSONLine(textLimit: textLimit)
            addEnvelope(of: record, sequence: sequence, observed: observed, to: &line)
            line.add(record, clock: clock)
            let text = line.closed()
            bytes = text.utf8.count + 1
            if bytes <= RecordWriter.maximumLineBytes { return text }
        }
        throw .lineTooLong(event: record.event.name, bytes: bytes)
    }

    private func addEnvelope(of record: PathRecord, sequence: Int, observed: Int64?, to line: inout JSONLine) {
        line.add("v", Self.version)
        line.add("event", record.event.name)
        line.add("feed", feed, limit: Self.feedLimit)
        line.add("session", session, limit: Self.sessionLimit)
        line.add("seq", sequence)
        line.add("time", clock.utc(record.time))
        if let observed { line.add("observed", UTCTime(milliseconds: observed).description) }
    }
}

/// Turns a stream's times into UTC.
struct StreamClock {
    private let origin: Int64

    /// A clock that is zero `origin` milliseconds after 1970 UTC.
    init(origin: Int64) {
        // An origin in the years that can be written leaves room for every timestamp in 64 bits.
        self.origin = UTCTime(milliseconds: origin).milliseconds
    }

    /// RFC 3339.
    func utc(_ time: Timestamp) -> String {
        UTCTime(milliseconds: origin + time.milliseconds).description
    }
}
