import Glibc

/// Where a service answers: the configuration's address of it, never a client's.
struct ServiceAddress: Hashable, Sendable {
    /// `http` or `https`.
    let scheme: String
    /// As in `Host`: with the port where it isn't the scheme's own, IPv6 in brackets.
    let host: String
    /// At least `/`.
    let path: String

    init(_ text: String) throws(SigningError) {
        let fault = SigningError("must be http://HOST[:PORT][/PATH] or https://..., without user, query or fragment")
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, parts[0] == "http:" || parts[0] == "https:",
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#"@?#\"<>^`{|}"#.utf8.contains($0) })
        else { throw fault }
        scheme = String(parts[0].dropLast())
        var name = parts[2].lowercased()
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            guard let port = UInt16(name[name.index(after: colon)...]), port > 0 else { throw fault }
            if port == (scheme == "http" ? 80 : 443) { name = String(name[..<colon]) }
        }
        guard !name.isEmpty, !name.hasPrefix(":") else { throw fault }
        host = name
        path = parts.count > 3 ? "/" + parts[3] : "/"
    }

    /// Whether the host is a number, which no name can stand before.
    var isNumber: Bool {
        var address = in_addr()
        return host.hasPrefix("[") || inet_pton(AF_INET, String(host.prefix { $0 != ":" }), &address) == 1
    }
}
