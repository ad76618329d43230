/// Where an output goes, as the user names it.
public enum OutputTarget: Hashable, Sendable, CustomStringConvertible {
    /// `-`.
    case standardOutput
    /// `unix:` and the path of a stream socket that the reader listens at.
    case socket(path: String)
    /// Anything else.
    case file(path: String)

    private static let socketScheme = "unix:"

    /// Reads a name.
    public init(_ text: String) {
        if text == "-" {
            self = .standardOutput
        } else if text.hasPrefix(Self.socketScheme) {
            self = .socket(path: String(text.dropFirst(Self.socketScheme.count)))
        } else {
            self = .file(path: text)
        }
    }

    /// The name that `init` reads.
    public var text: String {
        switch self {
        case .standardOutput: "-"
        case .socket(let path): Self.socketScheme + path
        case .file(let path): path
        }
    }

    /// For messages.
    public var description: String { self == .standardOutput ? "standard output" : text }
}
