import Glibc

/// Says that this program works on the jobs of a folder, for as long as it lives (flock(2)).
final class StateLock: Sendable {
    private let descriptor: Int32

    /// - Throws: where another program has it.
    init(folder: String) throws(JobsError) {
        descriptor = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: folder, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? .inUse(path: folder) : .unusable(path: folder, reason: String(cString: strerror(code)))
        }
    }

    /// A process that is being started has a copy of the descriptor until it runs its program, and would hold the lock as long.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
