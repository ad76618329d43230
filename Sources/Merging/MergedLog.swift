import Counting
import Foundation
import PathModel
import Recording

/// A cut file's log: what comes of its pieces, counted where regions are, as far as it is to be written.
struct MergedLog {
    /// A piece's line with its own numbers cut out.
    struct Copy {
        /// Up to `seq`'s digits, and what follows them.
        let head: [UInt8], rest: [UInt8]
    }

    private struct Entry {
        var record: PathRecord
        let copy: Copy?
    }

    let format: RecordFormat
    private let output: LineOutput
    private let detail: Detail
    /// Nil where nothing is counted.
    private var counter: RegionCounter?
    /// What was observed, and how much of it the counter knows.
    private let observed: [ObservedStretch]
    private var known: (stretch: Int, time: Timestamp?) = (0, nil)
    /// Microseconds from one frame to the next.
    private let frameInterval: Int64
    /// Lines of one time.
    private var waiting: [Entry] = []

    init(
        _ format: RecordFormat, output: LineOutput, detail: Detail, counter: RegionCounter?,
        observed: [ObservedStretch], frameInterval: Double
    ) {
        (self.format, self.output, self.detail) = (format, output, detail)
        (self.counter, self.observed) = (counter, observed)
        self.frameInterval = Int64((frameInterval * 1e6).rounded())
    }

    /// Whether lines may pass it by.
    var counts: Bool { counter != nil }

    /// Takes a line that isn't counted, at the beginning.
    func begin(_ copy: Copy) throws(RecordingError) { try write(copy) }

    /// Takes a record, in order of time.
    ///
    /// - Parameter copy: its line where there is one.
    mutating func add(_ record: PathRecord, _ copy: Copy? = nil) throws(RecordingError) {
        let entry = Entry(record: record, copy: copy)
        guard counts else { return try write(entry) }
        if let time = waiting.last?.record.time, time != record.time { try settle() }
        waiting.append(entry)
    }

    /// Writes what waits.
    mutating func finish() throws(RecordingError) {
        if counts { try settle() }
    }

    // MARK: - Counting

    private mutating func settle() throws(RecordingError) {
        guard let time = waiting.last?.record.time else { return }
        // What was due once the frame before was settled, though there may be nothing of it.
        let before = Timestamp(microseconds: time.microseconds - frameInterval)
        observe(to: before)
        try count(0..<0, settled: before)
        // A run that begins has seen nothing so far.
        let starts = waiting.lastIndex { if case .streamStart = $0.record.event { true } else { false } }
        let first = starts.map { $0 + 1 } ?? 0
        try count(0..<first)
        observe(to: time)
        try count(first..<waiting.count, settled: time)
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func count(_ range: Range<Int>, settled: Timestamp? = nil) throws(RecordingError) {
        var records = waiting[range].map(\.record)
        counter?.take(&records, settled: settled)
        var next = range.lowerBound
        for record in records {
            switch record.event {
            case .zone, .line, .crowd, .counts: try write(Entry(record: record, copy: nil))
            default:
                waiting[next].record = record
                try write(waiting[next])
                next += 1
            }
        }
    }

    /// Tells the counter that pictures were analysed up to a time.
    private mutating func observe(to time: Timestamp) {
        while known.stretch < observed.count, observed[known.stretch].from <= time {
            let stretch = observed[known.stretch]
            let end = min(stretch.to, time)
            var now = known.time ?? stretch.from
            counter?.observe(now)
            while now < end {
                // Steps in which nothing counts as unobserved.
                now = min(end, Timestamp(microseconds: now.microseconds + 1_000_000))
                counter?.observe(now)
            }
            guard time >= stretch.to else {
                known.time = now
                return
            }
            known = (known.stretch + 1, nil)
        }
    }

    // MARK: - Writing

    private func write(_ entry: Entry) throws(RecordingError) {
        guard detail.keeps(entry.record.event) else { return }
        guard let copy = entry.copy else {
            return try output.write { sequence, line throws(RecordingError) in
                line += try format.line(for: entry.record, sequence: sequence).utf8
            }
        }
        if case .pathEnd(let end) = entry.record.event, !(end.zones.isEmpty && end.lines.isEmpty) {
            try write(Copy(head: copy.head, rest: try Self.rest(of: copy, with: end, entry.record.time, format)))
        } else {
            try write(copy)
        }
    }

    private func write(_ copy: Copy) throws(RecordingError) {
        try output.write { sequence, line throws(RecordingError) in
            line += copy.head
            line += String(sequence).utf8
            line += copy.rest
        }
    }

    /// What is counted goes into the line as it is, so that all else stays what the piece says.
    private static func rest(
        of copy: Copy, with end: PathEnd, _ time: Timestamp, _ format: RecordFormat
    ) throws(RecordingError) -> [UInt8] {
        let counted = try format.line(for: PathRecord(time: time, event: .pathEnd(end)), sequence: 0)
        let line = String(decoding: copy.rest, as: UTF8.self)
        guard let start = counted.range(of: #","zones":["#)?.lowerBound,
            let place = line.range(of: #","zones":[],"lines":[]"#)
        else { return copy.rest }
        let stop =
            counted.range(of: #","best_face_confidence":"#)?.lowerBound ?? counted.index(before: counted.endIndex)
        return Array(line.replacingCharacters(in: place, with: counted[start..<stop]).utf8)
    }
}
