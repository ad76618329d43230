import Glibc

/// Whoever may ask: an access key and the buckets it may read.
public struct AccessKey: Sendable {
    public let credentials: Credentials
    /// Nil for all.
    public let buckets: Set<String>?

    public var id: String { credentials.id }

    public func mayRead(_ bucket: String) -> Bool { buckets?.contains(bucket) ?? true }
}

/// The access keys of a server, a line each: `ID SECRET [BUCKET ...]`. White space is between, `#` begins a comment, and a
/// key without buckets may read all.
public struct AccessKeys: Sendable {
    private static let largestFile = 1_000_000

    private let keys: [String: AccessKey]

    /// Reads a file that others can't read.
    public init(file path: String) throws(SigningError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SigningError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SigningError("\(path): is no file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw SigningError("\(path): others can read or change it; chmod o= \(path)")
        }
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while bytes.count <= Self.largestFile {
            let count = read(descriptor, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SigningError("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += part[..<count]
        }
        guard bytes.count <= Self.largestFile, let text = String(validating: bytes, as: UTF8.self) else {
            throw SigningError("\(path): is larger than \(Self.largestFile) bytes, or no UTF-8")
        }
        do { try self.init(parsing: text) } catch { throw SigningError("\(path): \(error)") }
    }

    public init(parsing text: String) throws(SigningError) {
        var keys: [String: AccessKey] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let id = words.first else { continue }
            func fail(_ what: String) -> SigningError { SigningError("line \(index + 1): \(what)") }
            guard words.count >= 2 else { throw fail("must be ID SECRET [BUCKET ...]") }
            let isName = id.utf8.allSatisfy { $0 == UInt8(ascii: "_") || PercentEncoding.isAlphanumeric($0) }
            guard (1...128).contains(id.utf8.count), isName else {
                throw fail("an ID has 1 to 128 letters, digits and _")
            }
            guard (16...128).contains(words[1].utf8.count), words[1].utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
                throw fail("a secret has 16 to 128 visible ASCII characters, none of them #")
            }
            guard keys[id] == nil else { throw fail("the ID stands on a line before") }
            let buckets = words.count > 2 ? Set(words[2...]) : nil
            keys[id] = AccessKey(credentials: Credentials(id: id, secret: words[1]), buckets: buckets)
        }
        guard !keys.isEmpty else { throw SigningError("there is no access key in it, only comments and empty lines") }
        self.keys = keys
    }

    subscript(id: String) -> AccessKey? { keys[id] }
}
