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
    /// The address that was looked at last, and why FFmpeg may go no further.
    private let seen = Mutex<(address: String, refusal: String?)>(("", nil))
    private let items = Mutex(PlaylistItems())
    private let deadline = Mutex<SuspendingClock.Instant?>(nil)
    private let hasUnknownHost = Atomic<Bool>(false)

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
        opened.add(1, ordering: .relaxed).newValue <= Self.mostFiles && !mustReturn
    }

    /// Takes note that a host's name led to no address.
    func noteUnknownHost() { hasUnknownHost.store(true, ordering: .relaxed) }

    /// What to say of an error that FFmpeg came back with.
    ///
    /// - Parameter secured: the host of a connection by TLS, for whose failures libavformat has one code, too.
    func explain(_ code: Int32, secured: String? = nil) -> String {
        if hasUnknownHost.load(ordering: .relaxed) { return "its host has no address (is there a network?)" }
        guard let secured, code == footpath_averror(EIO) else { return message(averror: code) }
        return "no secure connection to \(secured) (is the clock right, and ca-certificates installed?)"
    }

    /// Why FFmpeg may go no further; nil where it may.
    var refusal: String? { seen.withLock(\.refusal) }

    func refuse(_ reason: String) { seen.withLock { $0.refusal = $0.refusal ?? reason } }

    /// Takes an address that is about to be asked, the source's own or one that it redirected to.
    func see(address: UnsafePointer<CChar>) {
        let url = String(cString: address)
        let isNew = seen.withLock { seen in
            defer { seen.address = url }
            return seen.address != url
        }
        guard isNew, !url.isEmpty, !access.allowsRedirect(to: url) else { return }
        refuse(
            "it leads to \(Redaction.of(url)), another service of this machine or its network; if that is right, name it as "
                + "the source")
    }

    /// Looks at what was opened, and leaves it as if it weren't read.
    private func see(_ input: UnsafeMutablePointer<AVIOContext>, url: String) {
        see(UnsafeMutableRawPointer(input))
        guard access.mayBePlaylist else { return }
        var beginning = [UInt8](repeating: 0, count: 1 << 14)
        // What one read brings can be gone back over, also where nothing can be sought in.
        let (start, count) = (
            avio_seek(input, 0, SEEK_CUR), avio_read_partial(input, &beginning, Int32(beginning.count))
        )
        avio_seek(input, start, SEEK_SET)
        guard count > 0, !items.withLock({ $0.allow(Array(beginning.prefix(Int(count))), of: url) }) else { return }
        refuse("it names playlists where videos belong, or itself")
    }

    private var mustReturn: Bool { interrupt.isRaised || isExpired || refusal != nil }

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
                return guarded.mustReturn ? 1 : 0
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
            let name = String(cString: url)
            guard guarded.access.allows(url: name) else { return footpath_averror(EPERM) }
            let code = openByDefault?(context, input, url, flags, options) ?? footpath_averror(ENOSYS)
            OpenedFiles.note()
            guard code >= 0, let input, let opened = input.pointee else { return code }
            guarded.see(opened, url: name)
            guard guarded.refusal != nil else { return code }
            avio_closep(input)
            return footpath_averror_exit()
        }
    }
}

/// How FFmpeg opens unless it is told otherwise.
private let openByDefault = {
    var context = avformat_alloc_context()
    defer { avformat_free_context(context) }
    return context?.pointee.io_open
}()
