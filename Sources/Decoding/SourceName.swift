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

    /// Without credentials: the user information and the query of a URL are left out. For logs and records.
    public var redacted: String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let authorityEnd = rest.firstIndex(where: { "/?#".contains($0) }) ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let path = rest[authorityEnd...].prefix(while: { $0 != "?" && $0 != "#" })
        return String(text[..<scheme.upperBound] + host + path)
    }

    /// The last part of the path: what a feed is called if nobody names it.
    public var baseName: String {
        isStandardInput ? "stdin" : redacted.split(separator: "/").last.map(String.init) ?? redacted
    }

    /// The URL for FFmpeg. A file that exists is named as one, since a colon in its name would make it a protocol.
    var url: String {
        access(text, F_OK) == 0 ? "file:" + text : text
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
