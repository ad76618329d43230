/// The head of a request (RFC 9112) without a body.
public struct HTTPRequest: Hashable, Sendable {
    /// Whether the answer's body is left out (`HEAD`); else the method is `GET`.
    public let isHead: Bool
    /// As it was sent, without the query.
    public let path: String
    /// What followed `?`; nil where nothing did.
    public let query: String?
    /// Values by names in lower case.
    public let headers: [String: [String]]

    /// Reads a head, with the empty line at its end.
    ///
    /// - Parameter hosts: whom clients may mean, without ports.
    /// - Throws: what is answered instead.
    init(head: [UInt8], hosts: Set<String>) throws(HTTPResponse.Refusal) {
        guard head.allSatisfy({ $0 >= 32 && $0 != 127 || [9, 10, 13].contains($0) }),
            let text = String(validating: head, as: UTF8.self)
        else { throw .init(.badRequest, "the request holds bytes that aren't text") }
        var lines = text.unicodeScalars.split(separator: "\n").map { String($0.last == "\r" ? $0.dropLast() : $0) }[...]
        let words = (lines.popFirst() ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[1].hasPrefix("/") else {
            throw .init(.badRequest, "the first line is not METHOD /PATH HTTP/1.1")
        }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
            throw .init(.versionNotSupported, "only HTTP/1.1 and 1.0 are spoken here")
        }
        guard words[0] == "GET" || words[0] == "HEAD" else {
            throw .init(.methodNotAllowed, "only GET and HEAD are answered")
        }
        isHead = words[0] == "HEAD"
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(target[0])
        query = target.count > 1 ? String(target[1]) : nil
        headers = try Self.headers(lines.filter { !$0.isEmpty })
        // A page whose name was made to lead here (DNS rebinding) can't read what only this machine may.
        guard let host = headers["host"], host.count == 1, hosts.contains(Self.name(ofHost: host[0])) else {
            throw .init(.misdirected, "Host must be one of \(hosts.sorted().joined(separator: ", "))")
        }
    }

    private static func headers(_ lines: [String]) throws(HTTPResponse.Refusal) -> [String: [String]] {
        var headers: [String: [String]] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            // A name of other characters, or a line that goes on with the one before, is how requests are smuggled.
            guard parts.count == 2, !parts[0].isEmpty,
                parts[0].utf8.allSatisfy({ 33...126 ~= $0 && !#""(),/:;<=>?@[\]{}"#.utf8.contains($0) })
            else { throw .init(.badRequest, "a header line is not NAME: VALUE") }
            let value = parts[1].drop { $0 == " " || $0 == "\t" }
            headers[parts[0].lowercased(), default: []].append(String(value))
        }
        return headers
    }

    /// `[::1]` of `[::1]:9464`.
    private static func name(ofHost host: String) -> String {
        let port = host.lastIndex(of: ":").map { host[host.index(after: $0)...] } ?? ""
        let hasPort = !port.isEmpty && port.allSatisfy { $0.isASCII && $0.isNumber }
        return (hasPort ? String(host.dropLast(port.count + 1)) : host).lowercased()
    }
}
