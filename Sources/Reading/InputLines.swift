import CReading
import Glibc

/// A file's lines, in a buffer that holds some of them at a time.
final class InputLines {
    /// A line in `bytes`, without its newline.
    struct Line {
        var range: Range<Int>
        /// Whether a newline ends it.
        var isWhole: Bool
        /// Whether it is longer than any record: its bytes aren't kept.
        var isTooLong = false
    }

    /// Records have lines of 8 KiB at most; whatever is longer than this is none.
    static let longest = 256 * 1024

    private let path: String
    private let input: OpaquePointer
    private var buffer = [UInt8](repeating: 0, count: 2 * longest)
    /// What is in the buffer and wasn't given yet.
    private var rest = 0..<0
    private var isAtEnd = false
    /// Bytes read.
    private(set) var total: Int64 = 0
    /// Whether the last line, which no newline ends, begins as records do.
    private(set) var lastLineBeginsAsRecord = false

    /// - Parameter path: `-` is standard input.
    /// - Throws: `unreadable`.
    init(path: String) throws(ReadingError) {
        self.path = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(self.path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw Self.failure(self.path, EISDIR)
        }
        guard let input = footpath_input_open(descriptor) else {
            close(descriptor)
            throw Self.failure(self.path, ENOMEM)
        }
        self.input = input
    }

    deinit { footpath_input_close(input) }

    /// Calls `use` with the bytes of a line that `next` gave last.
    func withBytes<Result>(of line: Line, _ use: (Span<UInt8>) -> Result) -> Result {
        // A class's property can't be borrowed for as long; this shares its memory.
        let bytes = buffer
        return use(bytes.span.extracting(line.range))
    }

    /// Whether a compressed file ended before its end.
    var isCut: Bool { footpath_input_flaw(input) != 0 }

    /// The next line; nil at the end.
    func next() throws(ReadingError) -> Line? {
        var searched = rest.lowerBound
        while true {
            let newline = find(from: searched)
            if newline < rest.upperBound { return take(to: newline) }
            if isAtEnd { return takeLast() }
            if rest.count >= Self.longest { return try passLongLine() }
            searched = try fill()
        }
    }

    func isBlank(_ range: Range<Int>) -> Bool {
        range.allSatisfy { buffer[$0] == 0x20 || buffer[$0] == 0x0D || buffer[$0] == 0x09 }
    }

    private func find(from start: Int) -> Int {
        buffer.withUnsafeBufferPointer { footpath_newline($0.baseAddress, start, rest.upperBound) }
    }

    private func take(to newline: Int) -> Line {
        defer { rest = newline + 1..<rest.upperBound }
        return Line(range: rest.lowerBound..<newline, isWhole: true)
    }

    private func takeLast() -> Line? {
        guard !rest.isEmpty else { return nil }
        let line = Line(range: rest, isWhole: false)
        let opening = Array(#"{"v":"#.utf8)
        lastLineBeginsAsRecord = zip(rest, opening).allSatisfy { buffer[$0] == $1 }
        rest = rest.upperBound..<rest.upperBound
        return line
    }

    /// Reads more behind what is there.
    ///
    /// - Returns: where the new bytes begin.
    private func fill() throws(ReadingError) -> Int {
        if rest.lowerBound > 0 {
            let start = rest.lowerBound, count = rest.count
            buffer.withUnsafeMutableBufferPointer { bytes in
                if let base = bytes.baseAddress { memmove(base, base + start, count) }
            }
            rest = 0..<count
        }
        let end = rest.upperBound
        let room = Int64(buffer.count - end)
        let count = buffer.withUnsafeMutableBufferPointer { bytes in
            bytes.baseAddress.map { footpath_input_read(input, $0 + end, room) } ?? 0
        }
        guard count >= 0 else { throw Self.failure(path, Int32(-count)) }
        isAtEnd = count == 0
        total += count
        rest = rest.lowerBound..<end + Int(count)
        return end
    }

    /// Passes over a line that doesn't fit.
    private func passLongLine() throws(ReadingError) -> Line {
        while true {
            rest = rest.upperBound..<rest.upperBound
            _ = try fill()
            let newline = find(from: rest.lowerBound)
            if newline < rest.upperBound {
                rest = newline + 1..<rest.upperBound
                return Line(range: 0..<0, isWhole: true, isTooLong: true)
            }
            if isAtEnd { return Line(range: 0..<0, isWhole: false, isTooLong: true) }
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> ReadingError {
        .unreadable(path: path, reason: String(cString: strerror(code)))
    }
}
