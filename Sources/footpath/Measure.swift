import ArgumentParser
import Decoding
import Foundation
import Inference
import Pipeline
import Recording
import Settings

/// `footpath measure`: how fast this machine analyses a video.
struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast a video is analysed, stage by stage, and print it as JSON.",
        discussion: "Takes several times as long as an analysis; writes no records. See Benchmarks/README.md.")

    @Argument(help: ArgumentHelp("The video to measure with.", valueName: "video"))
    var video: String

    @OptionGroup(title: "Analysis")
    var arguments: AnalysisArguments

    func run() throws {
        do {
            let cores = ProcessInfo.processInfo.activeProcessorCount
            let options = try arguments.settings.options(cores: cores)
            let runtime = try RuntimeFolder()
            let benchmark = StageBenchmark(
                SourceName(video), engine: try OpenVINOEngine(library: runtime.library), modelFolder: runtime.models,
                options: options, threads: min(8, cores))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try DirectSink().write(line: String(decoding: encoder.encode(benchmark.run()), as: UTF8.self))
        } catch {
            Console(isQuiet: false).error("\(error)")
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
    }
}
