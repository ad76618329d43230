import PathModel
import Reading

/// A point of a path as Rekognition's clients know it.
public struct NumberedPoint {
    /// Milliseconds from the start of the first run.
    public var timestamp: Int64
    /// 0, 1, 2, ... in the order in which paths first appear.
    public var index: Int
    /// When it was, in milliseconds since 1970 UTC.
    public var time: Int64
    /// The camera's or file's name.
    public var feed: String
    /// In pixels; nil where the log doesn't say.
    public var frameSize: PixelSize?
    /// What the log says.
    public var sighting: Record.Sighting
}

/// Reads the points of a log and numbers them, in memory that doesn't grow with it: only people who are there are remembered.
///
/// An index is of one path of one run of one session. Timestamps are counted from the start of the first run; those of a video
/// file give its frames' numbers (`FrameTimes`).
public struct PathPoints {
    /// The first run; nil where the log begins after its start.
    public private(set) var stream: Record.Stream?
    /// How many runs began.
    public private(set) var runs = 0
    /// How many paths there are.
    public private(set) var paths = 0
    /// Points whose feed wasn't asked for don't count.
    public private(set) var points = 0
    /// Feeds of the log, at most `mostFeeds`, whether they are asked for or not.
    public private(set) var feeds: [String] = []
    /// The names of that many feeds are worth telling.
    public static let mostFeeds = 100

    private let feed: String?
    private let sampleRate: Double?
    private var sources: [RecordSource: PointSource] = [:]
    private let analysis = PointSource(feed: "")
    /// Of the first point and the last.
    private var first: (frame: Int, timestamp: Int64)?, last: (frame: Int, timestamp: Int64)?
    /// The first run's start and the last record, in milliseconds since 1970 UTC.
    private var start: Int64?, end: Int64 = .min

    /// - Parameters:
    ///   - feed: the camera or file that is wanted; nil for all.
    ///   - sampleRate: frames a second to give points of at most; a path's first point is given in any case, so that nobody
    ///     is lost. Nil gives all.
    public init(feed: String? = nil, sampleRate: Double? = nil) {
        (self.feed, self.sampleRate) = (feed, sampleRate)
    }

    /// Milliseconds from the first run's start to the last record; 0 where there is nothing.
    public var length: Int64 { start.map { max(0, end - $0) } ?? 0 }

    /// Frames a second as the points have them; nil where they are too few to tell.
    var measuredRate: Double? {
        guard let first, let last, last.timestamp > first.timestamp, last.frame > first.frame else { return nil }
        let (frames, span) = (Double(last.frame) - Double(first.frame), Double(last.timestamp - first.timestamp))
        return (frames * 1e6 / span).rounded() / 1000
    }

    /// Reads a file to its end, behind those before.
    ///
    /// - Parameters:
    ///   - goesOn: is called now and then with how many bytes were read; false ends it.
    ///   - use: gets each point, in the order of the log.
    /// - Throws: `ReadingError`, or what `use` throws.
    public mutating func take(
        _ reader: RecordReader, goesOn: (Int64) -> Bool = { _ in true }, _ use: (NumberedPoint) throws -> Void
    ) throws {
        var known: [PointSource?] = []
        var count = 0
        while let record = try reader.next() {
            count += 1
            if count % 16_384 == 0, !goesOn(reader.bytes) { return }
            while known.count <= record.source { known.append(find(reader.sources[known.count])) }
            guard let source = known[record.source], let point = number(record, run: reader.run, of: source)
            else { continue }
            try use(point)
        }
    }

    /// Takes the next record of an analysis, whose records are of one feed and one session.
    ///
    /// - Returns: the point that it is; nil where it is something else, or left out.
    public mutating func take(_ record: Record) -> NumberedPoint? {
        number(record, run: 0, of: analysis)
    }

    /// Nil where its feed isn't wanted.
    private mutating func find(_ named: RecordSource) -> PointSource? {
        if !feeds.contains(named.feed), feeds.count < Self.mostFeeds { feeds.append(named.feed) }
        guard feed == nil || feed == named.feed else { return nil }
        if let known = sources[named] { return known }
        let source = PointSource(feed: named.feed)
        sources[named] = source
        return source
    }

    private mutating func number(_ record: Record, run: Int, of source: PointSource) -> NumberedPoint? {
        guard source.isNew(record, run: run) else { return nil }
        end = max(end, record.time)
        switch record.event {
        case .streamStart(let stream):
            runs += 1
            if start == nil { (start, self.stream) = (record.time, stream) }
            source.begin(stream, isFirst: record.time == start)
        // Nothing follows of these paths.
        case .pathEnd(let end): source.indices[end.track] = nil
        case .streamEnd: source.indices.removeAll()
        case .point(let sighting): return number(sighting, at: record.time, of: source)
        default: break
        }
        return nil
    }

    private mutating func number(_ sighting: Record.Sighting, at time: Int64, of source: PointSource) -> NumberedPoint?
    {
        let origin = start ?? time
        start = origin
        let timestamp = source.timestamp(of: sighting.frame, after: max(0, time - origin))
        last = (sighting.frame, timestamp)
        if first == nil { first = last }
        let isKept = source.keeps(timestamp, rate: sampleRate)
        let index: Int
        if let known = source.indices[sighting.track] {
            guard isKept else { return nil }
            index = known
        } else {
            index = paths
            source.indices[sighting.track] = index
            paths += 1
        }
        points += 1
        return NumberedPoint(
            timestamp: timestamp, index: index, time: time, feed: source.feed, frameSize: source.frameSize,
            sighting: sighting)
    }
}

/// What is known of a feed in a session.
final class PointSource {
    let feed: String
    /// Those of people who are there, by their tracks.
    var indices: [Int: Int] = [:]
    private(set) var frameSize: PixelSize?
    private var hasBegun = false
    private var frameTimes: FrameTimes?
    private var lastTimestamp: Int64 = 0
    private var lastKept: (timestamp: Int64, sample: Double)?
    private var seen = SeenRecords()

    init(feed: String) {
        self.feed = feed
    }

    /// Whether it wasn't in another copy of the log.
    func isNew(_ record: Record, run: Int) -> Bool { seen.insert(record.sequence, run: run) }

    /// - Parameter isFirst: whether timestamps are counted from here.
    func begin(_ stream: Record.Stream, isFirst: Bool) {
        frameSize = stream.frameSize
        let isFile = stream.clock == "file" || stream.clock == "estimated"
        if !hasBegun, isFirst, isFile { frameTimes = FrameTimes(rate: stream.frameRate) }
        hasBegun = true
    }

    func timestamp(of frame: Int, after time: Int64) -> Int64 {
        guard let frameTimes else { return time }
        lastTimestamp = max(lastTimestamp, frameTimes.timestamp(frame: frame, time: time))
        return lastTimestamp
    }

    /// Whether a frame is the first of its sample; all points of a frame are kept or none.
    func keeps(_ timestamp: Int64, rate: Double?) -> Bool {
        guard let rate else { return true }
        let sample = (Double(timestamp) * rate / 1000).rounded(.down)
        if let lastKept, lastKept.timestamp != timestamp, sample <= lastKept.sample { return false }
        lastKept = (timestamp, sample)
        return true
    }
}
