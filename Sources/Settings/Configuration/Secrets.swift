import Foundation

/// Reads secrets, which have no place in a configuration file. No message holds any of one, nor what stands where the name
/// of one should stand: it may be the secret itself, written there by mistake.
struct Secrets {
    /// systemd's `CREDENTIALS_DIRECTORY` (systemd.exec(5)); nil where there is none.
    let folder: String?
    /// Whether sources are to be used, not just checked.
    let areNeeded: Bool

    /// A secret is a whole URL only if it begins as one of these do: a user, a colon and a password may hold `://`, too.
    private static let schemes: Set<String> = [
        "rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "rtmpe", "rtmpt", "rtmpts", "srt", "rtp", "udp", "tcp",
        "tls",
        "ftp", "sftp", "mms", "mmsh",
    ]

    /// What a credential of this name, or a file of this path, makes of a source.
    ///
    /// - Returns: the source with user and password, or the whole URL that the secret holds; nil, with a problem, where
    ///   that can't be had.
    func apply(_ value: ConfigValue, to source: String) -> String? {
        guard let path = path(value) else { return nil }
        guard areNeeded else { return source }
        guard let text = text(at: path, value) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let secret = lines.first, lines.count == 1 else {
            value.fail("the file must hold one line, USER:PASSWORD or a whole URL")
            return nil
        }
        if let end = secret.range(of: "://"), Self.schemes.contains(secret[..<end.lowerBound].lowercased()) {
            return String(secret)
        }
        guard let colon = secret.firstIndex(of: ":"), let start = source.range(of: "://")?.upperBound else {
            value.fail("the file must hold USER:PASSWORD for a URL, or a whole URL")
            return nil
        }
        if source[start...].prefix(while: { !"/?#".contains($0) }).contains("@") {
            value.fail("the source names a user already; leave that out")
            return nil
        }
        let (user, password) = (Self.escaped(secret[..<colon]), Self.escaped(secret[secret.index(after: colon)...]))
        return source[..<start] + "\(user):\(password)@" + source[start...]
    }

    /// What a credential of this name, or a file of this path, holds; nil, with a problem, where that can't be read.
    func text(at path: String, _ value: ConfigValue) -> String? {
        if let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) {
            return text
        }
        value.fail("there is no such file, or no permission to read it")
        return nil
    }

    /// Where a credential of this name, or a file of this path, is; nil, with a problem, where it is neither.
    func path(_ value: ConfigValue) -> String? {
        guard let name = value.text() else { return nil }
        if name.hasPrefix("/") { return name }
        // As systemd wants them (systemd.exec(5), LoadCredential=).
        guard !name.contains(where: { "/:".contains($0) || $0.isWhitespace }) else {
            value.fail(
                "give a file's whole path, or the name of a systemd credential; the secret itself has no place here")
            return nil
        }
        if let folder { return "\(folder)/\(name)" }
        if areNeeded {
            value.fail("is no whole path, and there are no systemd credentials: CREDENTIALS_DIRECTORY is not set")
        }
        return areNeeded ? nil : name
    }

    /// Percent-encoded for the user information of a URL (RFC 3986 section 3.2.1).
    private static func escaped(_ text: Substring) -> String {
        var allowed = CharacterSet(charactersIn: "-._~")
        allowed.formUnion(CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? String(text)
    }
}
