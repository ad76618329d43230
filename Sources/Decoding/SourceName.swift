import Glibc

/// What the user named, as FFmpeg must be told and as people may be shown.
public struct SourceName: Hashable, Sendable {
    /// As FFmpeg is told: a path, a URL, an image-sequence pattern, or `-`.
    public let text: String
    /// What people are shown instead, where `text` comes from a secret.
    private let shown: String?
    /// The path of a file where that isn't UTF-8: a name is bytes.
    private let path: [UInt8]?

    /// A source by the name that the user gave it.
    ///
    /// - Parameter shown: what stands for it where it is a secret as a whole.
    public init(_ text: String, shown: String? = nil) {
        (self.text, self.shown, path) = (text, shown, nil)
    }

    /// A file by the bytes of its path. Those that aren't UTF-8 are shown as `\xE9`.
    public init(path: [UInt8]) {
        (text, shown) = (Self.shown(path), nil)
        self.path = Array(text.utf8) == path ? nil : path
    }

    /// The bytes of a file's path where they aren't UTF-8.
    public var pathBytes: [UInt8]? { path }

    /// Bytes of a name as people are shown them.
    public static func shown(_ name: [UInt8]) -> String {
        var (text, rest) = ("", name[...])
        while let byte = rest.first {
            let scalar = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
            text += scalar ?? "\\x" + String(byte, radix: 16, uppercase: true)
            rest = rest.dropFirst(scalar?.utf8.count ?? 1)
        }
        return text
    }

    /// As the system takes the path.
    var cPath: [CChar] { (path ?? Array(text.utf8)).map(CChar.init(bitPattern:)) + [0] }

    /// As FFmpeg takes the URL.
    var cURL: [CChar] { Array((url == text ? "" : "file:").utf8CString.dropLast()) + cPath }

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
        access(cPath, F_OK) == 0 ? "file:" + text : text
    }

    /// Whether it is a file whose name FFmpeg would take for the pattern of many pictures' names.
    var looksLikePattern: Bool { text.contains("%") && access(cPath, F_OK) == 0 }

    /// Whether it is read by HTTP.
    var isHTTP: Bool { text.lowercased().hasPrefix("http") && text.contains("://") }

    /// Whether it is a camera that is spoken to by RTSP.
    var isRTSP: Bool { text.lowercased().hasPrefix("rtsp") }

    /// FFmpeg's name of the protocol that its URL begins with; `file` for a path.
    var scheme: String {
        // A colon in its folder's name is none of a protocol's.
        if text.contains("%"), ImageSequence(text) != nil { return "file" }
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
        return stat(cPath, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Why there is no file to read by this name; nil where there is one, or it is the name of something else.
    public var absence: String? {
        guard scheme == "file", ImageSequence(text) == nil else { return nil }
        let isURL = url == text && text.hasPrefix("file:")
        let file = isURL ? SourceName(String(text.dropFirst("file:".count))) : self
        var status = stat()
        guard stat(file.cPath, &status) == 0 else { return String(cString: strerror(errno)) }
        do throws(DecodingError) {
            try file.checkReadable()
            return nil
        } catch {
            return error.reason
        }
    }

    /// Errors that FFmpeg would report late or obscurely.
    func checkReadable() throws(DecodingError) {
        guard !isStandardInput else { return }
        var status = stat()
        guard stat(cPath, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw .unreadable(source: redacted, reason: "is a directory; name the video files in it")
        }
        if access(cPath, R_OK) != 0 {
            throw .unreadable(source: redacted, reason: "no permission to read it")
        }
        if status.st_mode & S_IFMT == S_IFREG && status.st_size == 0 {
            throw .unreadable(source: redacted, reason: "the file is empty")
        }
    }
}
