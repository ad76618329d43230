import CFFmpeg
import Glibc

/// FFmpeg's log. Errors come back as codes and are told once, by Footpath; FFmpeg's own lines could name credentials and are
/// not shown. But they show in passing what decoders complain of, and what protocols and demuxers are about to do.
enum FFmpegLog {
    /// Who sees what logs on a thread. Nothing else of FFmpeg's says that HTTP follows a redirect before it does.
    private static let watcher: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// Takes the log over.
    static func listen() {
        av_log_set_callback { sender, level, format, _ in
            footpath_hear(sender, level, format)
            guard let sender, let key = FFmpegLog.watcher, let watcher = pthread_getspecific(key) else { return }
            let readGuard = Unmanaged<ReadGuard>.fromOpaque(watcher).takeUnretainedValue()
            // The code of this failure is that of any other (libavformat/tcp.c, libsrt.c).
            if let format, strncmp(format, "Failed to resolve hostname", 26) == 0 { readGuard.noteUnknownHost() }
            readGuard.see(sender)
        }
    }

    /// Calls FFmpeg while a guard sees what logs on this thread.
    static func watched<Result>(by readGuard: ReadGuard, _ calls: () -> Result) -> Result {
        guard let watcher else { return calls() }
        let before = pthread_getspecific(watcher)
        pthread_setspecific(watcher, Unmanaged.passUnretained(readGuard).toOpaque())
        defer { pthread_setspecific(watcher, before) }
        return calls()
    }
}

extension ReadGuard {
    /// Looks at what logs, and refuses what may not be. Each begins with its class (libavutil/log.h).
    func see(_ sender: UnsafeMutableRawPointer) {
        guard let kind = sender.load(as: UnsafePointer<AVClass>?.self)?.pointee.class_name else { return }
        if strcmp(kind, "URLContext") == 0 || strcmp(kind, "AVIOContext") == 0 {
            // HTTP has it; it logs each request before it sends it.
            var location: UnsafeMutablePointer<UInt8>?
            guard av_opt_get(sender, "location", AV_OPT_SEARCH_CHILDREN, &location) >= 0, let location else { return }
            defer { av_free(location) }
            see(address: UnsafeRawPointer(location).assumingMemoryBound(to: CChar.self))
        } else if strcmp(kind, "AVFormatContext") == 0 {
            let context = sender.assumingMemoryBound(to: AVFormatContext.self)
            guard let format = context.pointee.iformat?.pointee.name, strcmp(format, "rtsp") == 0,
                let address = context.pointee.url
            else { return }
            see(address: UnsafePointer(address))
        }
    }
}
