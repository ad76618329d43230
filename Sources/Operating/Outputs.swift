import Foundation
import Pipeline
import Recording
import Settings

/// The daemon's outputs, each open once however many cameras write to it.
///
/// Confined to the daemon's thread; the sinks may be asked from others.
final class Outputs {
    /// An open output.
    struct Entry: Sendable {
        let path: String
        let sink: any DaemonSink
        let output: RecordOutput
    }

    private let settings: DaemonConfig.Output
    private let log: Log
    private(set) var entries: [Entry] = []

    /// Outputs of which none is open yet.
    init(_ settings: DaemonConfig.Output, log: Log) {
        self.settings = settings
        self.log = log
    }

    /// Opens what these cameras need.
    ///
    /// - Throws: `RecordingError` where one can't be had; then those that weren't open before aren't either.
    func open(feeds: [String]) throws(RecordingError) {
        let before = entries.count
        do {
            for feed in feeds { _ = try output(for: feed) }
        } catch {
            for entry in entries[before...] { finish(entry) }
            entries.removeSubrange(before...)
            throw error
        }
    }

    /// Whether a path is open.
    func isOpen(_ path: String) -> Bool { entries.contains { $0.path == path } }

    /// A camera's output.
    func output(for feed: String) throws(RecordingError) -> RecordOutput {
        let path = settings.path(for: feed)
        if let entry = entries.first(where: { $0.path == path }) { return entry.output }
        let (sink, next) = try open(path)
        let entry = Entry(path: path, sink: sink, output: RecordOutput(sink: sink, nextSequence: next))
        entries.append(entry)
        return entry.output
    }

    /// Closes what none of these cameras writes to.
    func keep(feeds: [String]) {
        let wanted = Set(feeds.map(settings.path))
        for entry in entries where !wanted.contains(entry.path) { finish(entry) }
        entries.removeAll { !wanted.contains($0.path) }
    }

    /// Opens files anew, after others renamed them.
    func reopen() { entries.forEach { $0.sink.requestReopen() } }

    /// Syncs, rotates, tries full disks again; to be called about once a second.
    func tick() { entries.forEach { $0.sink.tick() } }

    /// Closes all.
    func finish() {
        entries.forEach(finish)
        entries = []
    }

    private func finish(_ entry: Entry) {
        do {
            try entry.sink.finish()
        } catch {
            log.write(.error, nil, "\(error)")
        }
    }

    private func open(_ path: String) throws(RecordingError) -> (any DaemonSink, Int) {
        let log = log
        let report: @Sendable (RecordingError) -> Void = { log.write(.error, nil, "\($0)") }
        return try DaemonOutput.open(
            path, sync: settings.sync, rotation: settings.rotation, queueBytes: settings.queueBytes, report: report)
    }
}
