import CProcess
import Foundation
import Glibc
import PathModel
import Requesting
import Settings

/// Asks a daemon on this machine to do something.
public enum DaemonControl {
    /// Why it didn't.
    public enum Failure: Error, CustomStringConvertible {
        /// Nobody answers there.
        case unreachable(DaemonConfig.Listener)
        /// Who answers there names a process that is no daemon of this program, or another user's.
        case stranger(DaemonConfig.Listener)
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
            case .stranger(let listener):
                "who answers at \(listener.host):\(listener.port) is no footpath run of this program; nothing was "
                    + "signalled. Try systemctl reload footpath, or kill -HUP"
            case .notAllowed(let processID): "no permission to signal process \(processID); try as root"
            case .silent(let processID): "process \(processID) was asked, but has not reloaded within 30 s"
            case .refused(let problems): problems
            }
        }
    }

    /// Makes the daemon that listens there read its configuration anew, and waits until it has.
    ///
    /// - Returns: what changed.
    public static func reload(_ listener: DaemonConfig.Listener) throws(Failure) -> String {
        guard let before = status(listener) else { throw .unreachable(listener) }
        try hangUp(before.processID, listener)
        for _ in 0..<150 {
            usleep(200_000)
            guard let now = status(listener), now.processID == before.processID else { continue }
            let message = printable(now.reloads.message ?? "")
            if now.reloads.succeeded > before.reloads.succeeded { return message }
            if now.reloads.failed > before.reloads.failed { throw .refused(message) }
        }
        throw .silent(processID: before.processID)
    }

    /// Sends SIGHUP to a daemon. Anybody may listen at a port and name any process, so the system is asked who it is.
    private static func hangUp(_ processID: Int32, _ listener: DaemonConfig.Listener) throws(Failure) {
        // Whatever takes over its number later isn't meant.
        var process: Int32 = -1
        guard processID > 0, footpath_open_process(processID, &process) == 0 else { throw .stranger(listener) }
        defer { close(process) }
        guard let daemon = RunningProgram(processID), daemon.isDaemonOfThisProgram,
            daemon.user == RunningProgram.user(listeningAt: listener)
        else { throw .stranger(listener) }
        if footpath_signal_process(process, SIGHUP) != 0 { throw .notAllowed(processID: processID) }
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

    /// What is told there.
    private static func status(_ listener: DaemonConfig.Listener) -> Status? {
        answer("/status", of: listener).flatMap { try? JSONDecoder().decode(Status.self, from: Data($0)) }
    }

    /// What a daemon or a server, which may be anybody, answers to GET with 200; nil where it doesn't in 5 s, or in 4 MB.
    public static func answer(_ path: String, of listener: DaemonConfig.Listener) -> [UInt8]? {
        guard let address = WebAddress("http://\(listener.shown(port: listener.port))\(path)"),
            let answer = try? WebRequest("GET", address).send(within: 5, mostBytes: 4_000_000)
        else { return nil }
        return answer.status == 200 && !answer.isCut ? answer.body : nil
    }

    /// Lines of text, whatever they were to do to a terminal.
    private static func printable(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(
            separator: "\n")
    }
}
