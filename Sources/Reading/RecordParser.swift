import PathModel

/// Makes records of lines.
struct RecordParser {
    /// What a line is.
    enum Outcome {
        case record(Record)
        /// Not a record.
        case damaged
        /// A record of another major version.
        case otherVersion(String)
    }

    /// The feeds and sessions so far.
    private(set) var sources: [RecordSource] = []
    private let wantsFaces: Bool
    private var line = ScannedLine()
    private var indices: [RecordSource: Int] = [:]
    /// Those of the line before.
    private var feed: [UInt8] = [], session: [UInt8] = []
    private var source = 0

    init(wantsFaces: Bool) {
        self.wantsFaces = wantsFaces
    }

    /// Reads a line without its newline, the file's `number`th.
    mutating func parse(_ bytes: Span<UInt8>, line number: Int) -> Outcome {
        guard line.scan(bytes), line.isASCII || bytes.isUTF8, let version = line.version, let event = line.event
        else { return .damaged }
        guard isFirstMajor(version, bytes) else { return .otherVersion(version.string(bytes)) }
        guard let timeText = line.time, let time = UTCText.milliseconds(timeText, bytes),
            let sequence = line.sequence?.integer(bytes), let source = findSource(bytes),
            let happened = self.event(event, bytes)
        else { return .damaged }
        return .record(Record(source: source, sequence: sequence, time: time, line: number, event: happened))
    }

    /// `1`, or `1.` and anything.
    @inline(__always)
    private func isFirstMajor(_ version: LineScanner.Text, _ bytes: Span<UInt8>) -> Bool {
        let range = version.range
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "1") else { return false }
        return range.count == 1 || bytes[range.lowerBound + 1] == UInt8(ascii: ".")
    }

    @inline(__always)
    private mutating func findSource(_ bytes: Span<UInt8>) -> Int? {
        guard let feedText = line.feed, let sessionText = line.session else { return nil }
        if !sources.isEmpty, feedText.equals(feed, bytes), sessionText.equals(session, bytes) { return source }
        feed = bytes.bytes(feedText.range)
        session = bytes.bytes(sessionText.range)
        let named = RecordSource(feed: feedText.string(bytes), session: sessionText.string(bytes))
        if let known = indices[named] {
            source = known
        } else {
            source = sources.count
            sources.append(named)
            indices[named] = source
        }
        return source
    }

    /// Nil where a key is missing without which the record says nothing.
    @inline(__always)
    private func event(_ name: LineScanner.Text, _ bytes: Span<UInt8>) -> Record.Event? {
        name.is("path", bytes) ? sighting(bytes) : otherEvent(name, bytes)
    }

    @inline(__always)
    private func sighting(_ bytes: Span<UInt8>) -> Record.Event? {
        guard let track = line.track?.integer(bytes), let frame = line.frame?.integer(bytes),
            let pts = line.pts?.integer(bytes), let box = line.box
        else { return nil }
        return .point(
            Record.Sighting(
                track: track, frame: frame, pts: Int64(pts), box: box,
                confidence: (line.confidence?.double(bytes) ?? 0) / 100,
                isPredicted: line.source?.is("predicted", bytes) ?? false, isStill: line.isStill,
                hasFace: line.face != nil, face: wantsFaces ? face(bytes) : nil))
    }

    private func face(_ bytes: Span<UInt8>) -> (face: Face, pts: Int64?)? {
        guard let face = line.face.flatMap({ Face($0, bytes) }) else { return nil }
        return (face, ScannedObject(line.others).integer("face_pts_ms", bytes).map(Int64.init))
    }

    private func otherEvent(_ name: LineScanner.Text, _ bytes: Span<UInt8>) -> Record.Event? {
        let keys = ScannedObject(line.others)
        switch name.string(bytes) {
        case "session_start": return .sessionStart(Record.Session(keys, bytes))
        case "session_end": return .sessionEnd
        case "stream_start":
            return .streamStart(Record.Stream(keys, source: line.source?.string(bytes) ?? "", bytes))
        case "stream_end": return .streamEnd(reason: keys.text("reason", bytes) ?? "")
        case "region": return Record.Region(keys, bytes).map(Record.Event.region)
        case "path_start": return pathStart(keys, bytes)
        case "path_end":
            return line.track?.integer(bytes).flatMap { Record.PathEnd(track: $0, keys, bytes) }
                .map(Record.Event.pathEnd)
        case "zone":
            return line.track?.integer(bytes).flatMap { Record.ZoneVisit(track: $0, pts: pts(bytes), keys, bytes) }
                .map(Record.Event.zone)
        case "line":
            return line.track?.integer(bytes).flatMap { Record.Crossing(track: $0, pts: pts(bytes), keys, bytes) }
                .map(Record.Event.line)
        case "crowd": return Record.Crowd(keys, bytes).map(Record.Event.crowd)
        case "counts": return Record.Counts(keys, bytes).map(Record.Event.counts)
        case "gap": return Record.Gap(keys, bytes).map(Record.Event.gap)
        case "stats": return .stats(people: keys.integer("people", bytes))
        default: return .other
        }
    }

    private func pts(_ bytes: Span<UInt8>) -> Int64 { Int64(line.pts?.integer(bytes) ?? 0) }

    private func pathStart(_ keys: ScannedObject, _ bytes: Span<UInt8>) -> Record.Event? {
        guard let track = line.track?.integer(bytes), let box = line.box else { return nil }
        return .pathStart(
            Record.PathStart(track: track, pts: pts(bytes), box: box, entry: keys.text("entry", bytes) ?? ""))
    }
}

extension Span<UInt8> {
    /// Whether all of it is UTF-8.
    fileprivate var isUTF8: Bool { String(validating: bytes(0..<count), as: UTF8.self) != nil }
}
