import Decoding
import Foundation
import Glibc
import Synchronization

/// Waits for processes that were killed and don't end, since the system holds them in a call: a device or a share that hangs.
///
/// Nobody else waits for them. A feed that leaves too many behind gets no more, so that a hung device doesn't fill the machine.
public final class ProcessReaper: Sendable {
    /// The program's own.
    public static let shared = ProcessReaper()

    /// Of one feed at a time.
    private static let most = 2
    private let isGone: @Sendable (pid_t) -> Bool
    private let processes = Mutex<[pid_t: String]>([:])

    /// - Parameter isGone: whether a process has ended and was waited for.
    init(isGone: @escaping @Sendable (pid_t) -> Bool = { waitpid($0, nil, WNOHANG) != 0 }) {
        self.isGone = isGone
    }

    /// Takes a process over.
    func adopt(_ process: pid_t, of feed: String) {
        let isFirst = processes.withLock { processes in
            defer { processes[process] = feed }
            return processes.isEmpty
        }
        if isFirst { Thread.detachNewThread { [self] in reap() } }
    }

    /// - Throws: where too many of a feed's processes still hang.
    func checkRoom(for feed: String) throws(DecodingError) {
        let hanging = processes.withLock { $0.filter { $0.value == feed }.map(\.key).sorted() }
        guard hanging.count < Self.most else {
            let list = hanging.map(String.init).joined(separator: " and ")
            throw .unreadable(
                source: feed,
                reason: "its processes \(list) hang in the system and can't be killed; no more are started")
        }
    }

    private func reap() {
        repeat {
            usleep(500_000)
        } while processes.withLock { processes in
            processes = processes.filter { !isGone($0.key) }
            return !processes.isEmpty
        }
    }
}
