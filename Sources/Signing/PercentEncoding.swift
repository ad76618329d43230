/// Percent-encoding (RFC 3986) as Signature Version 4 wants it: of UTF-8's bytes, in upper case.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// - Parameters:
    ///   - kept: ASCII characters that stay as they are, beside letters, digits and `-_.`.
    ///   - space: what a space becomes.
    static func encode(_ text: String, keeping kept: String = "~", space: String = "%20") -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isAlphanumeric(byte) || "-_.".utf8.contains(byte) || kept.utf8.contains(byte) {
                bytes.append(byte)
            } else if byte == UInt8(ascii: " ") {
                bytes += space.utf8
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path as it is signed (but for S3): without empty and dot segments, and encoded once more.
    static func canonicalPath(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        guard !segments.isEmpty else { return "/" }
        return encode("/" + segments.joined(separator: "/") + (path.hasSuffix("/") ? "/" : ""), keeping: "/~")
    }
}
