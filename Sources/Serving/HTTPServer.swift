import CServing
import Dispatch
import Foundation
import Glibc
import Synchronization

/// A small HTTP server for this machine: GET without a body, a connection for each request, one thread for all.
///
/// What clients can cost is bounded: `mostConnections` sockets, `HTTPExchange.largestHead` bytes and an answer for each. One
/// connection more ends the one that has waited longest, so that those who do nothing keep nobody out.
public final class HTTPServer: Sendable {
    /// Why it can't listen.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    static let mostConnections = 64

    /// `127.0.0.1` or `::1`.
    let host: String
    /// The one that the system chose, where 0 was asked for.
    public let port: UInt16
    /// Called on the server's thread.
    let answer: @Sendable (HTTPRequest) -> HTTPResponse
    let report: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let ended = DispatchSemaphore(value: 0)

    private struct State {
        /// -1 while it can't listen.
        var listener: Int32
        var isStopping = false
    }

    /// Listens.
    ///
    /// - Parameters:
    ///   - host: `127.0.0.1` or `::1`.
    ///   - port: 0 lets the system choose.
    ///   - report: takes what goes wrong later.
    ///   - answer: must not wait for anything.
    /// - Throws: where the address can't be had.
    public init(
        host: String, port: UInt16, report: @escaping @Sendable (String) -> Void,
        answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(Failure) {
        (self.host, self.answer, self.report) = (host, answer, report)
        var (listener, chosen) = (Int32(-1), UInt16(0))
        let code = footpath_listen(host, port, &listener, &chosen)
        guard code == 0 else {
            throw Failure(description: "\(host):\(port): can't listen there: \(String(cString: strerror(code)))")
        }
        self.port = chosen
        state = Mutex(State(listener: listener))
        let thread = Thread { [self] in
            var loop = HTTPLoop(server: self)
            loop.run()
            ended.signal()
        }
        thread.name = "footpath.http"
        thread.start()
    }

    /// Ends all connections and stops listening.
    public func stop() {
        state.withLock {
            $0.isStopping = true
            // Wakes the thread.
            shutdown($0.listener, Int32(SHUT_RDWR))
        }
        _ = ended.wait(timeout: .now() + 0.3)
    }

    // MARK: - For the server's thread

    /// The socket to poll, -1 while there is none; nil when it is to end.
    var listener: Int32? { state.withLock { $0.isStopping ? nil : $0.listener } }

    /// Closes the listener, and opens another.
    func listenAnew() {
        closeListener()
        var (listener, chosen) = (Int32(-1), UInt16(0))
        let code = footpath_listen(host, port, &listener, &chosen)
        if code != 0 { report("\(host):\(port): can't listen there: \(String(cString: strerror(code)))") }
        state.withLock { $0.listener = listener }
    }

    func closeListener() {
        state.withLock {
            if $0.listener >= 0 { close($0.listener) }
            $0.listener = -1
        }
    }
}
