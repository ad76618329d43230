import CServing
import Foundation
import Glibc

/// Asks a server on this machine, which may be anybody: what it answers is bounded in size and time.
public enum HTTPClient {
    private static let largestAnswer = 4_000_000

    /// The body of what is answered with 200; nil where nobody answers so within `seconds`.
    public static func get(_ path: String, host: String, port: UInt16, seconds: Int = 5) -> Data? {
        var socket: Int32 = -1
        guard footpath_dial(host, port, Int32(seconds), &socket) == 0 else { return nil }
        defer { close(socket) }
        let name = host.contains(":") ? "[\(host)]" : host
        let request = Array("GET \(path) HTTP/1.0\r\nHost: \(name):\(port)\r\n\r\n".utf8)
        guard footpath_transmit(socket, request, Int64(request.count)) == request.count else { return nil }
        let end = ContinuousClock.now + .seconds(seconds)
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = footpath_receive(socket, &buffer, Int64(buffer.count))
            if count == 0 { break }
            guard count > 0, answer.count < largestAnswer, .now < end else { return nil }
            answer += buffer[..<Int(count)]
        }
        guard let head = answer.range(of: Data("\r\n\r\n".utf8)), answer.starts(with: Data("HTTP/1.1 200 ".utf8)) else {
            return nil
        }
        return answer[head.upperBound...]
    }
}
