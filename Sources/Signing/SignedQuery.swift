/// Signed requests of AWS's query protocol, which SNS speaks: a POST of parameters as forms have them.
public struct SignedQuery: Sendable {
    private let address: ServiceAddress
    private let service: String
    private let region: String
    private let credentials: Credentials

    /// - Parameters:
    ///   - endpoint: `https://HOST[:PORT][/PATH]`.
    ///   - service: as it is signed: `sns`.
    public init(
        endpoint: String, service: String, region: String, credentials: Credentials
    ) throws(SigningError) {
        address = try ServiceAddress(endpoint)
        (self.service, self.region, self.credentials) = (service, region, credentials)
    }

    /// A request to POST, with the headers that it needs beside `Content-Length`.
    ///
    /// - Parameter parameters: in order; `Action` and `Version` first.
    public func request(
        _ parameters: [(String, String)], at date: SigningDate
    ) -> (url: String, headers: [(String, String)], body: [UInt8]) {
        func encode(_ text: String) -> String { PercentEncoding.encode(text, space: "+") }
        let body = Array(parameters.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&").utf8)
        let type = "application/x-www-form-urlencoded; charset=utf-8"
        let scope = SignatureV4.Scope(day: date.day, region: region, service: service)
        let canonical = SignatureV4.CanonicalRequest(
            method: "POST", path: PercentEncoding.canonicalPath(address.path), query: "",
            headers: [("content-type", type), ("host", address.host), ("x-amz-date", date.text)],
            bodyHash: SignatureV4.hash(body))
        let signature = SignatureV4.signature(
            of: canonical.stringToSign(at: date, scope), with: SignatureV4.key(secret: credentials.secret, scope))
        let authorization =
            "\(SignatureV4.algorithm) Credential=\(credentials.id)/\(scope.text), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return (
            "\(address.scheme)://\(address.host)\(address.path)",
            [
                ("Content-Type", type), ("Host", address.host), ("X-Amz-Date", date.text),
                ("Authorization", authorization),
            ], body
        )
    }
}
