import Crypto

/// Signature Version 4: what is signed, with which key.
enum SignatureV4 {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let term = "aws4_request"
    /// What stands for the body's hash where the body isn't signed.
    static let unsignedBody = "UNSIGNED-PAYLOAD"

    /// For what a key is derived: `20260301/eu-central-1/rekognition/aws4_request`.
    struct Scope: Hashable {
        let day: String
        let region: String
        let service: String

        var text: String { "\(day)/\(region)/\(service)/\(SignatureV4.term)" }
    }

    /// What is signed of a request.
    struct CanonicalRequest {
        let method: String
        /// Encoded as the service wants it.
        let path: String
        /// Sorted and encoded.
        let query: String
        /// Trimmed values by names in lower case, in the order in which they are signed.
        let headers: [(name: String, value: String)]
        /// In hexadecimal, or `unsignedBody`.
        let bodyHash: String

        var signedHeaders: String { headers.map(\.name).joined(separator: ";") }

        var text: String {
            var text = "\(method)\n\(path)\n\(query)\n"
            for header in headers { text += "\(header.name):\(header.value)\n" }
            text += "\n\(signedHeaders)\n\(bodyHash)"
            return text
        }

        func stringToSign(at date: SigningDate, _ scope: Scope) -> String {
            "\(algorithm)\n\(date.text)\n\(scope.text)\n\(hash(Array(text.utf8)))"
        }
    }

    static func key(secret: String, _ scope: Scope) -> SymmetricKey {
        func derive(_ key: SymmetricKey, _ text: String) -> SymmetricKey {
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
        }
        let day = derive(SymmetricKey(data: Array("AWS4\(secret)".utf8)), scope.day)
        return derive(derive(derive(day, scope.region), scope.service), term)
    }

    static func signature(of text: String, with key: SymmetricKey) -> String {
        hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// SHA-256 in hexadecimal.
    static func hash(_ bytes: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: bytes))
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A query's parts, encoded already, in the order in which they are signed.
    static func canonicalQuery(_ query: String) -> String {
        guard !query.isEmpty else { return "" }
        let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return pairs.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { "\($0)=\($1)" }.joined(separator: "&")
    }
}
