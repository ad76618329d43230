import Foundation

/// What a client is answered.
public struct HTTPResponse: Hashable, Sendable {
    /// Status codes of RFC 9110.
    public enum Status: Int, Sendable {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case misdirected = 421
        case headTooLarge = 431
        case serviceUnavailable = 503
        case versionNotSupported = 505

        var reason: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .requestTimeout: "Request Timeout"
            case .misdirected: "Misdirected Request"
            case .headTooLarge: "Request Header Fields Too Large"
            case .serviceUnavailable: "Service Unavailable"
            case .versionNotSupported: "HTTP Version Not Supported"
            }
        }
    }

    /// Why a request isn't answered as its sender wishes.
    struct Refusal: Error, Hashable {
        let response: HTTPResponse

        init(_ status: Status, _ text: String) {
            response = HTTPResponse(status, text: text)
        }
    }

    public var status: Status
    /// The `Content-Type`.
    public var type: String
    public var body: Data
    /// The `Content-Security-Policy`.
    public var policy: String

    public init(_ status: Status = .ok, type: String, body: Data, policy: String = "default-src 'none'") {
        self.status = status
        self.type = type
        self.body = body
        self.policy = policy
    }

    /// A line of text.
    public init(_ status: Status, text: String) {
        self.init(status, type: "text/plain; charset=utf-8", body: Data((text + "\n").utf8))
    }

    /// As it is sent. The connection ends with it.
    func bytes(isHead: Bool = false) -> [UInt8] {
        var lines = [
            "HTTP/1.1 \(status.rawValue) \(status.reason)", "Content-Type: \(type)", "Content-Length: \(body.count)",
            "Connection: close", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            // Pages of others can't show or run it.
            "Cross-Origin-Resource-Policy: same-origin", "Content-Security-Policy: \(policy)",
            "Referrer-Policy: no-referrer",
        ]
        if status == .methodNotAllowed { lines.append("Allow: GET, HEAD") }
        if status == .serviceUnavailable { lines.append("Retry-After: 1") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (isHead ? [] : [UInt8](body))
    }
}
