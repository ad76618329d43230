/// An access key with its secret, by which requests are signed. Its description has no secret.
public struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
    public let id: String
    let secret: String

    public init(id: String, secret: String) {
        (self.id, self.secret) = (id, secret)
    }

    /// - Parameter text: `ID:SECRET`, a line break at its end or not.
    public init(parsing text: String) throws(SigningError) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 1, let colon = lines[0].firstIndex(of: ":") else {
            throw SigningError("must be one line, ID:SECRET")
        }
        let (id, secret) = (lines[0][..<colon], lines[0][lines[0].index(after: colon)...])
        guard !id.isEmpty, !secret.isEmpty, (id + secret).utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw SigningError("must be ID:SECRET, both of visible ASCII characters")
        }
        self.init(id: String(id), secret: String(secret))
    }

    public var description: String { "access key \(id)" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
