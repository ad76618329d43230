import Foundation
import PathModel
import Synchronization

/// The regular files that this process reads, by device and inode, since names lie (`concat:a|b`, `img%04d.png`, a playlist's
/// segment, a link): no output may take the place of one. It is the process's table of descriptors, and so one for all.
public enum OpenedFiles {
    private static let isWatching = Atomic<Bool>(false)
    private static let noted = Mutex<Set<FileIdentity>>([])

    /// From now on remembers files that are open for a moment only, as the pictures of a sequence are.
    public static func watch() { isWatching.store(true, ordering: .relaxed) }

    /// How many are remembered: where it hasn't grown, no answer of `contain` has changed.
    public static var count: Int { noted.withLock(\.count) }

    /// Whether the process has a file open for reading or mapped, or had.
    public static func contain(_ file: FileIdentity) -> Bool {
        noted.withLock { $0.contains(file) } || openNow().contains(file) || mappedNow().contains(file)
    }

    /// Remembers what a path leads to, for those who read a file as a whole.
    public static func note(path: String) {
        var status = stat()
        if stat(path, &status) == 0, let file = FileIdentity(ofRegular: status) {
            noted.withLock { _ = $0.insert(file) }
        }
    }

    /// Remembers what is open now.
    static func note() {
        if isWatching.load(ordering: .relaxed) { noted.withLock { $0.formUnion(openNow()) } }
    }

    /// The regular files behind descriptors for reading. Standard output and error are no inputs.
    private static func openNow() -> Set<FileIdentity> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let files = names.compactMap { name -> FileIdentity? in
            guard let descriptor = Int32(name), ![STDOUT_FILENO, STDERR_FILENO].contains(descriptor) else { return nil }
            var status = stat()
            guard fstat(descriptor, &status) == 0, fcntl(descriptor, F_GETFL) & O_ACCMODE != O_WRONLY else {
                return nil
            }
            return FileIdentity(ofRegular: status)
        }
        return Set(files)
    }

    /// The program, its libraries, and networks that are mapped. By their paths: the devices that the kernel names here
    /// differ from stat(2)'s on some file systems.
    private static func mappedNow() -> Set<FileIdentity> {
        // Its size is said to be 0, so it must be read to its end.
        let text = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd()
        let paths = Set(
            String(decoding: text ?? Data(), as: UTF8.self).split(separator: "\n").map { $0.drop { $0 != "/" } })
        let files = paths.compactMap { path -> FileIdentity? in
            var status = stat()
            return stat(String(path), &status) == 0 ? FileIdentity(ofRegular: status) : nil
        }
        return Set(files)
    }
}

extension FileIdentity {
    fileprivate init?(ofRegular status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
