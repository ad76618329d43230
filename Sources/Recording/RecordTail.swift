import SystemPackage

/// Where a file of records leaves off.
struct RecordTail {
    /// Bytes in whole lines.
    let end: Int64
    /// One more than the last whole line's `seq`.
    let nextSequence: Int

    /// That of a file without lines.
    static let empty = RecordTail(end: 0, nextSequence: 0)

    private init(end: Int64, nextSequence: Int) {
        self.end = end
        self.nextSequence = nextSequence
    }

    /// Finds the last whole line of an open file and cuts off what follows it.
    ///
    /// - Throws: `notRecords` where the file holds anything but records: cutting would damage it. Else `failed`.
    init(repairing file: FileDescriptor, path: String) throws(RecordingError) {
        let tail = try RecordingError.attempt(.read, path) { try Self.find(in: file) }
        guard let tail else { throw .notRecords(path: path) }
        try RecordingError.attempt(.truncate, path) { try file.resize(to: tail.end) }
        self = tail
    }

    /// One more than the last whole line's `seq`; nil where the file holds no line, or anything but records.
    static func nextSequence(in file: FileDescriptor) throws -> Int? {
        try find(in: file).flatMap { $0.end > 0 ? $0.nextSequence : nil }
    }

    /// When the first line was made, or happened where it doesn't say; nil where there is none.
    static func firstTime(in file: FileDescriptor) throws -> UTCTime? {
        let start = try String(decoding: file.bytes(0..<Int64(RecordWriter.maximumLineBytes)), as: UTF8.self)
        guard let line = start.split(separator: "\n").first else { return nil }
        // Inside a string the keys' quotation marks would be escaped.
        let match = line.firstMatch(of: /"observed":"([^"]+)"/) ?? line.firstMatch(of: /"time":"([^"]+)"/)
        return match.flatMap { UTCTime(String($0.output.1)) }
    }

    /// Nil where the file holds anything but records.
    private static func find(in file: FileDescriptor) throws -> RecordTail? {
        let opening = Array(#"{"v":"1."#.utf8)
        let size = try file.seek(offset: 0, from: .end)
        let beginning = try file.bytes(0..<min(size, Int64(opening.count)))
        guard opening.starts(with: beginning) else { return nil }

        let end = try lineStart(before: size, in: file)
        guard end > 0 else { return .empty }
        let line = try file.bytes(lineStart(before: end - 1, in: file)..<end)
        guard let sequence = sequence(of: String(decoding: line, as: UTF8.self)) else { return nil }
        return RecordTail(end: end, nextSequence: sequence + 1)
    }

    /// The byte after the last newline before `offset`; 0 where there is none.
    private static func lineStart(before offset: Int64, in file: FileDescriptor) throws -> Int64 {
        var end = offset
        while end > 0 {
            let start = max(0, end - Int64(RecordWriter.maximumLineBytes))
            if let newline = try file.bytes(start..<end).lastIndex(of: UInt8(ascii: "\n")) {
                return start + Int64(newline) + 1
            }
            end = start
        }
        return 0
    }

    /// The number after the key `seq`. Inside a string the key's quotation marks would be escaped.
    private static func sequence(of line: String) -> Int? {
        line.firstMatch(of: /"seq":([0-9]{1,15}),/).flatMap { Int($0.output.1) }
    }
}
