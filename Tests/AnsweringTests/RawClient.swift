import Foundation
import Glibc

/// A client that sends whatever bytes it is told to.
final class RawClient {
    struct Response {
        var status: Int
        /// By names in lower case.
        var headers: [String: String]
        var body: String

        var error: String? {
            let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return object?["__type"] as? String
        }
    }

    private let descriptor: Int32
    private var bytes: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// False where the server has ended the connection, or takes nothing for two seconds.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var time = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var place = 0
        while place < bytes.count {
            let count = bytes[place...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            place += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Reads more; false at the connection's end, nil where nothing comes in time.
    private func receive(seconds: Double) -> Bool? {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        return true
    }

    /// The next response; nil where none comes.
    func response(seconds: Double = 60) -> Response? {
        let separator = Array("\r\n\r\n".utf8)
        while true {
            if let head = bytes.firstRange(of: separator) {
                let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
                let end = head.upperBound + (headers["content-length"].flatMap(Int.init) ?? 0)
                if bytes.count >= end {
                    let status = Int(lines[0].split(separator: " ")[1]) ?? 0
                    let body = String(decoding: bytes[head.upperBound..<end], as: UTF8.self)
                    bytes.removeFirst(end)
                    return Response(status: status, headers: headers, body: body)
                }
            }
            guard receive(seconds: seconds) == true else { return nil }
        }
    }

    /// Whether the server ends the connection.
    func isEnded(seconds: Double = 60) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            switch receive(seconds: max(0.01, deadline.timeIntervalSinceNow)) {
            case false: return true
            case nil: return false
            default: break
            }
        }
        return false
    }

    /// Whether nothing came and nothing ended within some time.
    func isQuiet(seconds: Double = 0.3) -> Bool { receive(seconds: seconds) == nil }

    static func request(_ operation: String, _ body: String, headers: [String] = []) -> String {
        let lines = [
            "POST / HTTP/1.1", "Host: 127.0.0.1", "X-Amz-Target: RekognitionService.\(operation)",
            "Content-Length: \(body.utf8.count)",
        ]
        return (lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    static let start = request("StartPersonTracking", #"{"Video":{"S3Object":{"Bucket":"abc","Name":"n"}}}"#)

    static func poll(_ members: String = "") -> String {
        request("GetPersonTracking", #"{"JobId":"\#(String(repeating: "a", count: 64))"\#(members)}"#)
    }
}
