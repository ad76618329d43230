/// An `http:` or `https:` URL, taken apart. What follows the host is kept as it is, since signatures cover it.
public struct WebAddress: Hashable, Sendable {
    /// A name, or an address without brackets.
    public let host: String
    public let port: UInt16
    public let isEncrypted: Bool
    /// The path and the query, beginning with `/`.
    public let target: String

    /// Nil where the text is none, or names a user.
    public init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://"), text.utf8.allSatisfy({ 33...126 ~= $0 }) else { return nil }
        switch text[..<scheme.lowerBound].lowercased() {
        case "http": isEncrypted = false
        case "https": isEncrypted = true
        default: return nil
        }
        let rest = text[scheme.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { !"/?".contains($0) }
        let isBracketed = authority.hasPrefix("[")
        let name = isBracketed ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let end = authority.dropFirst(name.count + (isBracketed ? 2 : 0))
        guard !name.isEmpty, !authority.contains("@"), end.isEmpty || end.first == ":" else { return nil }
        guard let port = end.isEmpty ? (isEncrypted ? 443 : 80) : UInt16(end.dropFirst()), port > 0 else { return nil }
        (host, self.port) = (String(name), port)
        let target = rest.dropFirst(authority.count)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    /// What `Host` says: without the port where that is the usual one.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
    }
}
