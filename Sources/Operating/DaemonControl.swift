import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Settings

/// Asks a daemon on this machine to do something.
public enum DaemonControl {
    /// Why it didn't.
    public enum Failure: Error, CustomStringConvertible {
        /// Nobody answers there.
        case unreachable(DaemonConfig.Listener)
        /// It may not be signalled.
        case notAllowed(processID: Int32)
        /// It was asked, but doesn't say that it did.
        case silent(processID: Int32)
        /// It refused; the problems.
        case refused(String)

        public var description: String {
            switch self {
            case .unreachable(let listener):
                "no daemon answers at \(listener.host):\(listener.port); is it running? systemctl reload footpath "
                    + "asks one whose address changed"
            case .notAllowed(let processID): "no permission to signal process \(processID); try as root"
            case .silent(let processID): "process \(processID) was asked, but has not reloaded within 30 s"
            case .refused(let problems): problems
            }
        }
    }

    /// Makes the daemon that listens there read its configuration anew, and waits until it has.
    ///
    /// - Returns: what changed.
    public static func reload(_ listener: DaemonConfig.Listener) throws -> String {
        let before = try status(listener)
        guard kill(before.processID, SIGHUP) == 0 else { throw Failure.notAllowed(processID: before.processID) }
        for _ in 0..<150 {
            usleep(200_000)
            guard let now = try? status(listener), now.processID == before.processID else { continue }
            if now.reloads.succeeded > before.reloads.succeeded { return now.reloads.message ?? "" }
            if now.reloads.failed > before.reloads.failed { throw Failure.refused(now.reloads.message ?? "") }
        }
        throw Failure.silent(processID: before.processID)
    }

    /// Of `DaemonStatus`, what is needed here.
    private struct Status: Decodable {
        let processID: Int32
        let reloads: DaemonStatus.Reload

        enum CodingKeys: String, CodingKey {
            case processID = "process_id"
            case reloads
        }
    }

    /// What the daemon that listens there tells.
    private static func status(_ listener: DaemonConfig.Listener) throws -> Status {
        let answer = Answer()
        let answered = DispatchSemaphore(value: 0)
        Task {
            answer.data = try? await ask(listener)
            answered.signal()
        }
        guard answered.wait(timeout: .now() + 5) == .success, let data = answer.data,
            let status = try? JSONDecoder().decode(Status.self, from: data)
        else { throw Failure.unreachable(listener) }
        return status
    }

    /// Where the answer goes before the semaphore is signalled, and comes from after.
    private final class Answer: @unchecked Sendable {
        // `answered` orders the one write before the one read.
        var data: Data?
    }

    private static func ask(_ listener: DaemonConfig.Listener) async throws -> Data {
        var client = HTTPClient()
        let request = HTTPRequest(
            method: .GET, version: .http11, path: "/status", query: [], headers: [.host: listener.host], body: Data())
        let response =
            listener.host == "::1"
            ? try await client.sendHTTPRequest(request, to: .inet6(ip6: "::1", port: listener.port))
            : try await client.sendHTTPRequest(request, to: .inet(ip4: listener.host, port: listener.port))
        return try await response.bodyData
    }
}
