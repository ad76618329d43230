import CRecording
import Glibc
import SystemPackage

/// Lets one thread wait for others, for a descriptor and for time to pass at once. Setting the machine's clock changes
/// no waiting. Any thread may raise it.
final class Wakeup: Sendable {
    private let event: FileDescriptor

    /// - Throws: where the process has no descriptor left.
    init() throws(RecordingError) {
        let event = footpath_event()
        guard event >= 0 else {
            throw .failed(path: "event", operation: .open, errno: Errno(rawValue: errno))
        }
        self.event = FileDescriptor(rawValue: event)
    }

    deinit {
        try? event.close()
    }

    /// Ends the wait that is going on, or the next one.
    func raise() { footpath_raise(event.rawValue) }

    /// Waits until somebody raises it, until `deadline`, or until something is up with `watched`.
    ///
    /// - Parameter forRoom: whether room in `watched` ends the wait; its reader's absence does in any case.
    /// - Returns: whether the reader is gone.
    func wait(until deadline: ContinuousClock.Instant?, watching watched: Int32?, forRoom: Bool) -> Bool {
        var requests = [pollfd(fd: event.rawValue, events: Int16(POLLIN), revents: 0)]
        if let watched { requests.append(pollfd(fd: watched, events: forRoom ? Int16(POLLOUT) : 0, revents: 0)) }
        let count = poll(&requests, nfds_t(requests.count), deadline.map(Self.milliseconds) ?? -1)
        guard count > 0 else { return false }
        if requests[0].revents != 0 { footpath_lower(event.rawValue) }
        return requests.count > 1 && requests[1].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }

    /// Rounded up, so that who waits doesn't wake too soon and wait again for nothing.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = (deadline - .now) / .milliseconds(1)
        return Int32(min(max(0, left.rounded(.up)), 3_600_000))
    }
}
