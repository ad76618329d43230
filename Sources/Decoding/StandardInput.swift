import CFFmpeg
import Glibc

/// Standard input as an FFmpeg byte stream that the interrupt flag can stop: FFmpeg's own `pipe:` blocks in read(2).
final class StandardInput {
    let context: UnsafeMutablePointer<AVIOContext>
    private static let bufferSize = 32 * 1024

    init(interrupt: InterruptFlag) throws(DecodingError) {
        let opaque = Unmanaged.passUnretained(interrupt).toOpaque()
        guard let buffer = av_malloc(Self.bufferSize),
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferSize), 0, opaque,
                readStandardInput, nil, nil)
        else { throw .unreadable(source: "standard input", reason: "out of memory") }
        context.pointee.seekable = 0
        self.context = context
    }

    deinit {
        // FFmpeg may have replaced the buffer (libavformat/avio.h).
        av_free(context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
    }
}

/// Waits in short steps so that a raised flag is seen within a tenth of a second.
private func readStandardInput(
    opaque: UnsafeMutableRawPointer?, buffer: UnsafeMutablePointer<UInt8>?, size: Int32
) -> Int32 {
    guard let opaque, let buffer else { return footpath_averror(EINVAL) }
    let interrupt = Unmanaged<InterruptFlag>.fromOpaque(opaque).takeUnretainedValue()
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while !interrupt.isRaised {
        let ready = poll(&input, 1, 100)
        if ready < 0 && errno != EINTR { return footpath_averror(errno) }
        guard ready > 0 else { continue }
        let count = read(STDIN_FILENO, buffer, Int(size))
        if count > 0 { return Int32(count) }
        if count == 0 { return footpath_averror_eof() }
        if errno != EINTR && errno != EAGAIN { return footpath_averror(errno) }
    }
    return footpath_averror_exit()
}
