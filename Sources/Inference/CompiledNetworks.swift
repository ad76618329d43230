import COpenVINO
import Glibc

/// Compiled networks on disk, so that a start needn't compile what one before it did: a folder with a file for each network,
/// its input's shape, version of OpenVINO and kind of processor.
///
/// What is damaged, another user's or for anything else isn't taken. Where the folder can't be written, or there is none, each start compiles.
struct CompiledNetworks: Sendable {
    /// Files that are kept, those written last: a set takes three, 3 MB.
    static let room = 48
    /// Nobody's compiled network is larger.
    private static let largest = 1 << 28
    private let folder: String

    init(folder: String) {
        self.folder = folder
    }

    /// The network of a key; nil where it isn't there.
    func read(_ key: String) -> NetworkImage? {
        let file = open(path(of: key), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & 0o022 == 0, status.st_size > Digest.byteCount, status.st_size <= Self.largest
        else { return nil }
        // Not the file's own pages: they would be gone if somebody cut it.
        guard let image = NetworkImage(size: Int(status.st_size) - Digest.byteCount, filledFrom: file) else {
            return nil
        }
        var end = [UInt8](repeating: 0, count: Digest.byteCount)
        guard Glibc.read(file, &end, end.count) == end.count, end == Digest(of: image, key: key).bytes else {
            return nil
        }
        return image
    }

    /// Keeps a network for later starts; failing that, they compile it.
    func write(_ image: NetworkImage, for key: String) {
        makeFolder()
        let name = path(of: key) + ".\(UInt64.random(in: 0...UInt64.max))"
        let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        let end = Digest(of: image, key: key).bytes
        let isWritten = image.withBytes { Self.write($0, to: file) } && end.withUnsafeBytes { Self.write($0, to: file) }
        let isWhole = close(file) == 0 && isWritten
        // Only a whole file gets the name, and the last one of several writers.
        if !isWhole || rename(name, path(of: key)) != 0 { unlink(name) }
        dropOldest()
    }

    private func path(of key: String) -> String {
        var digest = Digest()
        digest.add(key.utf8)
        return folder + "/" + digest.name + ".network"
    }

    private func makeFolder() {
        for end in folder.indices.dropFirst() where folder[end] == "/" {
            mkdir(String(folder[..<end]), 0o700)
        }
        mkdir(folder, 0o700)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(file, rest.baseAddress, rest.count)
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    private func dropOldest() {
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        var files: [(time: Int, path: String)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.contains(".network") else { continue }
            var status = stat()
            let path = folder + "/" + name
            if lstat(path, &status) == 0 { files.append((status.st_mtim.tv_sec, path)) }
        }
        for file in files.sorted(by: { ($0.time, $0.path) > ($1.time, $1.path) }).dropFirst(Self.room) {
            unlink(file.path)
        }
    }
}

/// A compiled network in memory, as OpenVINO writes it.
final class NetworkImage: Sendable {
    // Nobody writes there after init.
    nonisolated(unsafe) let memory: footpath_ov_image

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(self) { body(UnsafeRawBufferPointer(start: memory.bytes, count: memory.size)) }
    }

    /// Takes over memory.
    init(_ memory: footpath_ov_image) {
        self.memory = memory
    }

    /// The next `size` bytes of a file; nil where there are fewer.
    convenience init?(size: Int, filledFrom file: Int32) {
        let bytes = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let bytes, bytes != MAP_FAILED else { return nil }
        self.init(footpath_ov_image(bytes: bytes, size: size))
        var filled = 0
        while filled < size {
            let count = Glibc.read(file, bytes + filled, size - filled)
            guard count > 0 else { return nil }
            filled += count
        }
    }

    deinit {
        footpath_ov_image_free(memory)
    }
}

/// FNV-1a of 64 bits: against damage and for telling networks apart, not against an adversary, who could write no file of this user.
struct Digest {
    static let byteCount = 8
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    /// Of what a file holds, and what for.
    init(of image: NetworkImage, key: String) {
        image.withBytes { add($0) }
        add(key.utf8)
    }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    var bytes: [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    /// 16 hexadecimal digits.
    var name: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
