import Dispatch
import Following
import Foundation
import PathModel
import Recording
import Settings
import Synchronization

/// The daemon's messages for people, on standard error.
///
/// Any thread may write; a private queue does the writing, so that a reader who is slow holds nobody up. Trouble that
/// repeats, whatever numbers it tells, is written once a second with a count.
public final class Log: Sendable {
    /// Messages that wait for standard error; more than these are lost.
    private static let mostWaiting = 1000
    private static let interval = Duration.seconds(1)
    private let queue = DispatchQueue(label: "footpath.log")
    private let waiting = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)
    private let isJournal: Bool
    private let output: FileHandle
    private let state = Mutex(State())

    private struct State {
        var level = LogLevel.info
        var format = DaemonConfig.LogFormat.text
        var repeated: [Kind: Repetition] = [:]
    }

    /// What makes messages alike.
    private struct Kind: Hashable {
        let level: LogLevel
        let camera: String?
        let text: String
    }

    private struct Repetition {
        var last: ContinuousClock.Instant
        var heldBack = 0
        var text = ""
    }

    /// A log; the journal's presence is known by `JOURNAL_STREAM` (systemd.exec(5)).
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment, output: FileHandle = .standardError
    ) {
        self.output = output
        isJournal = environment["JOURNAL_STREAM"] != nil
    }

    /// Chooses what is written, and how.
    public func configure(level: LogLevel, format: DaemonConfig.LogFormat) {
        state.withLock { ($0.level, $0.format) = (level, format) }
    }

    /// Writes a message, of a camera or of the daemon.
    public func write(_ level: LogLevel, _ camera: String? = nil, _ text: String) {
        state.withLock { state in
            guard level <= state.level else { return }
            if level <= .warning {
                let kind = Kind(level: level, camera: camera, text: text.filter { !$0.isNumber })
                let now = ContinuousClock.now
                if let last = state.repeated[kind]?.last, now - last < Self.interval {
                    state.repeated[kind]?.heldBack += 1
                    state.repeated[kind]?.text = text
                    return
                }
                flush(kind, &state)
                state.repeated[kind] = Repetition(last: now)
            }
            put(level, camera, text, state.format)
        }
    }

    /// Writes what was held back long enough; to be called about once a second.
    public func tick() {
        state.withLock { state in
            tellLoss(state.format)
            let now = ContinuousClock.now
            for (kind, repetition) in state.repeated where now - repetition.last >= Self.interval {
                flush(kind, &state)
                if state.repeated[kind]?.heldBack == 0 { state.repeated[kind] = nil }
            }
        }
    }

    /// Waits until everything is written, for a second at most.
    public func finish() {
        state.withLock { state in
            for kind in state.repeated.keys { flush(kind, &state) }
        }
        let end = DispatchTime.now() + 1
        // The loss can be told once there is room.
        for _ in 0..<2 {
            state.withLock { tellLoss($0.format) }
            let written = DispatchGroup()
            queue.async(group: written) {}
            _ = written.wait(timeout: end)
        }
    }

    private func flush(_ kind: Kind, _ state: inout State) {
        guard let repetition = state.repeated[kind], repetition.heldBack > 0 else { return }
        let more = repetition.heldBack > 1 ? " (and \(repetition.heldBack - 1) more like it)" : ""
        put(kind.level, kind.camera, repetition.text + more, state.format)
        state.repeated[kind] = Repetition(last: .now)
    }

    private func put(_ level: LogLevel, _ camera: String?, _ text: String, _ format: DaemonConfig.LogFormat) {
        guard waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            lost.add(1, ordering: .relaxed)
            return
        }
        tellLoss(format)
        append(level, camera, text, format)
    }

    /// Says how many messages are missing from here, once there is room again.
    private func tellLoss(_ format: DaemonConfig.LogFormat) {
        guard waiting.load(ordering: .relaxed) < Self.mostWaiting else { return }
        let count = lost.exchange(0, ordering: .relaxed)
        if count > 0 { append(.error, nil, "\(count) messages are lost: nobody read them in time", format) }
    }

    private func append(_ level: LogLevel, _ camera: String?, _ text: String, _ format: DaemonConfig.LogFormat) {
        waiting.add(1, ordering: .relaxed)
        let line = format == .json ? json(level, camera, text) : plain(level, camera, text)
        queue.async { [self] in
            try? output.write(contentsOf: Data(line.utf8))
            waiting.subtract(1, ordering: .relaxed)
        }
    }

    /// With the priority in front that sd-daemon(3) asks for, or the time where no journal adds it.
    private func plain(_ level: LogLevel, _ camera: String?, _ text: String) -> String {
        let oneLine = text.replacing("\n", with: "; ").printable
        let message = (camera.map { "\($0): " } ?? "") + oneLine + "\n"
        if isJournal { return "<\(level.rawValue)>\(message)" }
        return "\(Date.now.formatted(.iso8601)) \(level): \(message)"
    }

    private func json(_ level: LogLevel, _ camera: String?, _ text: String) -> String {
        var line = JSONLine()
        if let camera { line.add("camera", camera) }
        line.add("level", "\(level)")
        line.add("message", text)
        line.add("time", Date.now.formatted(.iso8601))
        return line.closed() + "\n"
    }
}
