import Following
import Foundation
import Recording
import Settings

/// The daemon's outputs, each open once however many cameras write to it.
///
/// Confined to the daemon's thread; the sinks may be asked from others.
final class Outputs {
    /// An open output.
    struct Entry: Sendable {
        let target: OutputTarget
        let sink: QueuedSink
        let output: NumberedSink

        /// As the configuration names it.
        var path: String { target.text }
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
            finish(Array(entries[before...]))
            entries.removeSubrange(before...)
            throw error
        }
    }

    /// Whether an output is open.
    func isOpen(_ target: OutputTarget) -> Bool { entries.contains { $0.target == target } }

    /// A camera's output.
    func output(for feed: String) throws(RecordingError) -> NumberedSink {
        let target = settings.target(for: feed)
        if let entry = entries.first(where: { $0.target == target }) { return entry.output }
        let log = log
        let sink = try QueuedSink(
            target, sync: settings.sync, rotation: settings.rotation, queueBytes: settings.queueBytes,
            report: { log.write(Self.level(of: $0), nil, "\($0)") })
        let entry = Entry(target: target, sink: sink, output: NumberedSink(sink: sink, nextSequence: sink.nextSequence))
        entries.append(entry)
        return entry.output
    }

    /// Closes what none of these cameras writes to.
    func keep(feeds: [String]) {
        let wanted = Set(feeds.map(settings.target))
        finish(entries.filter { !wanted.contains($0.target) })
        entries.removeAll { !wanted.contains($0.target) }
    }

    /// Opens files anew, after others renamed them. Afterwards no line is written to the old ones, unless a disk holds
    /// that up for longer than a second.
    func reopen() {
        entries.forEach { $0.sink.requestReopen() }
        let end = Date(timeIntervalSinceNow: 1)
        for entry in entries where !entry.sink.waitForReopen(seconds: max(0, end.timeIntervalSinceNow)) {
            log.write(.error, nil, "\(entry.target): the disk holds up opening it anew")
        }
    }

    /// Whether an output has ended by itself, since whoever read it is gone.
    var hasEnded: Bool { entries.contains { $0.sink.status.hasEnded } }

    /// Closes all, in a second however many there are.
    func finish() {
        finish(entries)
        entries = []
    }

    private func finish(_ entries: [Entry]) {
        entries.forEach { $0.sink.requestFinish() }
        entries.forEach { $0.sink.finish() }
    }

    private static func level(of event: OutputEvent) -> LogLevel {
        if case .rotated = event { return .info }
        return event.isTrouble ? .error : .notice
    }
}
