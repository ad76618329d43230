import Decoding
import Foundation
import PathModel
import Reading

/// The records of one video, out of a file that may hold those of others, too.
///
/// A stream is a video's if its frames have the size and the length of the video's. Where several are, the one called as the
/// video is counts; of those called alike, the one whose source is the video's path.
public final class VideoRecords {
    /// A record and its line in the file, from 1.
    public struct Found {
        public let record: PathRecord
        public let line: Int
    }

    /// Where the stream's clock is zero, in microseconds since 1970 UTC; nil where nobody knows, or no record was found yet.
    public private(set) var utc: Int64?
    /// Seconds from one analysed picture to the next, where that was chosen.
    public private(set) var interval: Double?
    /// Where the records end, if that is before the video's end as far as they know; complete once `next` has returned nil.
    public var end: Timestamp? { isWhole ? nil : last }
    /// The feed whose records they are; nil where none was found yet.
    public var foundFeed: String? { chosen.map { reader.sources[$0].feed } }

    private let reader: RecordReader
    private let video: SourceName
    private let description: StreamDescription
    private let feed: String?
    private let needsPoints: Bool
    /// Index of the feed and session in the reader's sources.
    private var chosen: Int?
    /// Where the chosen stream's pictures came from.
    private var chosenSource = ""
    private var sessions: [Int: Record.Session] = [:]
    private var regions: [Int: [Record.Region]] = [:]
    private var misfit: String?
    /// The stream's zero in microseconds, whatever it is counted from.
    private var zero: Int64 = 0
    private var waiting: [Found] = []
    private var last: Timestamp?
    private var isWhole = false

    /// - Parameters:
    ///   - reader: with faces, if they are to be drawn.
    ///   - feed: the only feed that counts; nil for any.
    ///   - needsPoints: whether records that leave points out won't do.
    public init(
        _ reader: RecordReader, of video: SourceName, _ description: StreamDescription, feed: String? = nil,
        needsPoints: Bool = false
    ) {
        (self.reader, self.video, self.description) = (reader, video, description)
        (self.feed, self.needsPoints) = (feed, needsPoints)
    }

    /// The next record of the video; nil at the end.
    ///
    /// - Throws: `ReadingError`, or `MisfitError` where there is none, or it isn't clear which are meant.
    public func next() throws -> Found? {
        while waiting.isEmpty {
            guard let record = try reader.next() else {
                if chosen == nil { throw MisfitError("\(reader.path): \(misfit ?? "there is no stream_start in it")") }
                return nil
            }
            switch record.event {
            case .sessionStart(let session): sessions[record.source] = session
            case .region(let region) where record.source != chosen: regions[record.source, default: []].append(region)
            case .streamStart(let stream): try consider(stream, record)
            default: if record.source == chosen { note(record) }
            }
        }
        return waiting.removeFirst()
    }

    // MARK: - Which stream

    private func consider(_ stream: Record.Stream, _ record: Record) throws(MisfitError) {
        guard record.source != chosen else { return isWhole = false }
        let name = reader.sources[record.source].feed
        if let reason = reason(against: stream, feed: name) {
            misfit = misfit ?? "line \(record.line): the records are of another video than \(video.redacted): \(reason)"
            return
        }
        guard chosen == nil else { return try compare(stream, record, name) }
        if needsPoints, let detail = sessions[record.source]?.detail, detail != "points" {
            throw MisfitError(
                "\(reader.path): line \(record.line): the records have no points (detail: \(detail)): nobody can be blurred"
            )
        }
        choose(stream, record)
    }

    /// Looks at one more stream that fits.
    private func compare(_ stream: Record.Stream, _ record: Record, _ name: String) throws(MisfitError) {
        let place = "\(reader.path): line \(record.line)"
        guard foundFeed == name else {
            guard let foundFeed, feed == nil, foundFeed != video.baseName else { return }
            throw MisfitError("\(place): the video may be \(foundFeed) or \(name): both fit; say which by --feed")
        }
        // The same video, analysed twice; or the first one is this very file.
        guard stream.source != chosenSource, !isOwn(chosenSource) else { return }
        throw MisfitError(
            "\(place): the video may be \(chosenSource) or \(stream.source): both fit, and are called \(name); give a file with "
                + "the records of one session alone")
    }

    /// Whether a source is the video's path.
    private func isOwn(_ source: String) -> Bool {
        source == video.redacted
            || URL(fileURLWithPath: source).standardizedFileURL == URL(fileURLWithPath: video.text).standardizedFileURL
    }

    private func choose(_ stream: Record.Stream, _ record: Record) {
        (chosen, chosenSource) = (record.source, stream.source)
        zero = record.time * 1000 - description.start.microseconds
        if stream.timeOrigin != "epoch" { utc = zero }
        interval = sessions[record.source]?.framesPerSecond.flatMap { $0 > 0 ? 1 / $0 : nil }
        for region in regions.removeValue(forKey: record.source) ?? [] { add(.region(Region(region)), record) }
    }

    /// Why a stream isn't the video's; nil where it is.
    private func reason(against stream: Record.Stream, feed name: String) -> String? {
        if let feed, feed != name { return "they are of \(name), not of \(feed)" }
        guard ["file", "estimated"].contains(stream.clock) else {
            return "they are of a camera (clock: \(stream.clock)), whose times no file has"
        }
        if let size = stream.frameSize, size != description.frameSize {
            return "its frames are \(description.frameSize), theirs \(size)"
        }
        guard let duration = stream.duration, let own = description.duration.map({ $0 / 1000 }) else { return nil }
        // Containers round, each in its way.
        guard abs(duration - own) > 100 else { return nil }
        return "it takes \(Double(own) / 1000) s, theirs \(Double(duration) / 1000) s"
    }

    // MARK: - What of it is drawn

    private func note(_ record: Record) {
        last = max(last ?? time(of: record), time(of: record))
        switch record.event {
        case .point(let point): add(.path(PathPoint(point)), record, at: point.pts)
        case .zone(let visit): add(.zone(ZoneChange(visit)), record, at: visit.pts)
        case .line(let crossing): add(.line(LineCrossing(crossing)), record, at: crossing.pts)
        case .region(let region): add(.region(Region(region)), record)
        case .streamEnd(let reason): isWhole = reason == "end_of_file"
        default: break
        }
    }

    private func time(of record: Record) -> Timestamp {
        Timestamp(microseconds: (record.time &* 1000) &- zero)
    }

    private func add(_ event: PathRecord.Event, _ record: Record, at pts: Int64? = nil) {
        let time = pts.map { Timestamp(microseconds: $0 &* 1000) } ?? time(of: record)
        waiting.append(Found(record: PathRecord(time: time, event: event), line: record.line))
    }
}

extension PathPoint {
    fileprivate init(_ point: Record.Sighting) {
        self.init(
            track: point.track,
            frame: FrameInfo(index: point.frame, time: Timestamp(microseconds: point.pts &* 1000)), box: point.box,
            confidence: point.confidence, source: point.isPredicted ? .predicted : .measured, face: point.face,
            isStill: point.isStill)
    }
}

extension ZoneChange {
    fileprivate init(_ visit: Record.ZoneVisit) {
        let dwell = visit.dwell ?? 0
        let action: Action =
            switch (visit.action, visit.state) {
            case ("leave", _): .leave(visit.cause.flatMap(Cause.init) ?? .walkedOut, dwell: dwell)
            case ("loiter", "end"): .loiterEnd(dwell: dwell)
            case ("loiter", _): .loiterBegin(dwell: dwell)
            default: .enter(appeared: visit.appeared)
            }
        self.init(track: visit.track, name: visit.name, action: action, people: visit.people)
    }
}

extension LineCrossing {
    fileprivate init(_ crossing: Record.Crossing) {
        self.init(
            track: crossing.track, name: crossing.name, direction: crossing.isInward ? .inward : .outward,
            place: crossing.place, inward: crossing.inward, outward: crossing.outward, people: crossing.people)
    }
}

extension Region {
    fileprivate init(_ region: Record.Region) {
        switch region.kind {
        case "line": self.init(CountingLine(name: region.name, polyline: Polyline(region.points)))
        case "mask": self.init(mask: Polygon(region.points))
        default: self.init(Zone(name: region.name, polygon: Polygon(region.points)))
        }
    }
}
