/// Addresses of a store's objects (S3), signed, so that whoever has one may read that object for some minutes.
public struct ObjectAddresses: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    /// Where the bucket stands.
    public enum Style: String, Sendable, CaseIterable {
        case path
        /// Before the host, if it has a name and the bucket suits one; else in the path.
        case virtual
    }

    private let service: ServiceAddress
    private let style: Style
    private let region: String
    private let credentials: Credentials

    /// - Parameter endpoint: `https://HOST[:PORT][/PATH]`.
    public init(endpoint: String, style: Style, region: String, credentials: Credentials) throws(SigningError) {
        service = try ServiceAddress(endpoint)
        (self.style, self.region, self.credentials) = (style, region, credentials)
    }

    /// An address by Signature Version 4 in the query, as botocore's `generate_presigned_url` makes it.
    ///
    /// - Parameters:
    ///   - name: any; nothing of it is taken for a folder above or an encoding.
    ///   - seconds: how long it is good, from `date`.
    public func presigned(
        _ method: Method, bucket: String, name: String, version: String? = nil, seconds: Int, at date: SigningDate
    ) -> String {
        let isInHost = style == .virtual && !service.isNumber && isHostable(bucket)
        let host = isInHost ? "\(bucket).\(service.host)" : service.host
        let folder = isInHost ? "" : "/" + PercentEncoding.encode(bucket)
        let base = service.path.hasSuffix("/") ? String(service.path.dropLast()) : service.path
        let path = base + folder + "/" + PercentEncoding.encode(name, keeping: "/~")
        let scope = SignatureV4.Scope(day: date.day, region: region, service: "s3")
        var query = version.map { "versionId=\(PercentEncoding.encode($0))&" } ?? ""
        query += "X-Amz-Algorithm=\(SignatureV4.algorithm)"
        query += "&X-Amz-Credential=\(PercentEncoding.encode("\(credentials.id)/\(scope.text)"))"
        query += "&X-Amz-Date=\(date.text)&X-Amz-Expires=\(seconds)&X-Amz-SignedHeaders=host"
        let canonical = SignatureV4.CanonicalRequest(
            method: method.rawValue, path: path, query: SignatureV4.canonicalQuery(query), headers: [("host", host)],
            bodyHash: SignatureV4.unsignedBody)
        let signature = SignatureV4.signature(
            of: canonical.stringToSign(at: date, scope), with: SignatureV4.key(secret: credentials.secret, scope))
        return "\(service.scheme)://\(host)\(path)?\(query)&X-Amz-Signature=\(signature)"
    }

    /// Whether the bucket can be a part of a host's name; with TLS it can have no dot, for which there is no certificate.
    private func isHostable(_ bucket: String) -> Bool {
        let labels = bucket.split(separator: ".", omittingEmptySubsequences: false)
        guard (3...63).contains(bucket.utf8.count), labels.count == 1 || service.scheme == "http" else { return false }
        return labels.allSatisfy { label in
            !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { PercentEncoding.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                && label == label.lowercased()
        }
    }
}
