/// What of a source's name people may see. Passwords need not be written as URLs want them: in doubt it is left out.
enum Redaction {
    /// Stands for what is left out where something must stand.
    static let mark = "hidden"

    /// `user=`, `access_token=`, and what recorders write for them.
    private static var secretKey: Regex<Substring> {
        #/(?i)(?:user|usr|login|account|pass|pwd|psw|token|auth|key|secret|sig|cred|sess|sid|uid|hash|nonce|ticket|code)[\w.-]*?(?:=|%3d)/#
    }
    /// Folders whose next one is a secret, and names that one is joined to.
    private static var secretFolder: Regex<Substring> {
        #/(?i)\/(?:(?:access|stream|api)?[_-]?(?:token|key)|passw(?:or)?d|pass|pwd|secret|auth|sig|signature|session|ticket)\//#
    }
    private static var secretWord: Regex<Substring> {
        #/(?i)[^a-z](?:token|(?:api)?key|passw(?:or)?d|pwd|secret)[-_~](?=[^\/.]{6})/#
    }
    /// `USER:PASSWORD` as a folder; `0/1:1` is a channel.
    private static var userFolder: Regex<Substring> { #/(?i)\/(?=[a-z][^\/:]*(?::|%3a)[^\/])/# }

    /// Whether a name holds more than a query that is nobody's secret.
    static func leavesSecretsOut(of name: String) -> Bool {
        let shown = of(name)
        return !name.hasPrefix(shown) || name.dropFirst(shown.count).contains(secretKey)
    }

    /// Of a path, or of a URL with FFmpeg's prefixes, such as `concat:http://a/1.ts|http://a/2.ts`.
    static func of(_ name: String) -> String {
        guard let start = name.firstRange(of: "://") else { return afterUser(name) }
        let prefix = name[..<start.upperBound]
        let rest = name[start.upperBound...]
        guard prefix.hasPrefix("concat:"), let bar = rest.firstMatch(of: /\|[A-Za-z][A-Za-z0-9+.-]*:\/\//) else {
            return prefix + url(rest, scheme: prefix.dropLast(3))
        }
        return prefix + url(rest[..<bar.startIndex], scheme: "") + "|"
            + of("concat:" + rest[rest.index(after: bar.startIndex)...]).dropFirst("concat:".count)
    }

    /// `USER:PASSWORD@HOST/x`, whose beginning was forgotten.
    private static func afterUser(_ name: String) -> String {
        guard let colon = name.firstIndex(of: ":"), let at = name.lastIndex(of: "@"), colon < at else { return name }
        return String(name[name.index(after: at)...])
    }

    /// - Parameter text: what follows `://`.
    private static func url(_ text: Substring, scheme: Substring) -> String {
        let query = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
        guard let at = text.lastIndex(of: "@") else { return path(text[..<query], scheme) }
        let authority = text.prefix { !"/?#".contains($0) }
        let port = authority.split(separator: ":", maxSplits: 1).dropFirst().first
        if !authority.contains("@") && (authority.hasPrefix("[") || port == nil) { return path(text[..<query], scheme) }
        // All before the last @ may be USER:PASSWORD. Where a query holds that @, all after it may be the query.
        if at > query && (authority.contains("@") || port?.allSatisfy(\.isNumber) == true) { return mark }
        return path(text[text.index(after: at)...].prefix { $0 != "?" && $0 != "#" }, scheme)
    }

    /// Recorders take `/user=U_password=P_channel=1` for a path, the end of an RTMP path is a key to the stream, and some
    /// recorders' only secret is the path: `/live/KEY`.
    private static func path(_ text: Substring, _ scheme: Substring) -> String {
        if scheme.contains("rtmp") {
            let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            return parts.prefix(2).joined(separator: "/") + (parts.count > 2 ? "/" + mark : "")
        }
        guard let slash = text.firstIndex(of: "/") else { return String(text) }
        let path = text[slash...]
        let named = [secretKey, secretFolder, secretWord, userFolder].compactMap {
            path.firstMatch(of: $0)?.range.upperBound
        }
        let keys = path.split(separator: "/").filter(isKey).map(\.startIndex)
        guard let first = (named + keys).min() else { return String(text) }
        return text[..<first] + mark
    }

    /// Whether a folder or a name looks drawn by lot: letters and digits, or small and capital ones, take turns far more
    /// often than in words, dates and numbered channels.
    private static func isKey(_ part: Substring) -> Bool {
        let symbols = part.prefix { $0 != "." }.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let turns = zip(symbols, symbols.dropFirst()).count { one, next in
            // A capital letter begins a word.
            one.isNumber != next.isNumber || one.isLowercase && next.isUppercase
        }
        return symbols.count >= 12 && turns >= max(4, symbols.count * 3 / 10)
            || symbols.count >= 8 && turns * 2 >= symbols.count
    }
}
