import ArgumentParser
import Decoding
import Foundation
import Reading
import Recording
import Rekognition
import Settings

/// `footpath convert`: records as other programs take them.
struct Convert: ParsableCommand {
    /// What records become.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case rekognition, mot, csv
    }

    static let configuration = CommandConfiguration(
        abstract: "Write records as Rekognition's response, MOTChallenge text or a table.",
        discussion: """
            rekognition is GetPersonTracking's response in one piece, or with --page a folder of responses, each with the next \
            one's name as its NextToken. Each path has an Index, in the order in which they first appear; a Timestamp is \
            counted from the first run's start, and int(Timestamp * FrameRate / 1000) gives a video's frame. A Face stands where \
            one was measured.

            mot is frame,id,left,top,width,height,confidence,-1,-1,-1 with frames, ids and pixels from 1, of one camera; csv a row a point.

              footpath convert lobby.mp4.paths.jsonl --to rekognition -o lobby.json
              footpath convert lobby.mp4.paths.jsonl --to rekognition --page 1000 --sort-by INDEX -o lobby.pages
              footpath convert - --to csv < lobby.mp4.paths.jsonl
              footpath convert /var/log/footpath/*.jsonl* --feed entrance --to mot -o entrance.txt

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("Files of records, .gz too, in any order; - for standard input.", valueName: "paths.jsonl"),
        completion: .file())
    var records: [String]

    @Option(help: "What they become: rekognition, mot or csv.")
    var to: Format

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where it goes; a folder with --page. Default: standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @Option(help: ArgumentHelp("Only this camera or file of the records. Default: all.", valueName: "name"))
    var feed: String?

    @Option(help: ArgumentHelp("Elements a response, 1 or more; rekognition only.", valueName: "count"))
    var page: Int?

    @Option(
        name: .customLong("sort-by"),
        help: ArgumentHelp(
            "TIMESTAMP, or INDEX: by path, then by falling confidence; rekognition only. Default: TIMESTAMP.",
            valueName: "order"))
    var order: PageOrder?

    func run() throws {
        try Signals.run { console, interrupt in
            try checkOptions()
            if force { OpenedFiles.watch() }
            records.forEach(OpenedFiles.note(path:))
            var conversion = Conversion(self, interrupt: interrupt)
            try conversion.run(&console)
        }
    }

    private func checkOptions() throws(SettingsError) {
        var (problems, outputs): ([String], [String]) = ([], [])
        if to != .rekognition {
            if page != nil { problems.append("--page: only with --to rekognition") }
            if order != nil { problems.append("--sort-by: only with --to rekognition") }
        }
        if let page, page < 1 { problems.append("--page \(page): 1 or more") }
        if page != nil, output == nil || output == "-" { problems.append("--page: name a folder by --output") }
        if let output, output != "-", let same = records.first(where: { $0 != "-" && NewFile.areOnePlace($0, output) })
        {
            outputs.append("--output \(output): is \(same), which is read, and would be overwritten")
        }
        if !(problems + outputs).isEmpty { throw SettingsError(problems: problems, outputs: outputs) }
    }
}

extension PageOrder: ExpressibleByArgument {}
