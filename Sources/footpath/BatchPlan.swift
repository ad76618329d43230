import Analyzing
import ArgumentParser
import Batch
import Decoding
import Foundation
import Recording
import Settings

/// `footpath batch plan`: what is to be done.
struct BatchPlan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Write down which videos are to be analysed, how, and in which pieces.",
        discussion: """
            VIDEO is a video, a folder (all videos in it and its folders, sorted by name, known by their endings; hidden ones \
            and links to folders are passed over), or a list: a file without a video's ending, or - for standard input, \
            with a name a line. Each file is opened, and files longer than --piece are cut at keyframes. Files that can't \
            be read are all named, and nothing is planned.

              footpath batch plan /srv/recordings -o plan.json --fps 5
              find /srv -name '*.mkv' -mtime -1 | footpath batch plan - -o plan.json
              footpath batch plan week.mkv -o week.json --piece 10m --zone door=0,0.5,0.3,0.5,0.3,1,0,1

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("Folders, lists and videos, in the order to plan them.", valueName: "video"),
        completion: .file())
    var videos: [String]

    @Option(
        name: [.short, .long], help: ArgumentHelp("Where the plan goes; -: standard output.", valueName: "plan.json"),
        completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp("Videos longer than this are cut into pieces of about this length.", valueName: "duration"))
    var piece = "10m"

    @Option(
        help: ArgumentHelp(
            "How much before its piece an analysis begins; at least twice --max-lost and --bridge. Default: 10s, or as much as "
                + "that.", valueName: "duration"))
    var overlap: String?

    @Flag(help: "Leave out videos that can't be read.")
    var skipUnreadable = false

    @Flag(name: [.short, .long], help: "Overwrite an existing plan.")
    var force = false

    @OptionGroup(title: "Analysis")
    var arguments: SettingArguments<AllSettings>

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        var console = Console(isQuiet: quiet)
        let interrupt = InterruptFlag()
        Signals.raise(interrupt)
        do {
            try plan(&console, interrupt)
        } catch {
            console.clear()
            if !interrupt.isRaised { console.error(error) }
            let status = interrupt.isRaised ? .interrupted : ExitStatus(of: error)
            // A file that is being looked at may hang, and what it hangs in runs on.
            _exit(status.rawValue)
        }
    }

    private func plan(_ console: inout Console, _ interrupt: InterruptFlag) throws {
        let (options, lengths) = try checked()
        let models = try ModelSet.identify(options: options, modelFolder: try RuntimeFolder().models)
        let plan = Plan(
            version: Footpath.programVersion, directory: FileManager.default.currentDirectoryPath,
            lengths: lengths, settings: arguments.texts, networks: models)
        var names = VideoNames(SourceName.named(by: videos))
        let planner = Planner(lengths, options: options.sourceOptions, interrupt: interrupt)
        var planned = plan
        var bar = console
        try WholeOutput(output, force: force, interrupt: interrupt).write { sink in
            planned = try planner.plan(
                &names, plan, to: sink, threads: threads, skipsUnreadable: skipUnreadable,
                note: { $0.tell(bar, isError: !skipUnreadable) },
                tick: { bar.draw(planner.planned + planner.unreadable, "videos", share: planner.share, of: "looking") })
        }
        console.clear()
        if names.others > 0 {
            console.note("passed over: \(counted(names.others, "file")) without an ending of a video")
        }
        if names.links > 0 {
            console.note(
                "passed over: \(counted(names.links, "link")) to folders; name them, too")
        }
        if planner.unreadable > 0 {
            console.note("left out: \(counted(planner.unreadable, "video")) that can't be read")
        }
        console.note("\(OutputTarget(output)): \(counted(planned.videosCount, "video"))")
        let last = planned.piecesCount - 1
        console.note("\(counted(planned.piecesCount, "piece")): \(last == 0 ? "0" : "0 to \(last)")")
    }

    /// Looking at a file waits for the disk more than it computes.
    private var threads: Int { max(8, 2 * ProcessInfo.processInfo.activeProcessorCount) }

    /// - Throws: `SettingsError` with all that is wrong.
    private func checked() throws(SettingsError) -> (AnalysisOptions, PieceLengths) {
        var (problems, outputs): ([String], [String]) = ([], [])
        if arguments.texts["workers"] != nil {
            problems.append("--workers: is each machine's own; give it to footpath batch run")
        }
        if VideoNames.endsAsVideo(output) {
            problems.append("--output \(output): has the ending of a video; give another name, such as plan.json")
        }
        if output != "-", let same = videos.first(where: { $0 != "-" && NewFile.areOnePlace($0, output) }) {
            outputs.append("--output \(output): is \(same), which is read; give another name")
        }
        do {
            let options = try AnalysisOptions(arguments.texts, cores: 1)
            let lengths = try PieceLengths(piece: piece, overlap: overlap, options: options)
            if problems.isEmpty, outputs.isEmpty { return (options, lengths) }
        } catch {
            throw SettingsError(
                problems: error.problems + problems, outputs: outputs,
                isOfNetworkAlone: error.isOfNetworkAlone && problems.isEmpty)
        }
        throw SettingsError(problems: problems, outputs: outputs)
    }
}

extension Planner.Note {
    fileprivate func tell(_ console: Console, isError: Bool) {
        switch self {
        case .unreadable(let error) where isError: console.error(error)
        case .unreadable(let error): console.note("left out: \(error)")
        case .uncut(let name, let reason): console.note("\(name): stays one piece, since \(reason)")
        }
    }
}
