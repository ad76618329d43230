import CFFmpeg
import Glibc

/// A file at a URL or a path, read as it is from some byte on: by libavformat, whose HTTP knows redirects, ranges, proxies
/// (`http_proxy`) and TLS.
///
/// For one thread at a time.
public final class RemoteFile {
    /// Seconds in which it must answer, and in which something must come.
    private static let patience = 30.0
    private static let mostBytes = 1 << 16
    /// The file of those who sign servers' certificates: `SSL_CERT_FILE`, as with OpenSSL, else by the systems that have it
    /// there. GnuTLS finds it by itself, OpenSSL, with which FFmpeg may be built, doesn't.
    static var authorities: String? {
        if let named = getenv("SSL_CERT_FILE"), named.pointee != 0 { return String(cString: named) }
        let files: [String] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]
        return files.first { access($0, R_OK) == 0 }
    }

    /// FFmpeg's options by which a server must show a certificate; without them any will do.
    public static var verification: [String: String] {
        ["tls_verify": "1"].merging(authorities.map { ["ca_file": $0] } ?? [:]) { $1 }
    }

    /// How large it is as a whole, in bytes; nil where that isn't told.
    public let size: Int64?
    /// Which byte is read first: the one that was asked for, or 0 from a server that gives nothing but the whole.
    public let start: Int64
    private let name: SourceName
    private let input: UnsafeMutablePointer<AVIOContext>
    private let guarding: ReadGuard

    /// Opens it.
    ///
    /// - Parameters:
    ///   - name: `http:`, `https:`, or a path.
    ///   - offset: how many bytes to leave out.
    ///   - agent: who asks, for HTTP.
    /// - Throws: `unreadable`, `stalled` or `interrupted`.
    public init(
        _ name: SourceName, from offset: Int64, agent: String, interrupt: InterruptFlag
    ) throws(DecodingError) {
        FFmpegLog.listen()
        self.name = name
        guarding = ReadGuard(interrupt: interrupt, access: SourceAccess(name, SourceOptions()))
        guarding.allow(seconds: Self.patience)
        var opened = Self.open(name, from: offset, agent: agent, guarding)
        // What libavformat says where an answer begins elsewhere (http_read_header, libavformat/http.c).
        let isWhole = offset > 0 && opened.code == -1
        if isWhole { opened = Self.open(name, from: 0, agent: agent, guarding) }
        guard opened.code >= 0, let input = opened.input else { throw Self.error(opened.code, name, guarding) }
        let size = avio_size(input)
        self.size = size >= 0 ? size : nil
        self.input = input
        start = isWhole ? 0 : offset
        if !name.isHTTP, avio_seek(input, offset, SEEK_SET) < 0 {
            throw .unreadable(source: name.redacted, reason: "it can't be read from the middle")
        }
    }

    private static func open(
        _ name: SourceName, from offset: Int64, agent: String, _ guarding: ReadGuard
    ) -> (code: Int32, input: UnsafeMutablePointer<AVIOContext>?) {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", guarding.access.protocols, 0)
        if name.isHTTP {
            av_dict_set_int(&options, "offset", offset, 0)
            av_dict_set(&options, "user_agent", agent, 0)
            for (key, value) in Self.verification { av_dict_set(&options, key, value, 0) }
        }
        var callback = guarding.callback
        var input: UnsafeMutablePointer<AVIOContext>?
        let code = FFmpegLog.watched(by: guarding) { avio_open2(&input, name.url, AVIO_FLAG_READ, &callback, &options) }
        return (code, input)
    }

    deinit {
        var input: UnsafeMutablePointer<AVIOContext>? = input
        avio_closep(&input)
    }

    /// The next bytes; none at its end, be it the right one or not.
    ///
    /// - Throws: `broken`, `stalled` or `interrupted`.
    public func read() throws(DecodingError) -> [UInt8] {
        guarding.allow(seconds: Self.patience)
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            code = avio_read_partial(input, buffer.baseAddress, Int32(buffer.count))
            count = Int(max(0, code))
        }
        if code < 0 && code != footpath_averror_eof() { throw Self.error(code, name, guarding, isOpen: true) }
        return bytes
    }

    private static func error(
        _ code: Int32, _ name: SourceName, _ guarding: ReadGuard, isOpen: Bool = false
    ) -> DecodingError {
        if guarding.interrupt.isRaised { return .interrupted }
        let source = name.redacted
        if let refusal = guarding.refusal { return .unreadable(source: source, reason: refusal) }
        if guarding.isExpired { return .stalled(source: source, reason: "nothing came for \(Int(patience)) seconds") }
        if isOpen { return .broken(source: source, reason: message(averror: code)) }
        let host = name.isHTTP ? URLOrigin(name.text)?.host : nil
        return .unreadable(source: source, reason: guarding.explain(code, secured: host))
    }
}
