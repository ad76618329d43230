import Testing

@testable import Serving

@Suite struct HTTPExchangeTests {
    private let start = ContinuousClock.now

    /// What is answered to these pieces of a request.
    private func answer(_ pieces: [String]) -> String? {
        var exchange = HTTPExchange(at: start)
        for piece in pieces {
            exchange.receive(Array(piece.utf8)[...], at: start, hosts: ["127.0.0.1", "[::1]"]) { request in
                HTTPResponse(.ok, text: "\(request.path) \(request.query ?? "-") \(request.headers["x"] ?? [])")
            }
        }
        guard case .answer(let bytes) = exchange.phase else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func status(_ head: String) -> Int? {
        answer([head]).flatMap { Int($0.split(separator: " ")[1]) }
    }

    @Test func aRequestIsAnsweredHoweverItsBytesCome() {
        let text = "GET /status?a=b?c HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX: 1\r\nx:\t2\r\n\r\n"
        let wanted = #"/status a=b?c ["1", "2"]"# + "\n"
        #expect(answer([text])?.hasSuffix("\r\n\r\n" + wanted) == true)
        #expect(answer(text.unicodeScalars.map { String($0) })?.hasSuffix(wanted) == true)
        #expect(answer([text.replacing("\r\n", with: "\n")])?.hasSuffix(wanted) == true)
        #expect(answer([text + "more"])?.hasSuffix(wanted) == true)
        #expect(answer([String(text.dropLast())]) == nil)
    }

    @Test func aHeadsAnswerHasNoBody() {
        let text = answer(["HEAD / HTTP/1.0\r\nHost: [::1]\r\n\r\n"])
        #expect(text?.contains("Content-Length: 7\r\n") == true)
        #expect(text?.hasSuffix("\r\n\r\n") == true)
    }

    @Test(
        "What is no request for here is refused with the reason's code",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: localhost.example.org\r\n\r\n", 421), ("GET / HTTP/1.1\r\n\r\n", 421),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n", 421),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1:80@example.org\r\n\r\n", 421),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1.\r\n\r\n", 421), ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 421),
            ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405), ("get / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405),
            ("GET / HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n", 505), ("GET /\r\nHost: 127.0.0.1\r\n\r\n", 400),
            ("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400), ("\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\n\n", 400),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n folded: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
            ("GET /\u{0} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        ])
    func refusals(head: String, code: Int) {
        #expect(status(head) == code, "\(head)")
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.1:9464", "[::1]", "[::1]:1"]) func theseHostsAreMeant(host: String) {
        #expect(status("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == 200)
    }

    @Test func aHeadHasEightKilobytes() {
        let (begin, end) = ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", "\r\n\r\n")
        let room = HTTPExchange.largestHead - begin.utf8.count - end.utf8.count
        #expect(status(begin + String(repeating: "x", count: room) + end) == 200)
        #expect(status(begin + String(repeating: "x", count: room + 1) + end) == 431)
        #expect(status(begin + String(repeating: "x", count: 1_500_000)) == 431)
        #expect(status("GET /" + String(repeating: "x", count: 1_500_000)) == 431)
        #expect(status(String(repeating: "\r", count: 8193)) == 431)
    }

    @Test func timeIsShort() {
        var exchange = HTTPExchange(at: start)
        // Bytes that come one by one give no more of it.
        exchange.receive(Array("GET".utf8)[...], at: start + .seconds(4), hosts: []) { _ in HTTPResponse(.ok, text: "")
        }
        exchange.expire(at: start + .seconds(4.9))
        guard case .head = exchange.phase else {
            Issue.record("it is over already")
            return
        }
        exchange.expire(at: start + .seconds(5))
        guard case .answer(let bytes) = exchange.phase else {
            Issue.record("no answer")
            return
        }
        #expect(bytes.starts(with: "HTTP/1.1 408 ".utf8))
        exchange.sent(bytes.count, at: start + .seconds(5))
        guard case .farewell = exchange.phase else {
            Issue.record("no farewell")
            return
        }
        exchange.expire(at: start + .seconds(7))
        guard case .over = exchange.phase else {
            Issue.record("not over")
            return
        }
    }

    @Test func whoTakesNoAnswerIsLeft() {
        var exchange = HTTPExchange(at: start)
        exchange.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...], at: start, hosts: ["a"]) { _ in
            HTTPResponse(.ok, text: "")
        }
        exchange.sent(10, at: start + .seconds(9))
        exchange.expire(at: start + .seconds(11))
        guard case .over = exchange.phase else {
            Issue.record("not over")
            return
        }
    }
}
