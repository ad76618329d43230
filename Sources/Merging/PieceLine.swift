import CMerging
import Foundation
import PathModel

/// A line of a piece, taken apart as far as merging needs it.
struct PieceLine {
    /// The line's bytes in its reader's buffer.
    let range: Range<Int>
    let parts: footpath_line

    /// Whether it is a point.
    var isPoint: Bool { parts.event == FOOTPATH_PATH }

    /// Milliseconds since 1970 UTC.
    var time: Int64 { parts.time }

    /// Its place among the lines of its time.
    func rank(_ reader: PieceReader) -> Int {
        switch parts.event {
        case FOOTPATH_PATH, FOOTPATH_PATH_START: 0
        case FOOTPATH_PATH_END: 1
        default: name(reader) == "stream_end" ? 2 : 0
        }
    }

    var box: BoundingBox { BoundingBox(parts.box) }

    var frame: FrameInfo {
        FrameInfo(
            index: Int(parts.frame), time: Timestamp(milliseconds: parts.pts), isTimeEstimated: parts.is_time_estimated)
    }

    /// The event.
    func name(_ reader: PieceReader) -> String { text(parts.name_from, parts.name_to, reader) }

    /// Why a path ended.
    func cause(_ reader: PieceReader) -> TrackRemoval.Cause? {
        TrackRemoval.Cause(rawValue: text(parts.cause_from, parts.cause_to, reader))
    }

    /// The value of a number or of a text without escapes, by its key; nil where there is none among the keys after the
    /// envelope.
    func value(of key: String, _ reader: PieceReader) -> String? {
        let line = String(decoding: bytes(from: parts.body, reader), as: UTF8.self)
        guard let found = line.range(of: ",\"\(key)\":") else { return nil }
        return String(line[found.upperBound...].drop { $0 == "\"" }.prefix { !",\"}".contains($0) })
    }

    func bytes(from start: Int32, to end: Int32? = nil, _ reader: PieceReader) -> ArraySlice<UInt8> {
        let end = end.map { range.lowerBound + Int($0) } ?? range.upperBound
        return reader.buffer[range.lowerBound + Int(start)..<end]
    }

    /// All of it as `Value` reads it; nil where it can't.
    func decoded<Value: Decodable>(_ type: Value.Type, _ reader: PieceReader) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes(from: 0, reader)))
    }

    private func text(_ start: Int32, _ end: Int32, _ reader: PieceReader) -> String {
        String(decoding: bytes(from: start, to: end, reader), as: UTF8.self)
    }
}

extension PieceReader {
    /// The next line taken apart; nil at the end.
    ///
    /// - Parameter tail: what stands in every line between the event's name and `seq`'s digits.
    func nextLine(_ tail: [UInt8]) throws(MergingError) -> PieceLine? {
        guard let range = try next() else { return nil }
        var parts = footpath_line()
        let isRight = withRest {
            footpath_line_parse($0.baseAddress, Int64(range.count), tail, Int64(tail.count), &parts)
        }
        guard isRight, parts.track <= highestTrack else { throw notARecord }
        return PieceLine(range: range, parts: parts)
    }
}

/// What stands in every line of a video's log.
struct Envelope: Equatable {
    private struct Keys: Decodable {
        var feed, session: String
    }

    /// From behind the event's name to `seq`'s digits.
    let tail: [UInt8]
    let feed, session: String

    /// Reads it off a piece's first line.
    init(_ reader: PieceReader) throws(MergingError) {
        guard let range = try reader.next() else { throw reader.damaged("it has no records") }
        let line = String(decoding: reader.buffer[range], as: UTF8.self)
        let start = #"{"v":"1.1","event":"session_start"#
        guard line.hasPrefix(start), let mark = line.range(of: "\",\"seq\":"),
            let keys = try? JSONDecoder().decode(Keys.self, from: Data(line.utf8))
        else { throw reader.notARecord }
        tail = Array(line[..<mark.upperBound].utf8.dropFirst(start.utf8.count))
        (feed, session) = (keys.feed, keys.session)
    }
}

extension Timestamp {
    /// A time in milliseconds.
    init(milliseconds: Int64) { self.init(microseconds: milliseconds * 1000) }
}

extension BoundingBox {
    init(_ box: (Double, Double, Double, Double)) {
        self.init(left: box.0, top: box.1, width: box.2, height: box.3)
    }
}
