import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Settings

/// Answers those who watch, over HTTP on this machine. It only reads the board, so nothing here waits for the cameras.
public final class StatusServer: Sendable {
    /// Why it can't listen.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let server: HTTPServer
    private let task: Task<Void, Never>
    /// Where it listens, the port that the system chose included.
    let address: String

    /// Listens.
    ///
    /// - Throws: `Failure` where the address can't be had.
    init(_ listener: DaemonConfig.Listener, board: Board) throws {
        let server = try Self.server(listener)
        self.server = server
        let failure = Failure(description: "\(listener.host):\(listener.port): can't listen there; is it in use?")
        let started = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        task = Task {
            await Self.addRoutes(to: server, board)
            let running = Task {
                do { try await server.run() } catch { started.signal() }
            }
            if (try? await server.waitUntilListening(timeout: 5)) != nil {
                outcome.port = await server.listeningAddress.flatMap(Self.port)
            }
            started.signal()
            await running.value
        }
        started.wait()
        guard let port = outcome.port else {
            task.cancel()
            throw failure
        }
        address = "\(listener.host):\(port)"
    }

    /// Stops listening.
    func stop() {
        let stopped = DispatchSemaphore(value: 0)
        Task { [server] in
            await server.stop(timeout: 0.2)
            stopped.signal()
        }
        _ = stopped.wait(timeout: .now() + 0.3)
        task.cancel()
    }

    /// Where the port goes before the semaphore is signalled, and comes from after.
    private final class Outcome: @unchecked Sendable {
        // `started` orders the one write before the one read.
        var port: UInt16?
    }

    private static func server(_ listener: DaemonConfig.Listener) throws -> HTTPServer {
        listener.host == "::1"
            ? HTTPServer(address: try .inet6(ip6: "::1", port: listener.port), timeout: 5, logger: .disabled)
            : HTTPServer(address: try .inet(ip4: listener.host, port: listener.port), timeout: 5, logger: .disabled)
    }

    private static func port(_ address: Socket.Address) -> UInt16? {
        switch address {
        case .ip4(_, let port), .ip6(_, let port): port
        case .unix: nil
        }
    }

    private static func addRoutes(to server: HTTPServer, _ board: Board) async {
        await server.appendRoute("GET /healthz") { _ in
            let stuck = board.stuck
            return text(stuck.isEmpty ? .ok : .serviceUnavailable, stuck.isEmpty ? "ok" : "stuck: \(stuck)")
        }
        await server.appendRoute("GET /readyz") { _ in
            board.status.isReady ? text(.ok, "ready") : text(.serviceUnavailable, "not ready")
        }
        await server.appendRoute("GET /metrics") { _ in
            HTTPResponse(
                statusCode: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: Data(Metrics.render(board).utf8))
        }
        await server.appendRoute("GET /status") { _ in
            HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: board.status.json())
        }
    }

    private static func text(_ code: HTTPStatusCode, _ text: String) -> HTTPResponse {
        HTTPResponse(
            statusCode: code, headers: [.contentType: "text/plain; charset=utf-8"], body: Data((text + "\n").utf8))
    }
}
