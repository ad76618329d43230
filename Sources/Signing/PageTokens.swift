import Crypto
import Foundation
import Glibc

/// Tokens that say where the next page of a list begins. A token is good for one list and a day, and can't be made without
/// the key, which a file keeps over restarts.
public struct PageTokens: Sendable {
    /// Seconds that a token is good.
    static let life = 86_400

    private let key: SymmetricKey

    /// Reads the key's file, or makes one that only its owner can read.
    public init(file path: String) throws(SigningError) {
        if let key = try Self.read(path) {
            self.key = key
            return
        }
        // Made whole before it has its name: a start that is killed leaves no key of half its length.
        let draft = "\(path).\(getpid()).new"
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault(path) }
        defer { unlink(draft) }
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else { throw Self.fault(path) }
        // Fails where another made one meanwhile, whose key it is then.
        guard link(draft, path) == 0 || errno == EEXIST else { throw Self.fault(path) }
        guard let key = try Self.read(path) else { throw Self.fault(path) }
        self.key = key
    }

    init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// A token of 64 characters.
    ///
    /// - Parameters:
    ///   - position: of the next page's first element; not negative.
    ///   - list: what the token is good for.
    public func token(for position: Int, in list: String, at now: SigningDate) -> String {
        var bytes = Self.bytes(of: position) + Self.bytes(of: now.seconds + Self.life)
        bytes += HMAC<SHA256>.authenticationCode(for: Self.signed(bytes, list), using: key)
        return Data(bytes).base64EncodedString()
    }

    /// The position that a token was made for; nil where it is none, too old or another list's.
    public func position(of token: String, in list: String, at now: SigningDate) -> Int? {
        guard token.utf8.count == 64, let data = Data(base64Encoded: token), data.count == 48 else { return nil }
        let bytes = [UInt8](data)
        let isRight = HMAC<SHA256>.isValidAuthenticationCode(
            bytes[16...], authenticating: Self.signed(Array(bytes[..<16]), list), using: key)
        guard isRight, Self.number(bytes[8..<16]) > now.seconds else { return nil }
        return Self.number(bytes[..<8])
    }

    private static func signed(_ bytes: [UInt8], _ list: String) -> [UInt8] {
        Array("footpath page\n".utf8) + bytes + Array(list.utf8)
    }

    private static func bytes(of number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func fault(_ path: String) -> SigningError {
        SigningError("\(path): can't make it: \(String(cString: strerror(errno)))")
    }

    /// Nil where there is no such file.
    private static func read(_ path: String) throws(SigningError) -> SymmetricKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SigningError("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count == 32 else {
            throw SigningError("\(path): must hold a key of 32 bytes; without the file a new one is made")
        }
        return SymmetricKey(data: bytes[..<32])
    }
}
