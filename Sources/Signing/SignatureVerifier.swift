import Crypto
import Synchronization

/// A request as it came, to be checked.
public struct ReceivedRequest: Sendable {
    public var method: String
    /// As it was sent.
    public var path: String
    /// As it was sent, without `?`.
    public var query: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(
        method: String, path: String, query: String, headers: [(name: String, value: String)], body: [UInt8]
    ) {
        (self.method, self.path, self.query, self.headers, self.body) = (method, path, query, headers, body)
    }

    /// The values of a header, which is named in lower case, as they are.
    public func values(_ name: String) -> [String] {
        headers.lazy.filter { Self.isName($0.name, name) }.map(\.value)
    }

    /// A header's values, in order, without white space around them and with single spaces in them; nil where there is none.
    func canonical(_ name: String) -> String? {
        let values = values(name)
        guard values.count != 1 else { return Self.trimmed(values[0]) }
        return values.isEmpty ? nil : values.map(Self.trimmed).joined(separator: ",")
    }

    private static func isName(_ name: String, _ lower: String) -> Bool {
        guard name.utf8.count == lower.utf8.count else { return false }
        return zip(name.utf8, lower.utf8).allSatisfy { byte, wanted in
            byte == wanted || 0x41...0x5A ~= byte && byte | 0x20 == wanted
        }
    }

    private static func trimmed(_ value: String) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        // Most have nothing to be left out.
        var (wasSpace, isTrimmed) = (true, true)
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\t") || wasSpace && isSpace(byte) { isTrimmed = false }
            wasSpace = isSpace(byte)
        }
        guard !isTrimmed || wasSpace else { return value }
        return value.utf8.split(whereSeparator: isSpace).map { String(Substring($0)) }.joined(separator: " ")
    }
}

/// Checks Signature Version 4 in Authorization headers, by AWS's description
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). A signature is good as often as it comes, while
/// its date is within five minutes: SDKs repeat requests as they are.
public final class SignatureVerifier: Sendable {
    /// Seconds that a client's clock may be off.
    static let tolerance = 300
    private static let mostDerivedKeys = 256

    private struct KeyName: Hashable {
        let id: String
        let scope: SignatureV4.Scope
    }

    private let keys: AccessKeys
    private let service: String
    /// Of those whose signature was right before: deriving one takes as long as all the rest.
    private let derived = Mutex<[KeyName: SymmetricKey]>([:])

    public init(keys: AccessKeys, service: String = "rekognition") {
        (self.keys, self.service) = (keys, service)
    }

    /// Whose request it is.
    ///
    /// Of the headers those are checked that `SignedHeaders` names, which must have `host` and `x-amz-date`; the body always.
    public func verify(_ request: ReceivedRequest, at now: SigningDate) throws(SignatureError) -> AccessKey {
        guard let header = request.canonical("authorization"), !header.isEmpty else { throw .missing }
        let authorization = try Authorization(header)
        guard request.values("x-amz-security-token").isEmpty, let key = keys[authorization.id] else {
            throw .unknownKey
        }
        let date = try date(of: request, authorization, now)
        var headers: [(name: String, value: String)] = []
        for name in authorization.signedHeaders {
            guard let value = request.canonical(name) else {
                throw .invalid("A header in 'SignedHeaders' isn't in the request.")
            }
            headers.append((name, value))
        }
        let canonical = SignatureV4.CanonicalRequest(
            method: request.method, path: PercentEncoding.canonicalPath(request.path),
            query: SignatureV4.canonicalQuery(request.query), headers: headers,
            bodyHash: SignatureV4.hash(request.body))
        try check(authorization, canonical.stringToSign(at: date, authorization.scope), key)
        return key
    }

    private func date(
        of request: ReceivedRequest, _ authorization: Authorization, _ now: SigningDate
    ) throws(SignatureError) -> SigningDate {
        for name in ["host", "x-amz-date"] where !authorization.signedHeaders.contains(name) {
            throw .invalid("'\(name)' must be a 'SignedHeader' in the AWS Authorization.")
        }
        guard let text = request.canonical("x-amz-date"), let date = SigningDate(text) else {
            throw .incomplete("Date must be in ISO-8601 'basic format', in 'X-Amz-Date'.")
        }
        guard authorization.scope.service == service else {
            throw .invalid("Credential should be scoped to correct service: '\(service)'.")
        }
        guard authorization.scope.day == date.day else {
            throw .invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
        }
        let (earliest, latest) = (now.seconds - Self.tolerance, now.seconds + Self.tolerance)
        guard date.seconds >= earliest else {
            let earliest = SigningDate(seconds: earliest).text
            throw .invalid("Signature expired: \(text) is now earlier than \(earliest) (\(now.text) - 5 min.)")
        }
        guard date.seconds <= latest else {
            let latest = SigningDate(seconds: latest).text
            throw .invalid("Signature not yet current: \(text) is still later than \(latest) (\(now.text) + 5 min.)")
        }
        return date
    }

    private func check(
        _ authorization: Authorization, _ text: String, _ key: AccessKey
    ) throws(SignatureError) {
        let name = KeyName(id: key.id, scope: authorization.scope)
        let known = derived.withLock { $0[name] }
        let signingKey = known ?? SignatureV4.key(secret: key.credentials.secret, authorization.scope)
        // Takes as long wherever the first difference is.
        let isRight = HMAC<SHA256>.isValidAuthenticationCode(
            authorization.signature, authenticating: Array(text.utf8), using: signingKey)
        guard isRight else {
            throw .invalid(
                """
                The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method. Consult the service documentation for details.
                """)
        }
        guard known == nil else { return }
        derived.withLock {
            if $0.count >= Self.mostDerivedKeys { $0.removeAll() }
            $0[name] = signingKey
        }
    }
}
