import CFFmpeg
import Glibc
import Synchronization

/// Raised once, from any thread, to make blocking FFmpeg calls return.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    private let parent: InterruptFlag?

    /// A flag that is not raised, or one that counts as raised as soon as `parent` is.
    public init(following parent: InterruptFlag? = nil) {
        self.parent = parent
    }

    /// Whether it was raised.
    public var isRaised: Bool { raised.load(ordering: .acquiring) || parent?.isRaised == true }

    /// Raises the flag; it can't be lowered.
    public func raise() { raised.store(true, ordering: .releasing) }
}

/// What makes a blocking FFmpeg call return: the interrupt flag, or the time that the call may take.
final class ReadGuard: Sendable {
    let interrupt: InterruptFlag
    /// Nanoseconds of CLOCK_MONOTONIC; the largest number where there is no deadline.
    private let deadline = Atomic<UInt64>(.max)

    init(interrupt: InterruptFlag) {
        self.interrupt = interrupt
    }

    /// Sets how many seconds the next calls may take together; nil sets no limit.
    func allow(seconds: Double?) {
        let end = seconds.map { Self.now() + UInt64(max(0, min($0, 1e6)) * 1e9) }
        deadline.store(end ?? .max, ordering: .releasing)
    }

    /// Whether the time is up.
    var isExpired: Bool {
        let deadline = deadline.load(ordering: .acquiring)
        return deadline != .max && Self.now() >= deadline
    }

    /// FFmpeg's view. The caller keeps the guard alive for as long as FFmpeg holds the callback.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                let guarded = Unmanaged<ReadGuard>.fromOpaque(opaque).takeUnretainedValue()
                return guarded.interrupt.isRaised || guarded.isExpired ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    private static func now() -> UInt64 { clock_gettime_nsec() }
}

/// CLOCK_MONOTONIC in nanoseconds.
private func clock_gettime_nsec() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
