/// Builds the JSON object of an answer.
struct JSONText {
    private(set) var bytes = Array("{".utf8)

    /// A member whose JSON is there already.
    mutating func add(_ key: String, json: [UInt8]) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        Self.append(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes += json
    }

    /// A string; nil adds nothing.
    mutating func add(_ key: String, _ text: String?) {
        guard let text else { return }
        var json: [UInt8] = []
        Self.append(text, to: &json)
        add(key, json: json)
    }

    /// With its closing brace.
    var object: [UInt8] { bytes + "}".utf8 }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
