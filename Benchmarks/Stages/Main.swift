import Analyzing
import ArgumentParser
import Decoding
import Foundation
import Inference
import Pipeline
import Settings

/// How fast this machine analyses a video, stage by stage, as JSON; for Benchmarks/run.
@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage-benchmark",
        abstract: "Measure how fast a video is analysed, stage by stage, and print it as JSON.",
        discussion: "Takes several times as long as an analysis; writes no records. See Benchmarks/README.md.")

    @Argument(help: ArgumentHelp("The video to measure with.", valueName: "video"))
    var video: String

    @Option(help: ArgumentHelp("The size of the picture that the person network sees.", valueName: "WxH"))
    var inputSize: String?

    @Option(help: ArgumentHelp("At how many scales it sees the picture.", valueName: "number"))
    var scales: Int?

    @Option(help: ArgumentHelp("Detection workers at most. Default: the machine's cores.", valueName: "number"))
    var workers: Int?

    @Option(help: ArgumentHelp("Searches for each person's face per second of the video.", valueName: "number"))
    var faceFps: Double?

    func run() throws {
        let given = [
            "input_size": inputSize, "scales": scales.map { "\($0)" }, "workers": workers.map { "\($0)" },
            "face_fps": faceFps.map { "\($0)" },
        ]
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let runtime = try RuntimeFolder()
        let benchmark = StageBenchmark(
            SourceName(video), engine: try OpenVINOEngine(library: runtime.library), modelFolder: runtime.models,
            options: try AnalysisOptions(given.compactMapValues { $0.map { [$0] } }, cores: cores),
            threads: min(8, cores))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(benchmark.run()), as: UTF8.self))
    }
}
