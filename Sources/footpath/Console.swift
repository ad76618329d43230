import Following
import Foundation
import Pipeline
import Recording

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
    func error(_ text: String) {
        write("\(eraseLine)footpath: \(text)\n")
    }

    /// Something that is good to know.
    func note(_ text: String) {
        if !isQuiet { write("\(eraseLine)\(text)\n") }
    }

    /// Draws the bar, ten times a second at most.
    mutating func draw(_ progress: Analysis.Progress, of name: String) {
        guard isTerminal, !isQuiet else { return }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
        lastDrawn = now
        let seconds = (now - start) / .seconds(1)
        let speed = Double(progress.analyzed) / max(seconds, 0.001)
        var parts = ["\(progress.analyzed) frames", "\(Int(speed.rounded())) frames/s", "\(progress.people) people"]
        var bar = ""
        if let duration = progress.duration, duration > 0, progress.elapsed > 0 {
            let share = min(1, Double(progress.elapsed) / Double(duration))
            let filled = Int(share * 20)
            bar =
                "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled) + "] "
                + "\(Int(share * 100))% "
            parts.append("\(Self.clock(seconds / share - seconds)) left")
        }
        write("\(eraseLine)\(name) \(bar)" + parts.joined(separator: ", "))
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

    private static func clock(_ seconds: Double) -> String {
        let total = Int(max(0, seconds).rounded())
        let (minutes, rest) = (total / 60, total % 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }
}
