import Signing

/// Reads who may ask `footpath serve`, and where.
struct ClientConfig {
    let secrets: Secrets

    private enum Authentication: String, CaseIterable {
        case none
    }

    func listen(_ value: ConfigValue?, in root: ConfigValue) -> DaemonConfig.Listener {
        let nowhere = DaemonConfig.Listener(host: "127.0.0.1", port: 0)
        guard let value else {
            root.fail("listen is missing; give HOST:PORT for Rekognition's clients, such as listen: 127.0.0.1:8080")
            return nowhere
        }
        guard let text = value.text() else { return nowhere }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            let host = Self.address(text[..<colon])
        else {
            value.fail(
                "\(value.shown(text)): give ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:8080 or \"[::1]:8080\"")
            return nowhere
        }
        return DaemonConfig.Listener(host: host, port: port)
    }

    /// - Returns: nil where nobody is asked for a key.
    func keys(
        _ value: ConfigValue?, auth: ConfigValue?, _ listen: DaemonConfig.Listener, in root: ConfigValue
    ) -> AccessKeys? {
        switch (value, auth) {
        case (let value?, nil): return keys(value)
        case (nil, let auth?):
            guard auth.choice(Authentication.self) != nil else { return nil }
            if !listen.isLoopback {
                auth.fail("none is for this machine's own addresses; give keys:, or listen: 127.0.0.1:PORT")
            }
        case (nil, nil):
            root.fail(
                "keys is missing; name a credential or a file of access keys (ID SECRET a line), or, on 127.0.0.1, say auth: none"
            )
        case (_?, let auth?): auth.fail("give keys or auth, not both")
        }
        return nil
    }

    private func keys(_ value: ConfigValue) -> AccessKeys? {
        guard let path = secrets.path(value), secrets.areNeeded else { return nil }
        do {
            return try AccessKeys(file: path)
        } catch {
            value.fail("\(error)")
            return nil
        }
    }

    /// An address as numbers; names of machines may lead to several.
    private static func address(_ text: Substring) -> String? {
        if text == "localhost" { return "127.0.0.1" }
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":") && inner.allSatisfy { $0.isHexDigit || ":.".contains($0) } ? String(inner) : nil
        }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && !numbers.contains(nil) ? String(text) : nil
    }
}

extension DaemonConfig.Listener {
    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
}
