import CFFmpeg
import Glibc

/// A running SHA-256, computed by libavutil.
public struct SHA256Digest: ~Copyable {
    private let state: OpaquePointer

    /// A digest of nothing yet.
    public init() {
        // As where an array finds no memory.
        guard let state = av_sha_alloc() else { preconditionFailure("out of memory") }
        av_sha_init(state, 256)
        self.state = state
    }

    deinit {
        av_free(UnsafeMutableRawPointer(state))
    }

    /// The digest of bytes, in lower-case hexadecimal digits.
    public static func of(_ bytes: [UInt8]) -> String {
        let digest = SHA256Digest()
        digest.update(bytes)
        return digest.hexadecimal()
    }

    /// Takes in more bytes.
    public func update(_ bytes: [UInt8]) {
        footpath_sha_update(state, bytes, bytes.count)
    }

    /// The first 64 bits as a number, the first byte its highest; ends the digest.
    public consuming func leadingBits() -> UInt64 {
        finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The 64 lower-case hexadecimal digits; ends the digest.
    public consuming func hexadecimal() -> String {
        finish().map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    private func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        av_sha_final(state, &digest)
        return digest
    }
}
