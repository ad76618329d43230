import Decoding

/// A request over HTTP/1.1, a connection for each. Redirections aren't followed: who asks is told of them like of any answer.
///
/// Foundation's URLSession would bring libcurl into every process, and swift-nio needs another package for TLS; libavformat
/// connects, is in the program anyway, and has deadlines and an interrupt for everything but looking up names.
public struct WebRequest: Sendable {
    public var method: String
    public var address: WebAddress
    /// Beside Host, Connection and Content-Length.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(
        _ method: String, _ address: WebAddress, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        (self.method, self.address, self.headers, self.body) = (method, address, headers, body)
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameters:
    ///   - seconds: for everything together.
    ///   - mostBytes: of the answer's body; what is beyond is left out.
    /// - Throws: `WebError`; none where the server answered, whatever it said.
    public func send(
        within seconds: Double, mostBytes: Int, interrupt: InterruptFlag = InterruptFlag()
    ) throws(WebError) -> WebAnswer {
        do {
            let connection = try NetworkConnection(
                host: address.host, port: address.port, isEncrypted: address.isEncrypted, seconds: seconds,
                interrupt: interrupt)
            try connection.write(head + body)
            var reader = AnswerReader(hasBody: method != "HEAD", mostBytes: mostBytes)
            while !reader.isComplete {
                let bytes = try connection.read()
                if bytes.isEmpty { try reader.end() } else { try reader.take(bytes) }
            }
            return reader.answer
        } catch let error as WebError {
            throw error
        } catch {
            throw WebError(description: "\(error)")
        }
    }

    private var head: [UInt8] {
        var lines = ["\(method) \(address.target) HTTP/1.1", "Host: \(address.authority)", "Connection: close"]
        lines += headers.map { "\($0.name): \($0.value)" }
        if !body.isEmpty || method == "POST" { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}

/// What a server answered.
public struct WebAnswer: Hashable, Sendable {
    public var status: Int
    /// By names in lower case; of several of a name the last.
    public var headers: [String: String]
    public var body: [UInt8]
    /// Whether the body was longer than wanted.
    public var isCut = false

    /// Whether the server did what was asked.
    public var isSuccess: Bool { 200..<300 ~= status }
}

/// Why there is no answer; names no path, query or header, which may hold secrets.
public struct WebError: Error, Hashable, CustomStringConvertible {
    public let description: String
}
