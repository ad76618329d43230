import Decoding
import Foundation
import Inference
import PathModel
import Pipeline
import Recording
import Settings

/// One call of `footpath analyze`: several videos, one after another.
struct AnalyzeSession {
    var console: Console
    /// For all videos together; nil gives each its own beside it.
    let outputPath: String?
    let force: Bool
    let annotatePath: String?
    private let interrupt = InterruptFlag()
    /// Shared by the videos where `outputPath` is given.
    private var sharedOutput: (output: RecordOutput, sink: any RecordSink)?

    init(console: Console, outputPath: String?, force: Bool, annotatePath: String?) {
        self.console = console
        self.outputPath = outputPath
        self.force = force
        self.annotatePath = annotatePath
    }

    /// Analyses the videos.
    ///
    /// - Returns: the first failure's code; later videos are tried all the same.
    mutating func run(_ videos: [String], settings: AnalyzeSettings) -> ExitStatus {
        let signals = Signals(raising: interrupt)
        defer { withExtendedLifetime(signals) {} }
        var result = ExitStatus.success
        do {
            let options = try checked(settings, videos)
            if let annotatePath { try VideoWriter.check(path: annotatePath) }
            let runtime = try RuntimeFolder()
            let engine = try OpenVINOEngine(library: runtime.library)
            for video in videos where !interrupt.isRaised {
                let status = analyze(SourceName(video), options: options, engine: engine, models: runtime.models)
                if result == .success { result = status }
            }
            try sharedOutput?.sink.finish()
        } catch {
            console.error("\(error)")
            if result == .success { result = ExitStatus(of: error) }
        }
        return interrupt.isRaised ? .interrupted : result
    }

    /// - Throws: `SettingsError` with all that is wrong with the settings and the names.
    private func checked(_ settings: AnalyzeSettings, _ videos: [String]) throws(SettingsError) -> AnalysisOptions {
        let problems = nameProblems(videos)
        do {
            let options = try settings.options(cores: ProcessInfo.processInfo.activeProcessorCount)
            if problems.isEmpty { return options }
        } catch {
            throw SettingsError(problems: error.problems + problems)
        }
        throw SettingsError(problems: problems)
    }

    private func nameProblems(_ videos: [String]) -> [String] {
        var problems: [String] = []
        if annotatePath != nil && (videos.count > 1 || videos.first == "-") {
            problems.append("--annotate: needs exactly one VIDEO, and not standard input, since it reads it twice")
        }
        if videos.contains("-") && outputPath == nil {
            problems.append("-: standard input has no name for its records; give --output")
        }
        var outputs = videos.map { ("", Self.recordsPath(for: SourceName($0))) }
        if let outputPath { outputs = [("--output ", outputPath)] }
        if let annotatePath { outputs.append(("--annotate ", annotatePath)) }
        for (option, path) in outputs {
            guard videos.contains(where: { isSame($0, path) }) else { continue }
            problems.append("\(option)\(path): is one of the videos, and would be overwritten")
        }
        if let outputPath, let annotatePath, isSame(outputPath, annotatePath) {
            problems.append("--annotate \(annotatePath): is where the records go; give another name")
        }
        if let annotatePath, !force, FileManager.default.fileExists(atPath: annotatePath) {
            problems.append("--annotate \(annotatePath): the file exists; give another name, or --force")
        }
        return problems
    }

    /// Whether two names lead to one file, through links of either kind too.
    private func isSame(_ one: String, _ other: String) -> Bool {
        guard one != "-", other != "-" else { return false }
        let paths = [one, other].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        if paths[0] == paths[1] { return true }
        let files = paths.map { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return [FileAttributeKey.systemNumber, .systemFileNumber].map { attributes?[$0] as? Int }
        }
        return files[0] == files[1] && !files[0].contains(nil)
    }

    private mutating func analyze(
        _ video: SourceName, options: AnalysisOptions, engine: OpenVINOEngine, models: String
    ) -> ExitStatus {
        do {
            let threads = min(8, ProcessInfo.processInfo.activeProcessorCount)
            let analysis = try Analysis(
                video, engine: engine, modelFolder: models, options: options, version: Footpath.programVersion,
                decoderThreads: threads, interrupt: interrupt)
            let (output, sink, path) = try openOutput(for: video)
            let drawing = annotatePath == nil ? nil : AnnotatedVideo(masks: options.masks)
            let summary = try analysis.run(output: output, observer: { drawing?.add($0) }) {
                console.draw($0, of: video.baseName)
            }
            if outputPath == nil { try sink.finish() }
            report(summary, video: video, path: path)
            if let drawing, let annotatePath { try annotate(video, drawing, to: annotatePath, options: options) }
            return status(of: summary)
        } catch {
            console.clear()
            if case DecodingError.interrupted = error { return .interrupted }
            console.error("\(error)")
            return ExitStatus(of: error)
        }
    }

    private mutating func openOutput(
        for video: SourceName
    ) throws(RecordingError) -> (RecordOutput, any RecordSink, String) {
        let path = outputPath ?? Self.recordsPath(for: video)
        if let (output, sink) = sharedOutput { return (output, sink, path) }
        let sink: any RecordSink =
            path == "-" ? StandardOutputSink() : try FileSink(path: path, mode: force ? .overwrite : .create)
        let output = RecordOutput(sink: sink)
        if outputPath != nil { sharedOutput = (output, sink) }
        return (output, sink, path)
    }

    /// The video's path and `.paths.jsonl`; its name alone in this folder where it is a URL. The ending stays, since
    /// `a.mp4` and `a.mkv` may lie side by side.
    private static func recordsPath(for video: SourceName) -> String {
        (video.text.contains("://") ? video.baseName : video.text) + ".paths.jsonl"
    }

    private mutating func annotate(
        _ video: SourceName, _ drawing: AnnotatedVideo, to path: String, options: AnalysisOptions
    ) throws(DecodingError) {
        try drawing.write(
            video, to: path, rate: options.sampleRate, threads: min(8, ProcessInfo.processInfo.activeProcessorCount),
            interrupt: interrupt, progress: { _ in })
        console.note("\(video.baseName): drawn in \(path)")
    }

    private func report(_ summary: Analysis.Summary, video: SourceName, path: String) {
        console.clear()
        var text = "\(video.baseName): \(summary.analyzed) frames analysed, \(summary.paths) paths, "
        text += "\(summary.points) points, \(summary.faces) faces"
        if summary.damaged > 0 { text += ", \(summary.damaged) damaged packets or frames" }
        if path != "-" { text += " -> \(path)" }
        console.note(text)
        if summary.end == .decodeError {
            console.error("\(video.redacted): \(summary.message ?? "it breaks off"); the records reach up to there")
        }
    }

    private func status(of summary: Analysis.Summary) -> ExitStatus {
        switch summary.end {
        case .interrupted: .interrupted
        case .decodeError: .partial
        default: summary.damaged > 0 ? .partial : .success
        }
    }
}
