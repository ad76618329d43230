import PathModel
import Synchronization

/// Why records can't be read.
public enum ReadingError: Error, Hashable, CustomStringConvertible {
    /// The file can't be opened or read.
    case unreadable(path: String, reason: String)
    /// It holds no records, but something else.
    case notRecords(path: String, line: Int)
    /// Something else is not of what the records are of.
    case doesNotFit(String)
    /// It holds records of a version that this program doesn't know.
    case otherVersion(path: String, line: Int, version: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "can't read \(path): \(reason)"
        case .notRecords(let path, let line):
            "\(path): line \(line): not a record of Footpath's (JSON Lines with v, event, feed, session, seq and time)"
        case .doesNotFit(let reason): reason
        case .otherVersion(let path, let line, let version):
            "\(path): line \(line): records of version \(version.prefix(64)); this program reads 1.x: use a newer one"
        }
    }
}

/// What of a file of records could not be used.
public struct Omissions: Hashable, Sendable {
    /// Lines that are no records.
    public var damagedLines = 0
    /// The first of them, from 1.
    public var firstDamagedLine: Int?
    /// Whether the last line is cut, as a crash or a full disk leaves it, or a file that is being written.
    public var lastLineIsCut = false
    /// Whether a compressed file is cut short or damaged: what comes after isn't known.
    public var compressionIsCut = false
    /// Numbers (`seq`) between two records of the same feeds that no line has: lost when they were written, or filtered out.
    public var missingLines = 0

    /// Nothing.
    public init() {}

    /// Whether all lines were used that are there.
    public var isEmpty: Bool { damagedLines == 0 && !lastLineIsCut && !compressionIsCut }

    /// What it is, of the file at `path`.
    public func words(in path: String) -> [String] {
        var words: [String] = []
        if damagedLines > 0 {
            let place = firstDamagedLine.map { ", the first of them line \($0)" } ?? ""
            words.append("\(path): \(damagedLines) damaged \(damagedLines == 1 ? "line" : "lines")\(place)")
        }
        if lastLineIsCut { words.append("\(path): the last line, which is cut") }
        if compressionIsCut { words.append("\(path): what follows; the compressed file is cut short or damaged") }
        if missingLines > 0 {
            words.append(
                "\(path): \(missingLines) \(missingLines == 1 ? "line that isn't" : "lines that aren't") there, by seq: lost "
                    + "when written, or filtered out")
        }
        return words
    }
}

/// Reads a file of records, one after another, in memory that doesn't grow with it. Keys may stand in any order; what is
/// damaged is left out and counted. For one thread at a time.
public final class RecordReader {
    /// As messages name it.
    public let path: String
    /// Lines read so far.
    public private(set) var lines = 0
    /// What could not be used so far; complete once `next` has returned nil.
    public private(set) var omissions = Omissions()

    private let input: InputLines
    private var parser: RecordParser
    private var foundRecords = false
    private var peeked: Record?
    /// What the last record was, and what was known then.
    private var last = (sequence: -1, sources: 0, damaged: 0)
    private static let runs = Atomic(0)

    /// The number of the run of records that the last one is of: of lines whose `seq` is one more than that of the line
    /// before. No two readers have the same.
    public private(set) var run = 0

    /// How many lines without a record make a file something else.
    private static let foreignLines = 100

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: `-` is standard input. What begins as gzip is inflated, whatever its name.
    ///   - faces: whether faces are wanted.
    /// - Throws: `unreadable`.
    public init(path: String, faces: Bool = false) throws(ReadingError) {
        self.path = path == "-" ? "standard input" : path
        input = try InputLines(path: path)
        parser = RecordParser(wantsFaces: faces)
    }

    /// Feeds and sessions, in the order in which they first came.
    public var sources: [RecordSource] { parser.sources }

    /// Bytes read so far, as they are on the disk or, compressed, as they were before.
    public var bytes: Int64 { input.total }

    /// The next record without taking it; nil where there is none.
    ///
    /// - Throws: as `next`.
    public func peek() throws(ReadingError) -> Record? {
        if peeked == nil { peeked = try read() }
        return peeked
    }

    /// The next record; nil at the end.
    ///
    /// - Throws: `unreadable`, `notRecords` or `otherVersion`.
    public func next() throws(ReadingError) -> Record? {
        if let record = peeked {
            peeked = nil
            return record
        }
        return try read()
    }

    private func read() throws(ReadingError) -> Record? {
        while let line = try input.next() {
            lines += 1
            if line.isTooLong {
                damaged(line)
                continue
            }
            switch input.withBytes(of: line, { parser.parse($0, line: lines) }) {
            case .record(let record):
                foundRecords = true
                place(record)
                return record
            case .damaged:
                if !input.isBlank(line.range) { damaged(line) }
            case .otherVersion(let version):
                throw .otherVersion(path: path, line: lines, version: version)
            }
            if !foundRecords, omissions.damagedLines >= Self.foreignLines { throw foreign }
        }
        omissions.compressionIsCut = input.isCut
        let isForeign = omissions.damagedLines > 0 || omissions.lastLineIsCut && !input.lastLineBeginsAsRecord
        if !foundRecords, isForeign { throw foreign }
        return nil
    }

    @inline(__always)
    private func place(_ record: Record) {
        if record.sequence != last.sequence &+ 1 || run == 0 { beginRun(record) }
        last = (record.sequence, parser.sources.count, omissions.damagedLines)
    }

    private func beginRun(_ record: Record) {
        run = Self.runs.add(1, ordering: .relaxed).newValue
        // A feed that wasn't there before may be of another output, with numbers of its own.
        guard last.sequence >= 0, record.sequence > last.sequence, parser.sources.count == last.sources else { return }
        let lost = record.sequence - last.sequence - 1 - (omissions.damagedLines - last.damaged)
        omissions.missingLines = min(Self.mostMissing, omissions.missingLines + min(Self.mostMissing, max(0, lost)))
    }

    /// More than any output has.
    private static let mostMissing = 1_000_000_000_000

    private var foreign: ReadingError { .notRecords(path: path, line: omissions.firstDamagedLine ?? lines) }

    private func damaged(_ line: InputLines.Line) {
        if line.isWhole {
            omissions.damagedLines += 1
            if omissions.firstDamagedLine == nil { omissions.firstDamagedLine = lines }
        } else {
            omissions.lastLineIsCut = true
        }
    }
}
