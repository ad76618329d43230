import Glibc

/// What the user named, as FFmpeg must be told and as people may be shown.
public struct SourceName: Hashable, Sendable {
    /// As the user wrote it: a path, a URL, an image-sequence pattern, or `-`.
    public let text: String

    /// A source by the name that the user gave it.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether it is standard input.
    public var isStandardInput: Bool { text == "-" }

    /// Without credentials: the user information and the query of every URL in it are left out. For logs and records.
    public var redacted: String {
        var parts = text.split(separator: "://", omittingEmptySubsequences: false)[...]
        var shown = String(parts.popFirst() ?? "")
        while let part = parts.popFirst() {
            // `concat:` puts a bar between URLs; here it stands before the next URL's scheme.
            let end = parts.isEmpty ? part.endIndex : part.lastIndex(of: "|") ?? part.endIndex
            let url = part[..<end]
            shown += "://" + Self.withoutCredentials(url)
            // A URL in a query is part of that query.
            if end == part.endIndex && url.contains(where: { "?#".contains($0) }) { break }
            shown += part[end...]
        }
        return shown
    }

    /// - Parameter url: what follows `://`.
    private static func withoutCredentials(_ url: Substring) -> Substring {
        let authority = url.prefix { !"/?#".contains($0) }
        let port = authority.split(separator: ":", maxSplits: 1).dropFirst().first ?? ""
        // A password that should have been percent-encoded makes a wrong URL, but is secret nevertheless.
        let isWrong = !authority.contains("@") && !authority.hasPrefix("[") && !port.allSatisfy(\.isNumber)
        let userInformation = (isWrong ? url : authority).lastIndex(of: "@").map { url[...$0] } ?? ""
        return url.dropFirst(userInformation.count).prefix { !"?#".contains($0) }
    }

    /// The last part of the path: what a feed is called if nobody names it.
    public var baseName: String {
        isStandardInput ? "stdin" : redacted.split(separator: "/").last.map(String.init) ?? redacted
    }

    /// The URL for FFmpeg. A file that exists is named as one, since a colon in its name would make it a protocol.
    var url: String {
        access(text, F_OK) == 0 ? "file:" + text : text
    }

    /// Whether it is a file whose name FFmpeg would take for the pattern of many pictures' names.
    var looksLikePattern: Bool { text.contains("%") && access(text, F_OK) == 0 }

    /// Whether it is read by HTTP.
    var isHTTP: Bool { text.lowercased().hasPrefix("http") && text.contains("://") }

    /// Whether it is a camera that is spoken to by RTSP.
    var isRTSP: Bool { text.lowercased().hasPrefix("rtsp") }

    /// Reading it anew gives the same again.
    var isRegularFile: Bool {
        var status = stat()
        return stat(text, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Errors that FFmpeg would report late or obscurely.
    func checkReadable() throws(DecodingError) {
        guard !isStandardInput else { return }
        var status = stat()
        guard stat(text, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw .unreadable(source: redacted, reason: "is a directory; name the video files in it")
        }
        if access(text, R_OK) != 0 {
            throw .unreadable(source: redacted, reason: "no permission to read it")
        }
        if status.st_mode & S_IFMT == S_IFREG && status.st_size == 0 {
            throw .unreadable(source: redacted, reason: "the file is empty")
        }
    }
}
