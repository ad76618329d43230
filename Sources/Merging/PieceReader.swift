import CMerging
import PathModel
import SystemPackage

/// The lines of a piece's records, some of them in memory at a time. For one thread at a time.
final class PieceReader {
    /// No record is longer.
    static let longestLine = 8192
    /// So many tracks beside those that there are lines of may have no line.
    private static let mostUnseen = 100_000

    let piece: PieceRecords
    /// The bytes at hand; `rest` of them weren't taken yet.
    private(set) var buffer: [UInt8]
    private(set) var rest = 0..<0
    /// Lines taken.
    private(set) var lines = 0
    private let descriptor: FileDescriptor
    /// Of the next byte to read.
    private var place: Int64

    /// - Parameters:
    ///   - start: where to begin instead of at the first line.
    ///   - size: of the buffer.
    init(_ piece: PieceRecords, from start: Int64? = nil, size: Int = 1 << 18) throws(MergingError) {
        self.piece = piece
        place = start ?? piece.bytes.lowerBound
        buffer = [UInt8](repeating: 0, count: size)
        do {
            descriptor = try FileDescriptor.open(FilePath(piece.path), .readOnly, options: .closeOnExec)
        } catch {
            throw Self.unreadable(piece, error)
        }
    }

    deinit { try? descriptor.close() }

    /// The place of the next line in the file.
    var offset: Int64 { place - Int64(rest.count) }

    /// Where the next line is in the buffer, without its newline; nil at the end.
    ///
    /// - Throws: `unreadable`, or `damaged` where the last line isn't whole or one is too long.
    func next() throws(MergingError) -> Range<Int>? {
        while true {
            let count = withRest { footpath_first_newline($0.baseAddress, Int64($0.count)) }
            if count < rest.count { return rest.lowerBound..<rest.lowerBound + Int(count) }
            guard try fill() else { return nil }
        }
    }

    /// Sees to it that there is a whole line at hand.
    ///
    /// - Returns: false at the end.
    func fillIfNeeded() throws(MergingError) -> Bool { try next() != nil }

    /// The highest id that a track can have.
    var highestTrack: Int64 { Int64(piece.lines + Self.mostUnseen) }

    /// How much of what is at hand is whole lines.
    var wholeLines: (bytes: Int, lines: Int) {
        let end = rest.last { buffer[$0] == UInt8(ascii: "\n") }.map { $0 + 1 } ?? rest.lowerBound
        let bytes = end - rest.lowerBound
        return (bytes, Int(withRest { footpath_newlines($0.baseAddress, Int64(bytes)) }))
    }

    /// Takes lines with their newlines.
    func take(bytes: Int, lines: Int = 1) {
        rest = rest.lowerBound + bytes..<rest.upperBound
        self.lines += lines
    }

    /// Passes over the rest of a line.
    func skipLine() throws(MergingError) {
        if let line = try next() { take(bytes: line.count + 1, lines: 0) }
    }

    /// Reads on.
    ///
    /// - Returns: false at the end.
    func fill() throws(MergingError) -> Bool {
        guard place < piece.bytes.upperBound else {
            if rest.isEmpty { return false }
            throw damaged("its last line isn't whole")
        }
        if rest.count >= Self.longestLine,
            withRest({ footpath_first_newline($0.baseAddress, Int64($0.count)) }) >= rest.count
        {
            throw damaged("line \(lines + 2) is longer than any record")
        }
        buffer.replaceSubrange(0..<rest.count, with: Array(buffer[rest]))
        rest = 0..<rest.count
        let room = min(buffer.count - rest.count, Int(piece.bytes.upperBound - place))
        let (descriptor, place, end) = (descriptor, place, rest.upperBound)
        let count: Int
        do {
            count = try buffer.withUnsafeMutableBytes { bytes in
                try descriptor.read(
                    fromAbsoluteOffset: place, into: UnsafeMutableRawBufferPointer(rebasing: bytes[end..<end + room]))
            }
        } catch {
            throw Self.unreadable(piece, error)
        }
        guard count > 0 else { throw damaged("it became shorter while it was read") }
        rest = 0..<end + count
        self.place += Int64(count)
        return true
    }

    /// Calls `use` with the bytes that are at hand.
    func withRest<Result>(_ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        buffer.withUnsafeBufferPointer { use(UnsafeBufferPointer(rebasing: $0[rest])) }
    }

    /// To be called at the end.
    ///
    /// - Throws: `damaged` where there were more or fewer lines than there must be.
    func checkLines() throws(MergingError) {
        if lines != piece.lines { throw damaged("it has \(lines) lines of records instead of \(piece.lines)") }
    }

    /// Of the next line.
    var notARecord: MergingError { damaged("line \(lines + 2) isn't a record as this version writes it") }

    func damaged(_ reason: String) -> MergingError { .damaged(path: piece.path, reason: reason) }

    private static func unreadable(_ piece: PieceRecords, _ error: any Error) -> MergingError {
        .unreadable(path: piece.path, reason: "\(error)")
    }
}
