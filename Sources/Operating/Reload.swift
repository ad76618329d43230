import Analyzing
import Following
import Foundation
import Pipeline
import Recording
import Serving
import Settings

extension Daemon {
    /// Reads the configuration anew: cameras that changed restart, others go on; files are opened anew. Where anything of
    /// it is wrong, everything goes on as it was.
    func reload() {
        manager.reloading()
        defer { manager.ready() }
        outputs.reopen()
        do {
            let new = try Self.config(surroundings)
            try Self.checkNetworks(
                of: new.cameras.filter { !config.cameras.contains($0) }, surroundings, beat: manager.alive)
            let message = try apply(new)
            new.warnings.forEach { log.write(.warning, nil, $0) }
            board.noteReload(succeeded: true, message: message)
            log.write(.notice, nil, "reloaded: \(message)")
            tellShare()
        } catch {
            let problems = "\(error)".split(separator: "\n")
            board.noteReload(succeeded: false, message: "\(error)")
            log.write(.error, nil, "not reloaded, the old configuration goes on:")
            for problem in problems { log.write(.error, nil, String(problem)) }
        }
        show()
    }

    /// - Returns: what changed, for people.
    private func apply(_ new: DaemonConfig) throws -> String {
        let changesOutput = new.output != config.output
        let changesAll = changesOutput || new.workers != config.workers
        try openOutputs(of: new)
        try changeListener(to: new)
        let kept = changesAll ? [] : new.cameras.filter(config.cameras.contains)
        let leaving = feeds.filter { !kept.contains($0.settings) }
        let names = Set(new.cameras.map(\.name))
        let removed = leaving.filter { !names.contains($0.settings.name) }.count
        _ = end(leaving)
        feeds.removeAll { feed in leaving.contains { $0 === feed } }

        if new.workers != config.workers {
            pool.cancel(within: 30)
            pool = WorkerPool(count: new.workers)
        }
        if changesOutput {
            outputs.finish()
            outputs = Outputs(new.output, log: log)
        }
        log.configure(level: new.logLevel, format: new.logFormat)
        announcements.configure(new.mqtt)
        let before = Set(config.cameras.map(\.name))
        config = new
        // Ids of tracks begin anew with a camera, so it is a session of its own.
        let session = UUID().uuidString.lowercased()
        let starting = new.cameras.filter { !kept.contains($0) }
        for camera in starting { start(camera, session: session) }
        outputs.keep(feeds: new.cameras.map(\.name))
        let added = starting.filter { !before.contains($0.name) }.count
        let restarted = starting.count - added
        return "\(restarted) camera\(restarted == 1 ? "" : "s") restarted, \(added) added, \(removed) removed, "
            + "\(kept.count) unchanged"
    }

    /// Opens what the new configuration needs, so that what can't be had is known while everything still goes on.
    private func openOutputs(of new: DaemonConfig) throws(RecordingError) {
        let names = new.cameras.map(\.name)
        if new.output == config.output { return try outputs.open(feeds: names) }
        // What is open stays with its cameras until these have ended.
        let trial = Outputs(new.output, log: log)
        defer { trial.finish() }
        try trial.open(feeds: names.filter { !outputs.isOpen(new.output.target(for: $0)) })
    }

    private func changeListener(to new: DaemonConfig) throws {
        guard new.http != config.http else { return }
        let old = server
        server = nil
        if let listener = new.http {
            do {
                try listen(listener)
            } catch {
                server = old
                throw error
            }
        }
        old?.stop()
    }
}
