import ArgumentParser
import Decoding
import Foundation
import Settings

/// `footpath batch merge`: one log a video out of a plan's pieces.
struct BatchMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Make one log a video of a plan's pieces.",
        discussion: """
            A video that is one piece gets the very bytes that footpath analyze writes. Where a video was cut, paths of both sides are joined by \
            where people were in the overlap, nothing is doubled, and people are counted over all of it.

              footpath batch merge plan.json -o all.jsonl         as analyze a.mp4 b.mp4 -o all.jsonl
              footpath batch merge plan.json -o logs/             logs/a.mp4.paths.jsonl, logs/b.mp4.paths.jsonl
              footpath batch merge plan.json -o - --partial | jq 'select(.event == "path_end")'

            Where pieces are missing or cut, they are named and nothing is written (66), unless --partial says to go without: \
            what wasn't seen is then a gap of reason missing, videos without a single piece are named and left out, and it ends with 65.

            \(ExitStatus.help)
            """)

    @OptionGroup var place: BatchVerb.Place

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where records go: a file for all videos together, a folder (its name ends in / or it is one) for a log a video, or - for "
                + "standard output.", valueName: "file"),
        completion: .file())
    var output: String

    @Flag(help: "Merge what is there, and say what is missing.")
    var partial = false

    @Flag(name: [.short, .long], help: "Overwrite existing output.")
    var force = false

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        try Signals.run(isQuiet: quiet) { console, interrupt in
            let status = try MergeSession(self, console: console, interrupt: interrupt).run()
            if status != .success { throw ExitCode(status.rawValue) }
        }
    }
}
