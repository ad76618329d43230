import ArgumentParser
import Decoding
import Foundation
import Reading
import Recording
import Reporting
import Settings

/// What `report` and `summary` read.
struct RecordArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Files of records, .gz too, in any order; - for standard input.", valueName: "paths.jsonl"),
        completion: .file())
    var records: [String]

    @Option(
        help: ArgumentHelp(
            "Times are shown in this zone of the IANA's list, such as Europe/Berlin.", valueName: "zone"))
    var timezone = "UTC"

    /// The zone.
    func localTime() throws(SettingsError) -> LocalTime {
        guard let time = LocalTime(timezone) else {
            throw SettingsError(problems: [
                "--timezone \(timezone): no zone of that name; UTC, or one such as Europe/Berlin or America/New_York"
            ])
        }
        return time
    }

    /// Reads all, and says on standard error what could not be used.
    ///
    /// - Throws: `ReadingError`, or `DecodingError.interrupted`.
    func read(_ console: inout Console, interrupt: InterruptFlag) throws -> Tally {
        let files = try RecordFiles(paths: records)
        var tally = Tally()
        var before: Int64 = 0
        try files.forEach { reader in
            try tally.take(reader) { bytes in
                if files.bytes > 0 {
                    console.draw(min(before + bytes, files.bytes), from: 0, of: files.bytes, name: "reading")
                }
                return !interrupt.isRaised
            }
            before += reader.bytes
            if interrupt.isRaised { throw DecodingError.interrupted }
        }
        console.clear()
        return tally
    }

    /// Says what could not be used.
    func tell(_ summary: Summary, _ console: Console) {
        for words in summary.files.flatMap(\.omissions) { console.note("left out: \(words)") }
    }
}

/// `footpath summary`: records in numbers.
struct SummaryVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Say in numbers what records hold.",
        discussion: """
            How many people, when, through which line, how long in which zone, and what wasn't watched. What isn't in the \
            records is shown as -, or with --json left out, never as 0. Damaged lines, a cut last line and what follows a \
            cut in a .gz are left out and counted.

              footpath summary lobby.mp4.paths.jsonl
              footpath summary --json --timezone Europe/Berlin /var/log/footpath/entrance.jsonl*

            \(ExitStatus.help)
            """)

    @OptionGroup
    var arguments: RecordArguments

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        try Signals.run { console, interrupt in
            let time = try arguments.localTime()
            let tally = try arguments.read(&console, interrupt: interrupt)
            let summary = Report(tally, time: time, version: Footpath.programVersion).summary
            try DirectSink().write(line: json ? summary.json : summary.text)
        }
    }
}
