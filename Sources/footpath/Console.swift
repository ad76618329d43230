import Following
import Foundation
import Operating
import PathModel
import Pipeline
import Recording
import Settings

/// What the user sees on standard error: messages, and a progress bar where it is a terminal.
struct Console {
    /// Whether messages other than errors are wanted.
    let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) != 0
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// An error: what, where, and what to do.
    func error(_ text: String) { error([text]) }

    /// An error, or all that is wrong, a line each.
    func error(_ error: any Error) {
        switch error {
        case let error as SettingsError: self.error(error.problems)
        case is DaemonControl.Failure: self.error("\(error)".split(separator: "\n").map(String.init))
        default: self.error(["\(error)"])
        }
    }

    private func error(_ lines: [String]) {
        write("\(eraseLine)footpath: \(lines.map(\.printable).joined(separator: "\n"))\n")
    }

    /// An error that is not worth waiting for a reader.
    func errorAtOnce(_ text: String) {
        var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&request, 1, 0) > 0 { error(text) }
    }

    /// Something that is good to know.
    func note(_ text: String) {
        if !isQuiet { write("\(eraseLine)\(text.printable)\n") }
    }

    /// Draws the bar, ten times a second at most.
    mutating func draw(_ progress: FeedProgress, of name: String) {
        draw(
            frames: progress.analyzed, elapsed: progress.elapsed, duration: progress.duration,
            ["\(progress.people) people"], of: name)
    }

    /// Draws the bar, ten times a second at most.
    ///
    /// - Parameters:
    ///   - elapsed: microseconds of the video that are done.
    ///   - duration: its length; nil where unknown.
    ///   - more: what else is known.
    mutating func draw(frames: Int, elapsed: Int64, duration: Int64?, _ more: [String] = [], of name: String) {
        guard isDue() else { return }
        let seconds = self.seconds
        let speed = Double(frames) / max(seconds, 0.001)
        var parts = ["\(frames) frames", "\(Int(speed.rounded())) frames/s"] + more
        var share: Double?
        if let duration, duration > 0 {
            let done = min(1, max(0, Double(elapsed) / Double(duration)))
            if done > 0 { parts.append("\(Self.clock(seconds / done - seconds)) left") }
            share = done
        }
        write(share, parts, of: name)
    }

    /// Draws how many are done, ten times a second at most.
    ///
    /// - Parameters:
    ///   - share: how much is done, 0...1; nil where unknown.
    ///   - more: what else is known.
    mutating func draw(_ count: Int, _ unit: String, share: Double?, _ more: [String] = [], of name: String) {
        guard isDue() else { return }
        let speed = Double(count) / max(seconds, 0.001)
        write(share, ["\(count) \(unit)", "\(Int(speed.rounded())) \(unit)/s"] + more, of: name)
    }

    /// Draws a bar, ten times a second at most.
    mutating func draw(share: Double, _ parts: [String], of name: String) {
        if isDue() { write(share, parts, of: name) }
    }

    /// Draws how much of a file is there, ten times a second at most.
    ///
    /// - Parameters:
    ///   - start: how much of it was there before.
    ///   - total: all of it, greater than 0.
    mutating func draw(_ bytes: Int64, from start: Int64, of total: Int64, name: String) {
        guard isDue() else { return }
        func megabytes(_ bytes: Double) -> String { "\((bytes / 1e5).rounded() / 10) MB" }
        let speed = Double(bytes - start) / max(seconds, 0.001)
        var parts = ["\(megabytes(Double(bytes))) of \(megabytes(Double(total)))", "\(megabytes(speed))/s"]
        if speed > 0 { parts.append("\(Self.clock(Double(total - bytes) / speed)) left") }
        write(Double(bytes) / Double(total), parts, of: name)
    }

    private func write(_ share: Double?, _ parts: [String], of name: String) {
        write("\(eraseLine)\(name.printable) \(share.map(Self.bar) ?? "")" + parts.joined(separator: ", "))
    }

    /// Since the program's start.
    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    private mutating func isDue() -> Bool {
        guard isTerminal, !isQuiet else { return false }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return false }
        lastDrawn = now
        return true
    }

    /// - Parameter share: 0...1.
    private static func bar(_ share: Double) -> String {
        let filled = Int(share * 20)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled) + "] "
            + "\(Int(share * 100))% "
    }

    /// Removes the bar.
    func clear() {
        if !isQuiet { write(eraseLine) }
    }

    private var eraseLine: String { isTerminal ? "\r\u{1B}[K" : "" }

    /// What can't be written is lost: messages are not worth the work that they are about.
    private func write(_ text: String) {
        try? DirectSink.messages.write(text)
    }

    static func clock(_ seconds: Double) -> String {
        let total = Int(max(0, seconds).rounded())
        let (minutes, rest) = (total / 60, total % 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }
}
