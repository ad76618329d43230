import ArgumentParser
import Decoding
import Foundation
import Reading
import Recording
import Reporting
import Settings
import Showing

/// `footpath report`: records as a page.
struct ReportVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page of records: people over time, counts, dwell, where they were.",
        discussion: """
            One file that works in any browser without a network and asks nobody: people over time, in and out at lines, \
            dwell by zone, a heat map, paths over a picture, a table of paths. Stretches that weren't watched are hatched. \
            Several files, days and cameras go on one page.

            Of a video, --still takes a frame in which nobody is followed, or else makes those who are in it \
            unrecognisable; a picture is taken as it is. Masks of the records are black in both.

              footpath report lobby.mp4.paths.jsonl --still lobby.mp4 -o report.html
              footpath report --timezone Europe/Berlin /var/log/footpath/*.jsonl* -o week.html \\
                --still entrance=entrance.jpg --still yard=yard.jpg

            \(ExitStatus.help)
            """)

    @OptionGroup
    var arguments: RecordArguments

    @Option(
        name: [.short, .long], help: ArgumentHelp("Where the page goes; -: standard output.", valueName: "report.html"),
        completion: .file())
    var output: String

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "A picture or a video to draw paths on, of a camera or file of the records where there are several.",
            valueName: "[feed=]file"),
        completion: .file())
    var still: [String] = []

    @Option(help: ArgumentHelp("The page's title. Default: the cameras' names.", valueName: "text"))
    var title: String?

    func run() throws { try Signals.run { try write(&$0, interrupt: $1) } }

    private func write(_ console: inout Console, interrupt: InterruptFlag) throws {
        let time = try arguments.localTime()
        if output != "-", let same = arguments.records.first(where: { $0 != "-" && NewFile.areOnePlace($0, output) }) {
            throw SettingsError(
                problems: [], outputs: ["--output \(output): is \(same), which is read, and would be overwritten"])
        }
        if force { OpenedFiles.watch() }
        arguments.records.forEach(OpenedFiles.note(path:))
        var summary: Summary?
        try WholeOutput(output, force: force, interrupt: interrupt).write { sink in
            let tally = try arguments.read(&console, interrupt: interrupt)
            var report = Report(tally, time: time, version: Footpath.programVersion, title: title)
            for text in still {
                try ReportStill(text, of: report, records: arguments.records).put(into: &report, interrupt: interrupt)
            }
            try sink.write(String(decoding: ReportPage.html(of: report), as: UTF8.self))
            summary = report.summary
        }
        if let summary { arguments.tell(summary, console) }
        if output != "-" { console.note("\(output): open it in a browser; it works without a network") }
    }
}
