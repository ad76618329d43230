import SystemPackage

/// Where a file of records leaves off.
struct RecordTail {
    /// Bytes in whole lines.
    let end: Int64
    /// One more than the last whole line's `seq`.
    let nextSequence: Int

    /// That of a file without lines.
    static let empty = RecordTail(end: 0, nextSequence: 0)

    /// What a file turns out to be.
    enum Content {
        case records(RecordTail)
        /// Records with something else among them, or what a power loss left of them: nothing may be appended to it.
        ///
        /// - Parameter nextSequence: one more than the last `seq` that can be read; 0 where none can.
        case damaged(nextSequence: Int)
        /// Something else.
        case foreign
    }

    /// Cuts off what follows the last whole line of an open file.
    func repair(_ file: FileDescriptor, path: String) throws(RecordingError) {
        let end = end
        try RecordingError.attempt(.truncate, path) { try file.resize(to: end) }
    }

    /// One more than the last whole line's `seq`; nil where the file holds no line, or anything but records.
    static func nextSequence(in file: FileDescriptor) throws -> Int? {
        guard case .records(let tail) = try content(of: file), tail.end > 0 else { return nil }
        return tail.nextSequence
    }

    /// When the first line was made, or happened where it doesn't say; nil where there is none.
    static func firstTime(in file: FileDescriptor) throws -> UTCTime? {
        let start = try String(decoding: file.bytes(0..<Int64(RecordWriter.maximumLineBytes)), as: UTF8.self)
        guard let line = start.split(separator: "\n").first else { return nil }
        // Inside a string the keys' quotation marks would be escaped.
        let match = line.firstMatch(of: /"observed":"([^"]+)"/) ?? line.firstMatch(of: /"time":"([^"]+)"/)
        return match.flatMap { UTCTime(String($0.output.1)) }
    }

    private static let opening = #"{"v":"1."#
    /// How far from either end of a damaged file its records are looked for.
    private static let searchedBytes: Int64 = 64 * 1024

    /// Looks at an open file.
    static func content(of file: FileDescriptor) throws -> Content {
        let size = try file.seek(offset: 0, from: .end)
        let beginning = try file.bytes(0..<min(size, Int64(opening.utf8.count)))
        guard opening.utf8.starts(with: beginning) else { return try damage(of: file, size: size) }
        let end = try lineStart(before: size, in: file)
        guard end > 0 else { return .records(.empty) }
        let line = try file.bytes(lineStart(before: end - 1, in: file)..<end)
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix(opening), let sequence = sequence(of: text) else {
            return try damage(of: file, size: size)
        }
        return .records(RecordTail(end: end, nextSequence: sequence + 1))
    }

    /// Where there is a record at either end, or nothing but the zeros that a file system puts in the place of what it had
    /// not written yet, it was a file of records.
    private static func damage(of file: FileDescriptor, size: Int64) throws -> Content {
        let ends = try [
            file.bytes(0..<min(size, searchedBytes)), file.bytes(max(0, size - searchedBytes)..<size),
        ]
        let lines = ends.flatMap { $0.split { [0, UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains($0) } }
        let records = lines.filter { $0.starts(with: opening.utf8) }
        if records.isEmpty && !lines.isEmpty { return .foreign }
        let last = records.lazy.reversed().compactMap { sequence(of: String(decoding: $0, as: UTF8.self)) }.first
        return .damaged(nextSequence: last.map { $0 + 1 } ?? 0)
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
