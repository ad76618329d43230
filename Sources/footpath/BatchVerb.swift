import ArgumentParser
import Batch
import Foundation
import Settings

/// `footpath batch`: many videos on many machines.
struct BatchVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Analyse many videos, or long ones, on many machines.",
        discussion: """
            A plan says what is to be done, once. Whatever starts programs on your machines (Slurm, Kubernetes, GNU parallel, \
            a loop) runs its pieces, in any order, as often as it likes: results have their names when they are whole, and what \
            is done isn't done again.

              footpath batch plan /srv/recordings -o plan.json --fps 5
              footpath batch run plan.json --piece 0          on any machine, for each piece
              footpath batch status plan.json --watch

            \(ExitStatus.help)
            """,
        subcommands: [BatchPlan.self, BatchRun.self, BatchMerge.self, BatchStatusVerb.self])

    /// A plan and where its results are.
    struct Place: ParsableArguments {
        @Argument(help: ArgumentHelp("What batch plan wrote.", valueName: "plan.json"), completion: .file())
        var plan: String

        @Option(
            help: ArgumentHelp(
                "Where results are, for all machines. Default: the plan's name with .pieces in place of .json.",
                valueName: "folder"),
            completion: .directory)
        var results: String?

        func file() throws -> PlanFile { try PlanFile(plan, version: Footpath.programVersion) }

        /// By its absolute path, since a run goes to the videos' folder.
        var folder: ResultsFolder {
            let name = results ?? ResultsFolder(ofPlan: plan).path
            return ResultsFolder(
                name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name)
        }
    }
}
