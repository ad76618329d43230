import CFFmpeg
import Glibc
import Synchronization

/// What makes a blocking FFmpeg call return: the interrupt flag, or the time that the call may take. And what says which
/// files and addresses FFmpeg may open.
final class ReadGuard: Sendable {
    /// A playlist may name others for ever, itself too.
    private static let mostFiles = 500
    let interrupt: InterruptFlag
    let access: SourceAccess
    /// How many files and addresses were opened; counted while the source is.
    private let opened = Atomic<Int>(0)
    private let deadline = Mutex<SuspendingClock.Instant?>(nil)

    init(interrupt: InterruptFlag, access: SourceAccess) {
        self.interrupt = interrupt
        self.access = access
    }

    /// Sets how many seconds the next calls may take together; nil sets no limit.
    func allow(seconds: Double?) {
        deadline.withLock { $0 = seconds.map { .now + .seconds($0) } }
    }

    /// Whether one more file or address may be opened; FFmpeg doesn't ask the callback before it opens a file.
    func mayOpen() -> Bool {
        opened.add(1, ordering: .relaxed).newValue <= Self.mostFiles && !interrupt.isRaised && !isExpired
    }

    /// Whether the source names files without end.
    var hasOpenedTooMany: Bool { opened.load(ordering: .relaxed) > Self.mostFiles }

    /// From here on a source may open what it likes, as a long sequence of pictures does.
    func endOpening() { opened.store(.min, ordering: .relaxed) }

    /// Whether the time is up.
    var isExpired: Bool { deadline.withLock { $0 }.map { .now >= $0 } ?? false }

    /// Has FFmpeg ask whether to go on. The caller keeps the guard alive for as long as FFmpeg holds the callback.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                let guarded = Unmanaged<ReadGuard>.fromOpaque(opaque).takeUnretainedValue()
                return guarded.interrupt.isRaised || guarded.isExpired ? 1 : 0
            }, opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    /// Has FFmpeg ask, also before it opens what a source names. The caller keeps the guard alive for as long as FFmpeg
    /// holds the context.
    func attach(to context: UnsafeMutablePointer<AVFormatContext>) {
        let opaque = Unmanaged.passUnretained(self).toOpaque()
        context.pointee.interrupt_callback = callback
        context.pointee.opaque = opaque
        context.pointee.io_open = { context, input, url, flags, options in
            guard let opaque = context?.pointee.opaque, let url else { return footpath_averror(EINVAL) }
            let guarded = Unmanaged<ReadGuard>.fromOpaque(opaque).takeUnretainedValue()
            guard guarded.mayOpen() else { return footpath_averror_exit() }
            guard guarded.access.allows(url: String(cString: url)) else { return footpath_averror(EPERM) }
            let code = openByDefault?(context, input, url, flags, options) ?? footpath_averror(ENOSYS)
            OpenedFiles.note()
            return code
        }
    }
}

/// How FFmpeg opens unless it is told otherwise.
private let openByDefault = {
    var context = avformat_alloc_context()
    defer { avformat_free_context(context) }
    return context?.pointee.io_open
}()
