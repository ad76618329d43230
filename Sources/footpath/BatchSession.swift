import Batch
import Decoding
import Foundation
import Inference
import Settings

/// One call of `footpath batch run`: several pieces, one after another.
struct BatchSession {
    private let file: PlanFile
    private let results: ResultsFolder
    private let videos: VideoFolder
    private let workers: Int?
    private let interrupt: InterruptFlag
    private let environment: [String: String]
    private var console: Console
    /// Loaded for the first piece that isn't done yet.
    private var analysis: PieceAnalysis?

    /// - Parameter environment: says where OpenVINO is, from whatever folder.
    init(
        _ file: PlanFile, results: ResultsFolder, videos: VideoFolder, workers: Int?, environment: [String: String],
        console: Console, interrupt: InterruptFlag
    ) {
        (self.file, self.results, self.videos, self.workers) = (file, results, videos, workers)
        (self.environment, self.console, self.interrupt) = (environment, console, interrupt)
    }

    /// Does pieces.
    ///
    /// - Returns: what went wrong; 75 before all else, since trying again may help.
    mutating func run(_ numbers: PieceNumbers) -> ExitStatus {
        let run = PieceRun(file, results: results, interrupt: interrupt)
        var result = ExitStatus.success
        for number in numbers.ranges.joined() {
            if interrupt.isRaised { return .interrupted }
            let status: ExitStatus
            do {
                let outcome = try run.run(number) { try analyze($0, $1, $2) }
                console.clear()
                status = tell(number, outcome)
            } catch {
                console.clear()
                console.error(error)
                status = ExitStatus(of: error)
            }
            result = max(result, status)
            // The next piece would fare no better.
            if [.interrupted, .usage, .unavailable, .output, .writing].contains(status) { break }
        }
        return result
    }

    private mutating func analyze(
        _ piece: PlannedPiece, _ output: PieceOutput, _ tell: (Int, Int64, Int64?) -> Void
    ) throws -> PieceFile.Trailer {
        try videos.check(piece.video)
        let analysis = try self.analysis ?? load()
        self.analysis = analysis
        let name = "\(piece.number) \(piece.video.source.baseName)"
        return try analysis.run(piece, output, tell: tell) { console.draw($0, of: name) }
    }

    private func load() throws -> PieceAnalysis {
        let runtime = try RuntimeFolder(environment: environment)
        return try PieceAnalysis(
            file, workers: workers, engine: try runtime.makeEngine(), modelFolder: runtime.models,
            cores: ProcessInfo.processInfo.activeProcessorCount, interrupt: interrupt)
    }

    private func tell(_ number: Int, _ outcome: PieceRun.Outcome) -> ExitStatus {
        let name = "piece \(number)"
        switch outcome {
        case .done(let trailer):
            var text = "\(name): \(counted(trailer.analyzed, "frame")) analysed in \(trailer.seconds) s"
            if trailer.damaged > 0 { text += ", \(trailer.damaged) damaged packets or frames" }
            console.note("\(text) -> \(results.file(number))")
            if let message = trailer.message { console.note("\(name): the video breaks off: \(message)") }
        case .doneBefore: console.note("\(name): is done already")
        case .runningElsewhere(let beat):
            let whom = beat.map { " (\($0.host), process \($0.process))" } ?? ""
            console.note("\(name): another run is at work on it\(whom)")
        case .failed(let error):
            console.error("\(name): \(error)")
            return ExitStatus(of: error)
        case .interrupted: return .interrupted
        }
        return .success
    }
}
