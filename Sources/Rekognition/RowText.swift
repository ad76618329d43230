/// Builds JSON of Rekognition's responses. A number that the model calls a float has a point always, so that no client takes
/// it for a whole number, and as many digits as it takes to read the same number back: what the log says.
struct RowText {
    private(set) var bytes: [UInt8] = []
    /// Where the last object under a key is.
    private(set) var lastObject = 0..<0
    private var needsComma = false

    /// Begins anew, in the same memory.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// An object that is an element or the whole.
    mutating func object(_ fill: (inout RowText) -> Void) {
        separate()
        enclose("{", "}", fill)
    }

    /// A key with an object.
    mutating func object(_ key: StaticString, _ fill: (inout RowText) -> Void) {
        begin(key)
        let start = bytes.count
        enclose("{", "}", fill)
        lastObject = start..<bytes.count
    }

    /// A key with an array of what is filled in.
    mutating func array(_ key: StaticString, _ fill: (inout RowText) -> Void) {
        begin(key)
        enclose("[", "]", fill)
    }

    mutating func add(_ key: StaticString, _ value: Int64) {
        begin(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// 0 where it isn't finite: JSON has no such numbers.
    mutating func add(_ key: StaticString, _ value: Double) {
        begin(key)
        // Without the sign of zero.
        bytes.append(contentsOf: (value.isFinite ? value + 0 : 0).description.utf8)
    }

    mutating func add(_ key: StaticString, _ value: String) {
        begin(key)
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func enclose(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ fill: (inout RowText) -> Void)
    {
        bytes.append(UInt8(ascii: opening))
        needsComma = false
        fill(&self)
        bytes.append(UInt8(ascii: closing))
        needsComma = true
    }

    private mutating func begin(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: "\":".utf8)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
