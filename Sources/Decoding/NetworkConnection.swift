import CFFmpeg
import Glibc

/// A connection to a server, plain or by TLS with the system's certificates: by libavformat, as `RemoteFile` is, for those
/// who speak to servers in ways that libavformat doesn't.
///
/// For one thread at a time; the interrupt flag may be raised from elsewhere.
public final class NetworkConnection {
    private static let mostBytes = 1 << 16
    private let name: SourceName
    private let end: SuspendingClock.Instant
    private let input: UnsafeMutablePointer<AVIOContext>
    private let guarding: ReadGuard

    /// Connects.
    ///
    /// - Parameters:
    ///   - host: a name, or an address without brackets.
    ///   - seconds: in which all that is done with it must be over.
    /// - Throws: `unreadable`, `stalled` or `interrupted`.
    public init(
        host: String, port: UInt16, isEncrypted: Bool, seconds: Double, interrupt: InterruptFlag
    ) throws(DecodingError) {
        FFmpegLog.listen()
        let place = host.contains(":") ? "[\(host)]" : host
        let name = SourceName("\(isEncrypted ? "tls" : "tcp")://\(place):\(port)")
        self.name = name
        end = .now + .seconds(seconds)
        guarding = ReadGuard(interrupt: interrupt, access: SourceAccess(name, SourceOptions()))
        guarding.allow(seconds: seconds)
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "tcp,tls,httpproxy", 0)
        if isEncrypted {
            for (key, value) in RemoteFile.verification { av_dict_set(&options, key, value, 0) }
        }
        var callback = guarding.callback
        var input: UnsafeMutablePointer<AVIOContext>?
        let code = FFmpegLog.watched(by: guarding) {
            avio_open2(&input, name.text, AVIO_FLAG_READ_WRITE, &callback, &options)
        }
        guard code >= 0, let input else {
            throw Self.error(code, name, guarding, secured: isEncrypted ? host : nil)
        }
        self.input = input
    }

    deinit {
        var input: UnsafeMutablePointer<AVIOContext>? = input
        avio_closep(&input)
    }

    /// Sends bytes.
    public func write(_ bytes: [UInt8]) throws(DecodingError) {
        allow()
        avio_write(input, bytes, Int32(clamping: bytes.count))
        avio_flush(input)
        if input.pointee.error < 0 { throw Self.error(input.pointee.error, name, guarding) }
    }

    /// The next bytes, as many as there are; none where the server has ended the connection.
    public func read() throws(DecodingError) -> [UInt8] {
        allow()
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            code = avio_read_partial(input, buffer.baseAddress, Int32(buffer.count))
            count = Int(max(0, code))
        }
        if code < 0 && code != footpath_averror_eof() { throw Self.error(code, name, guarding) }
        return bytes
    }

    private func allow() { guarding.allow(seconds: max(0, (end - .now) / .seconds(1))) }

    private static func error(
        _ code: Int32, _ name: SourceName, _ guarding: ReadGuard, secured: String? = nil
    ) -> DecodingError {
        if guarding.interrupt.isRaised { return .interrupted }
        if guarding.isExpired { return .stalled(source: name.text, reason: "no answer in time") }
        return .unreadable(source: name.text, reason: guarding.explain(code, secured: secured))
    }
}
