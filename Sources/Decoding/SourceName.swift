import Glibc

/// What the user named, as FFmpeg must be told and as people may be shown.
public struct SourceName: Hashable, Sendable {
    /// As FFmpeg is told: a path, a URL, an image-sequence pattern, or `-`.
    public let text: String
    /// What people are shown instead, where `text` comes from a secret.
    private let shown: String?

    /// A source by the name that the user gave it.
    ///
    /// - Parameter shown: what stands for it where it is a secret as a whole.
    public init(_ text: String, shown: String? = nil) {
        self.text = text
        self.shown = shown
    }

    /// Whether it is standard input.
    public var isStandardInput: Bool { text == "-" }

    /// Without what may be secret, for logs and records; see `Redaction`.
    public var redacted: String { Redaction.of(shown ?? text) }

    /// Whether it names a user, a password or a key, as far as can be seen.
    public var holdsSecrets: Bool { Redaction.leavesSecretsOut(of: text) }

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

    /// FFmpeg's name of the protocol that its URL begins with; `file` for a path.
    var scheme: String {
        let url = url
        let name = url.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        let end = url.dropFirst(name.count).first
        guard !name.isEmpty, end == ":" || end == "," && name == "subfile" else { return "file" }
        // `crypto+http:` is the protocol `crypto` around another.
        return String(name.prefix { $0 != "+" }).lowercased()
    }

    /// What follows the last dot of the last part of its path, in lower case; empty where there is none.
    var fileExtension: String {
        let name = text.split(separator: "/").last ?? ""
        return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

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
