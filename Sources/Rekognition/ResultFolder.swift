import SystemPackage

/// The files of a result, in a folder. Numbers are little-endian.
///
/// | file | holds |
/// |---|---|
/// | `rows` | the elements of `Persons` as JSON, each with a comma behind it |
/// | `persons`, `persons-by-index` | where each of them is, in either order |
/// | `faces` | where the elements that have a face have it, by time |
/// | `result.json` | what is known of the whole |
enum ResultFolder {
    static let rows = "rows", faces = "faces", summary = "result.json"

    static func persons(_ order: PageOrder) -> String { order == .index ? "persons-by-index" : "persons" }
}

/// Where an element's text is.
struct RowPlace {
    /// In the file.
    static let size = 20

    /// In `rows`.
    var offset: Int64
    var length: Int32
    /// The element's `Timestamp`.
    var timestamp: Int64

    init(offset: Int64, length: Int32, timestamp: Int64) {
        (self.offset, self.length, self.timestamp) = (offset, length, timestamp)
    }

    init(_ bytes: ArraySlice<UInt8>) {
        var integers = LittleEndianReader(bytes)
        offset = integers.next()
        length = integers.next()
        timestamp = integers.next()
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(littleEndian: length)
        bytes.append(littleEndian: timestamp)
    }
}

/// What is known of a result as a whole.
struct ResultSummary: Codable {
    static let version = 1

    var version = Self.version
    var persons: Int
    var faces: Int
    var video: VideoMetadata?
}

/// Integers one after another.
struct LittleEndianReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func next<Integer: FixedWidthInteger>() -> Integer {
        let size = Integer.bitWidth / 8
        defer { rest = rest.dropFirst(size) }
        return rest.prefix(size).reversed().reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
    }
}

extension [UInt8] {
    mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }
}
