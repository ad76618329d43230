import ArgumentParser
import Batch
import Decoding
import Foundation
import Inference
import Settings

/// `footpath batch run`: pieces of a plan.
struct BatchRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Analyse pieces of a plan on this machine.",
        discussion: """
            A piece that is done isn't done again, one that another run has is left to it; both end with 0. A run may be killed \
            at any moment: run the piece again. What failed is noted beside the results; batch status shows it.

            --from-env takes the index of an engine's array: SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX (Kubernetes), \
            PARALLEL_SEQ (GNU parallel, which counts from 1).

              footpath batch run plan.json --piece 3,7-9
              footpath batch run plan.json --from-env --per-index 20     index 2 does the pieces 40 to 59

            Trying again helps after 75 (storage or memory failed), 74 (once there is space) and 130 (interrupted, as by \
            preemption); after 64, 66, 69 and 73 once what the message says is put right. Of several pieces all are tried; 75 counts \
            before others.

            \(ExitStatus.help)
            """)

    @OptionGroup var place: BatchVerb.Place

    @Option(help: ArgumentHelp("Which pieces, such as 5 or 3,7-9; they are counted from 0.", valueName: "numbers"))
    var piece: String?

    @Flag(help: "Take the piece's number from the engine that runs this.")
    var fromEnv = false

    @Option(help: ArgumentHelp("How many pieces an index stands for. Default: 1.", valueName: "count"))
    var perIndex: Int?

    @Option(
        help: ArgumentHelp(
            "Where the plan's relative names start from on this machine. Default: the folder in which it was planned.",
            valueName: "folder"),
        completion: .directory)
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "Detection workers, one thread each: 1 to 128. Default: one for each core.", valueName: "count"))
    var workers: Int?

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() throws {
        let interrupt = InterruptFlag()
        Signals.raise(interrupt)
        var status = ExitStatus.success
        do {
            let file = try place.file()
            let numbers = try asked().within(file, isOpen: fromEnv)
            let (results, environment) = (place.folder, Self.environment)
            let videos = try VideoFolder(directory, plan: file.plan)
            var session = BatchSession(
                file, results: results, videos: videos, workers: workers, environment: environment,
                console: Console(isQuiet: quiet), interrupt: interrupt)
            status = session.run(numbers)
        } catch {
            Console(isQuiet: quiet).error(error)
            status = ExitStatus(of: error)
        }
        // Everything is written. exit() would run OpenVINO's destructors, and a worker may still be at work with it.
        if status == .interrupted {
            Console(isQuiet: quiet).error(Self.interruption)
            _exit(status.rawValue)
        }
        throw ExitCode(status.rawValue)
    }

    static let interruption = "interrupted: run the same again, and what is done isn't done again"

    /// With a relative `FOOTPATH_RUNTIME` made absolute, before the program goes to the videos' folder.
    private static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        if let folder = environment["FOOTPATH_RUNTIME"], !folder.isEmpty, !folder.hasPrefix("/") {
            environment["FOOTPATH_RUNTIME"] = FileManager.default.currentDirectoryPath + "/" + folder
        }
        return environment
    }

    private func asked() throws -> PieceNumbers {
        var problems: [String] = []
        if let workers, !(1...128).contains(workers) { problems.append("--workers \(workers): must be 1 to 128") }
        if let perIndex {
            if !fromEnv { problems.append("--per-index: only with --from-env") }
            if !(1...1_000_000).contains(perIndex) { problems.append("--per-index \(perIndex): must be 1 to 1000000") }
        }
        if (piece != nil) == fromEnv { problems.append("give either --piece or --from-env") }
        let numbers = piece.map(PieceNumbers.init)
        if let piece, numbers == .some(nil) {
            problems.append("--piece \(piece): give numbers from 0 and ranges, such as 5 or 3,7-9")
        }
        if !problems.isEmpty { throw SettingsError(problems: problems) }
        if let numbers = numbers ?? nil { return numbers }
        return try PieceNumbers(environment: ProcessInfo.processInfo.environment, each: perIndex ?? 1)
    }
}

/// The folder of a plan's videos on this machine, in which the program is from then on.
struct VideoFolder {
    /// What is wrong with the folder in which it was planned; of use only where names are relative.
    private let problem: String?

    /// - Parameter directory: in place of the plan's.
    /// - Throws: where that isn't there.
    init(_ directory: String?, plan: Plan) throws(BatchError) {
        let folder = directory ?? plan.directory
        problem = chdir(folder) == 0 ? nil : "\(folder): \(String(cString: strerror(errno)))"
        if directory != nil, let problem { throw .failed(.input, "--directory \(problem)") }
    }

    /// - Throws: where a video can't be found.
    func check(_ video: PlannedVideo) throws(BatchError) {
        guard let problem, !video.name.hasPrefix("/") else { return }
        throw .failed(
            .input,
            "\(video.source.redacted): it was planned in \(problem). Name its folder on this machine by --directory")
    }
}
