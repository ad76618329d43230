import CProcess
import Following
import Foundation

/// What systemd is told (sd_notify(3)); does nothing where it isn't listening.
struct ServiceManager: Sendable {
    private let socket: String?
    /// How often it wants to hear from the daemon, in seconds; nil where it has no watchdog.
    let watchdog: Double?

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        socket = environment["NOTIFY_SOCKET"]
        // systemd may mean another process by it (sd_watchdog_enabled(3)).
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(ProcessInfo.processInfo.processIdentifier)" } ?? true
        watchdog = isMeant ? environment["WATCHDOG_USEC"].flatMap(Double.init).map { $0 / 1_000_000 } : nil
    }

    /// Everything is up.
    func ready() { send("READY=1") }

    /// A reload begins; `ready` ends it.
    func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(footpath_monotonic_microseconds())") }

    /// - Parameter status: a line for `systemctl status`.
    func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(status)") }

    func alive() { send("WATCHDOG=1") }

    /// A line for `systemctl status`.
    func status(_ text: String) { send("STATUS=\(text.replacing("\n", with: "; "))") }

    private func send(_ message: String) {
        guard let socket else { return }
        _ = footpath_notify(socket, message)
    }
}

/// Tells the service manager and the log once a second how a service is.
struct Pulse {
    let manager: ServiceManager
    let log: Log
    private var lastAlive = ContinuousClock.now, lastStatus = ContinuousClock.now
    /// What is stuck and was said to be.
    private var told: [String] = []

    init(_ manager: ServiceManager, log: Log) {
        (self.manager, self.log) = (manager, log)
    }

    /// - Parameters:
    ///   - stuck: what shows no sign of life, for which all is to be started anew.
    ///   - others: what shows none either, and is no reason for that.
    mutating func beat(stuck: [String], others: [String] = [], summary: @autoclosure () -> String) {
        let now = ContinuousClock.now
        for part in stuck + others where !told.contains(part) { log.write(.error, nil, "\(part) is stuck") }
        told = stuck + others
        // systemd wants to hear twice as often as it says (sd_watchdog_enabled(3)).
        if let watchdog = manager.watchdog, stuck.isEmpty, (now - lastAlive) / .seconds(1) >= watchdog / 4 {
            manager.alive()
            lastAlive = now
        }
        if now - lastStatus >= .seconds(2) {
            manager.status(summary())
            lastStatus = now
        }
    }
}
