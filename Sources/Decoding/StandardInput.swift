import CFFmpeg
import Glibc

/// Standard input as an FFmpeg byte stream that the interrupt flag can stop: FFmpeg's own `pipe:` blocks in read(2).
///
/// A file given as standard input can be sought in, which an MP4 with its index at the end needs.
final class StandardInput {
    let context: UnsafeMutablePointer<AVIOContext>
    private static let bufferSize = 32 * 1024

    init(interrupt: InterruptFlag) throws(DecodingError) {
        let opaque = Unmanaged.passUnretained(interrupt).toOpaque()
        guard let buffer = av_malloc(Self.bufferSize),
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferSize), 0, opaque,
                readStandardInput, nil, seekStandardInput)
        else { throw .unreadable(source: "standard input", reason: "out of memory") }
        context.pointee.seekable = isFileFromItsStart ? AVIO_SEEKABLE_NORMAL : 0
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

private var isFileFromItsStart: Bool {
    var status = stat()
    return fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0
}

/// Like lseek(2), or the file's size (libavformat/avio.h).
private func seekStandardInput(opaque: UnsafeMutableRawPointer?, offset: Int64, whence: Int32) -> Int64 {
    guard whence & AVSEEK_SIZE == 0 else {
        var status = stat()
        return fstat(STDIN_FILENO, &status) == 0 ? Int64(status.st_size) : Int64(footpath_averror(errno))
    }
    let position = lseek(STDIN_FILENO, Int(offset), whence & ~AVSEEK_FORCE)
    return position >= 0 ? Int64(position) : Int64(footpath_averror(errno))
}
