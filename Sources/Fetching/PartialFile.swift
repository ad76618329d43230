import Decoding
import PathModel
import Recording
import SystemPackage

/// A file that comes to be beside its name, as `NAME.part`, over several calls if need be, and gets its name when it is
/// whole. Locked meanwhile.
final class PartialFile {
    private static let chunk = 1 << 20

    /// Where its bytes are until they are whole.
    let path: String
    /// How many of them are there.
    private(set) var bytes: Int64 = 0
    private let target: String
    private let wanted: Int64
    private let descriptor: FileDescriptor

    /// Creates it, or goes on with what a call before left.
    ///
    /// - Parameter wanted: how many bytes it is to have.
    init(of target: String, wanted: Int64) throws(FetchError) {
        (self.target, self.wanted) = (target, wanted)
        let path = target + ".part"
        self.path = path
        descriptor = try FetchError.attempt("create", path) {
            while true {
                let descriptor = try FileDescriptor.open(
                    path, .readWrite, options: [.create, .closeOnExec, .noFollow],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
                do {
                    try descriptor.lock()
                    // Whoever held the lock may have made it whole, and it has its name.
                    if FileIdentity(try Stat(descriptor)) == FileIdentity(path: path) { return descriptor }
                    try descriptor.unlockAndClose()
                } catch {
                    try? descriptor.unlockAndClose()
                    throw error
                }
            }
        }
        let descriptor = descriptor
        bytes = try FetchError.attempt("read", path) { try descriptor.seek(offset: 0, from: .end) }
        if bytes > wanted { try truncate() }
        let (rest, start) = (Int(wanted - bytes), bytes)
        if rest > 0 {
            try FetchError.attempt("write", path, needing: wanted - bytes) {
                try descriptor.reserve(rest, at: start)
            }
        }
    }

    deinit {
        if bytes == 0 { discard() }
        try? descriptor.unlockAndClose()
    }

    /// Begins anew.
    func truncate() throws(FetchError) {
        let descriptor = descriptor
        try FetchError.attempt("write", path) {
            try descriptor.resize(to: 0)
            try descriptor.seek(offset: 0, from: .start)
        }
        bytes = 0
    }

    func append(_ more: [UInt8]) throws(FetchError) {
        let descriptor = descriptor
        try FetchError.attempt("write", path, needing: wanted - bytes) { _ = try descriptor.writeAll(more) }
        bytes += Int64(more.count)
    }

    /// The SHA-256 of what is there.
    func digest() throws(FetchError) -> String {
        try Self.digest(of: descriptor, path)
    }

    /// The SHA-256 of a file; nil where there is none.
    static func digest(of path: String) throws(FetchError) -> String? {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? descriptor.close() }
        return try digest(of: descriptor, path)
    }

    private static func digest(of descriptor: FileDescriptor, _ path: String) throws(FetchError) -> String {
        let digest = SHA256Digest()
        var offset: Int64 = 0
        while true {
            let start = offset
            let bytes = try FetchError.attempt("read", path) {
                try descriptor.bytes(start..<start + Int64(chunk))
            }
            if bytes.isEmpty { return digest.hexadecimal() }
            digest.update(bytes)
            offset += Int64(bytes.count)
        }
    }

    /// Gives it its name, once the disk has it.
    func finish() throws(FetchError) {
        let (descriptor, path, target) = (descriptor, path, target)
        try FetchError.attempt("write", path) { try descriptor.sync() }
        try FetchError.attempt("rename", path) {
            try Disk.rename(path, to: target)
            try Disk.syncFolder(of: target)
        }
    }

    /// Throws away what is there.
    func discard() {
        try? Disk.remove(path)
    }
}
