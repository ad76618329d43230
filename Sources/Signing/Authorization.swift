/// The Authorization header of Signature Version 4:
/// `AWS4-HMAC-SHA256 Credential=ID/DAY/REGION/SERVICE/aws4_request, SignedHeaders=A;B, Signature=HEX`.
struct Authorization {
    let id: String
    let scope: SignatureV4.Scope
    /// As they are given.
    let signedHeaders: [String]
    let signature: [UInt8]

    init(_ header: String) throws(SignatureError) {
        let prefix = "\(SignatureV4.algorithm) "
        guard header.hasPrefix(prefix) else {
            throw .incomplete("The Authorization header must begin with '\(SignatureV4.algorithm)'.")
        }
        var parameters: [String: String] = [:]
        for pair in Self.parts(of: String(header.dropFirst(prefix.count)), ",") {
            let parts = Self.parts(of: pair.hasPrefix(" ") ? String(pair.dropFirst()) : pair, "=")
            guard parts.count == 2, ["Credential", "SignedHeaders", "Signature"].contains(parts[0]),
                parameters.updateValue(parts[1], forKey: parts[0]) == nil
            else { throw .incomplete("The Authorization header must have Credential, SignedHeaders and Signature.") }
        }
        func parameter(_ name: String) throws(SignatureError) -> String {
            guard let value = parameters[name], !value.isEmpty else {
                throw .incomplete("Authorization header requires '\(name)' parameter.")
            }
            return value
        }
        let elements = Self.parts(of: try parameter("Credential"), "/")
        guard elements.count == 5, elements[4] == SignatureV4.term else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request.")
        }
        (id, scope) = (elements[0], .init(day: elements[1], region: elements[2], service: elements[3]))
        signedHeaders = Self.parts(of: try parameter("SignedHeaders"), ";")
        guard let signature = Self.bytes(of: try parameter("Signature")) else {
            throw .incomplete("Signature must be 64 hexadecimal digits in lower case.")
        }
        self.signature = signature
    }

    /// By bytes, which takes a tenth of the time that characters take.
    private static func parts(of text: String, _ separator: Unicode.Scalar) -> [String] {
        text.utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        guard text.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text.utf8 {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
