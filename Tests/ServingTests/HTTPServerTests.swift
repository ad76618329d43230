import CServing
import Foundation
import Glibc
import Requesting
import Synchronization
import TestSupport
import Testing

@testable import Serving

/// Real clients on loopback, hostile ones, too.
@Suite(.serialized) struct HTTPServerTests {
    private let server: HTTPServer
    private let reports = Reports()

    private final class Reports: Sendable {
        let all = Mutex<[String]>([])
    }

    init() throws {
        let reports = reports
        let large = String(repeating: "x", count: 3_000_000)
        server = try HTTPServer(
            host: "127.0.0.1", port: 0, report: { report in reports.all.withLock { $0.append(report) } },
            answer: { HTTPResponse(.ok, text: $0.path == "/large" ? large : "fine") }
        )
    }

    /// What it answers. Whom it keeps waiting waits longer than the minute that a busy machine may have.
    private func get(_ path: String = "/") -> String? {
        let address = WebAddress("http://127.0.0.1:\(server.port)\(path)")
        let answer = try? address.map { try WebRequest("GET", $0).send(within: 60, mostBytes: 4_000_000) }
        return answer.map { String(decoding: $0.body, as: UTF8.self) }
    }

    private func client(saying text: String = "") throws -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        (address.sin_port, address.sin_addr.s_addr) = (server.port.bigEndian, inet_addr("127.0.0.1"))
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        _ = footpath_transmit(client, text, Int64(text.utf8.count))
        return client
    }

    /// What comes until the server hangs up, and how long that takes.
    private func rest(_ client: Int32) -> (text: String, seconds: Double) {
        let start = ContinuousClock.now
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = footpath_receive(client, &buffer, Int64(buffer.count)), count > 0 {
            text += buffer[..<Int(count)]
        }
        return (String(decoding: text, as: UTF8.self), (.now - start) / .seconds(1))
    }

    @Test func itAnswers() {
        #expect(get() == "fine\n")
        #expect(get("/large")?.utf8.count == 3_000_001)
    }

    @Test func aHeaderLineOfMegabytesIsRefusedAndSeenToBe() throws {
        let isInTime = try isDone(within: 3) {
            let clients = try (0..<4).map { _ in
                try client(saying: "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 1_500_000))
            }
            #expect(get() == "fine\n")
            return clients.map { client in
                let (text, seconds) = rest(client)
                #expect(text.hasPrefix("HTTP/1.1 431 "))
                close(client)
                return seconds
            }.max() ?? 0
        }
        #expect(isInTime)
    }

    @Test func aThousandIdleConnectionsKeepNobodyOut() throws {
        // Both ends are this process's.
        let clients = try (0..<450).map { try client(saying: $0 % 2 == 0 ? "" : "GET /slow HT") }
        // The middle one: whoever has all idle ones before it waits each time.
        let isInTime = isDone(within: 0.1) {
            (0..<20).map { _ in
                let start = ContinuousClock.now
                #expect(get() == "fine\n")
                return (.now - start) / .seconds(1)
            }.sorted()[10]
        }
        #expect(isInTime)
        let (text, _) = rest(clients[449])
        #expect(text.hasPrefix("HTTP/1.1 408 "))
        clients.forEach { close($0) }
        #expect(get() == "fine\n")
        #expect(reports.all.withLock { $0 } == [])
    }

    @Test func whoReadsNothingKeepsNobodyWaiting() throws {
        let clients = try (0..<100).map { _ in try client(saying: "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n") }
        #expect(get() == "fine\n")
        clients.forEach { close($0) }
    }

    @Test func aListenerThatBreaksIsReplaced() throws {
        shutdown(try #require(server.listener), Int32(SHUT_RDWR))
        for _ in 0..<600 where get() == nil { usleep(100_000) }
        #expect(get() == "fine\n")
    }

    @Test func whenItStopsThePortIsFree() throws {
        server.stop()
        #expect(get() == nil)
        let next = try HTTPServer(host: "127.0.0.1", port: server.port, report: { _ in }, answer: server.answer)
        #expect(get() == "fine\n")
        next.stop()
    }

    @Test func aPortThatIsTakenIsAnError() {
        let failure = #expect(throws: HTTPServer.Failure.self) {
            _ = try HTTPServer(host: "127.0.0.1", port: server.port, report: { _ in }, answer: server.answer)
        }
        #expect(failure?.description == "127.0.0.1:\(server.port): can't listen there: Address already in use")
    }
}
