import Analyzing
import Decoding
import Encoding
import Following
import Foundation
import Inference
import PathModel
import Pipeline
import Recording
import Settings

/// One call of `footpath analyze`: several videos, one after another.
struct AnalyzeSession {
    /// Where records go.
    private struct Output {
        let target: OutputTarget
        let sink: DirectSink
        let stream: NumberedSink
    }

    var console: Console
    /// For all videos together; nil gives each its own beside it.
    let output: OutputTarget?
    let force: Bool
    let annotatePath: String?
    private let interrupt = InterruptFlag()
    /// Shared by the videos where `output` is given.
    private var shared: Output?

    init(console: Console, output: OutputTarget?, force: Bool, annotatePath: String?) {
        self.console = console
        self.output = output
        self.force = force
        self.annotatePath = annotatePath
    }

    /// Analyses the videos.
    ///
    /// - Returns: the first failure's code; later videos are tried all the same.
    mutating func run(_ videos: [String], settings: [String: [String]]) -> ExitStatus {
        Signals.raise(interrupt)
        var result = ExitStatus.success
        do {
            let names = SourceName.named(by: videos)
            let options = try checked(settings, videos, names)
            if let annotatePath { try VideoWriter.check(annotatePath) }
            if force { OpenedFiles.watch() }
            videos.forEach(OpenedFiles.note(path:))
            let runtime = try RuntimeFolder()
            let engine = try runtime.makeEngine()
            for (index, name) in names.enumerated() where !interrupt.isRaised {
                let repetition = names[..<index].count { $0.redacted == name.redacted }
                let status = analyze(
                    name, repetition: repetition, options: options, engine: engine, models: runtime.models)
                if result == .success { result = status }
            }
            try shared?.sink.finish(isWhole: !interrupt.isRaised)
            if let shared { noteRest(of: shared) }
        } catch {
            console.error(error)
            if result == .success { result = ExitStatus(of: error) }
        }
        return interrupt.isRaised ? .interrupted : result
    }

    /// - Throws: `SettingsError` with all that is wrong with the settings and the names.
    private func checked(
        _ settings: [String: [String]], _ videos: [String], _ names: [SourceName]
    ) throws(SettingsError) -> AnalysisOptions {
        var problems = nameProblems(videos, names)
        let outputs = outputProblems(videos, names)
        do {
            let options = try AnalysisOptions(settings, cores: ProcessInfo.processInfo.activeProcessorCount)
            if annotatePath != nil, options.detail == .counts {
                problems.append("--annotate: shows single people, which --detail counts leaves out")
            }
            if problems.isEmpty, outputs.isEmpty { return options }
        } catch {
            throw SettingsError(
                problems: error.problems + problems, outputs: outputs,
                isOfNetworkAlone: error.isOfNetworkAlone && problems.isEmpty)
        }
        throw SettingsError(problems: problems, outputs: outputs)
    }

    private func nameProblems(_ videos: [String], _ names: [SourceName]) -> [String] {
        var problems: [String] = []
        if videos.contains("-") && output == nil {
            problems.append("-: standard input has no name for its records; give --output")
        }
        if case .socket(let path) = output {
            problems.append("--output unix:\(path): only footpath run writes to sockets; give a file, or -")
        }
        if let annotatePath {
            if videos.count > 1 || videos.first == "-" {
                problems.append("--annotate: needs exactly one VIDEO, and not standard input, since it reads it twice")
            }
            if outputs(of: names).contains(where: {
                $0.1 != .standardOutput && NewFile.areOnePlace("\($0.1)", annotatePath)
            }) {
                problems.append("--annotate \(annotatePath): is where the records go; give another name")
            }
        }
        return problems
    }

    /// Where records go, by the option that says so.
    private func outputs(of names: [SourceName]) -> [(option: String, target: OutputTarget)] {
        output.map { [("--output ", $0)] } ?? names.map { ("", target(for: $0)) }
    }

    /// What is in the outputs' places.
    private func outputProblems(_ videos: [String], _ names: [SourceName]) -> [String] {
        var problems: [String] = []
        var outputs = self.outputs(of: names)
        if let annotatePath {
            do {
                if !force { try NewFile.check(isFree: annotatePath) }
            } catch {
                problems.append("--annotate \(error)")
            }
            outputs.append(("--annotate ", .file(path: annotatePath)))
        }
        for case (let option, .file(let path)) in outputs
        where videos.contains(where: { NewFile.areOnePlace($0, path) }) {
            problems.append("\(option)\(path): is one of the videos, and would be overwritten")
        }
        return problems
    }

    private mutating func analyze(
        _ video: SourceName, repetition: Int, options: AnalysisOptions, engine: OpenVINOEngine, models: String
    ) -> ExitStatus {
        var drawing: AnnotatedVideo?
        var opened: Output?
        do {
            let threads = min(8, ProcessInfo.processInfo.activeProcessorCount)
            let analysis = try Analysis(
                video, repetition: repetition, engine: engine, modelFolder: models, options: options,
                version: Footpath.programVersion, decoderThreads: threads, interrupt: interrupt)
            drawing = try annotatePath.map {
                AnnotatedVideo(try draw(video, to: $0, options: options, threads: threads), utc: analysis.zero)
            }
            let output = try openOutput(for: video)
            opened = output
            let summary = try analysis.run(output: output.stream, observer: { [drawing] in drawing?.add($0) }) {
                console.draw($0, of: video.baseName)
            }
            var target = output.target
            if self.output == nil {
                try output.sink.finish(isWhole: summary.end != .interrupted)
                if let path = output.sink.path { target = .file(path: path) }
            }
            report(summary, video: video, target: target)
            if self.output == nil { noteRest(of: output) }
            if let annotatePath, let drawing { try finish(drawing, annotatePath, of: video, summary) }
            return status(of: summary)
        } catch {
            drawing?.discard()
            console.clear()
            if !interrupt.isRaised { console.error(error) }
            if let opened, output == nil {
                try? opened.sink.finish(isWhole: false)
                noteRest(of: opened)
            }
            return interrupt.isRaised ? .interrupted : ExitStatus(of: error)
        }
    }

    /// A video of some of the frames takes nobody's place.
    private func finish(
        _ drawing: AnnotatedVideo, _ path: String, of video: SourceName, _ summary: FeedSummary
    ) throws {
        if summary.end == .interrupted, (try? NewFile.check(isFree: path)) == nil {
            drawing.discard()
            console.error("\(path): stays as it was; what was drawn isn't kept")
        } else {
            try drawing.finish()
            console.note("\(video.baseName): drawn in \(path)")
        }
    }

    private func noteRest(of output: Output) {
        if let path = output.sink.path {
            console.error("\(output.target): stays as it was; the new lines are in \(path), to keep or to remove")
        }
    }

    private mutating func openOutput(for video: SourceName) throws(RecordingError) -> Output {
        if let shared { return shared }
        let target = target(for: video)
        let sink: DirectSink
        if case .file(let path) = target {
            sink = DirectSink(try newFile(path, naming: .early))
        } else {
            sink = try DirectSink(reads: .ofProcess)
        }
        let opened = Output(target: target, sink: sink, stream: NumberedSink(sink: sink))
        if output != nil { shared = opened }
        return opened
    }

    /// `output`, or the video's path and `.paths.jsonl`; its name alone in this folder where it is a URL. The ending stays,
    /// since `a.mp4` and `a.mkv` may lie side by side.
    private func target(for video: SourceName) -> OutputTarget {
        output ?? .file(path: (video.text.contains("://") ? video.baseName : video.text) + ".paths.jsonl")
    }

    private func newFile(_ path: String, naming: NewFile.Naming) throws(RecordingError) -> NewFile {
        let interrupt = interrupt
        return try NewFile(
            path, naming: naming, mayReplace: force, reads: .ofProcess, goesOnWaiting: { !interrupt.isRaised })
    }

    private func draw(
        _ video: SourceName, to path: String, options: AnalysisOptions, threads: Int
    ) throws -> DrawnVideo {
        let file = try newFile(path, naming: .late)
        var drawn = DrawnVideo.Options()
        (drawn.source, drawn.fps, drawn.masks, drawn.threads) =
            (options.sourceOptions, options.fps, options.masks, threads)
        do {
            return try DrawnVideo(video, path: path, file: file, options: drawn, interrupt: interrupt)
        } catch {
            file.discard()
            throw error
        }
    }

    private func report(_ summary: FeedSummary, video: SourceName, target: OutputTarget) {
        console.clear()
        var text =
            "\(video.baseName): \(summary.end == .interrupted ? "interrupted: only " : "")"
            + "\(counted(summary.analyzed, "frame")) analysed, \(counted(summary.paths, "path")), "
        text += "\(counted(summary.points, "point")), \(counted(summary.faces, "face"))"
        if target != .standardOutput { text += " -> \(target)" }
        console.note(text)
        if summary.end == .decodeError {
            console.error("\(video.redacted): \(summary.message ?? "it breaks off"); the records reach up to there")
        }
        // `decode_errors` of stream_end.
        if summary.damaged > 0 {
            console.error(
                "\(video.redacted): damaged packets or frames: \(summary.damaged); the records are of the rest")
        }
    }

    private func status(of summary: FeedSummary) -> ExitStatus {
        switch summary.end {
        case .interrupted: .interrupted
        case .decodeError: .partial
        default: summary.damaged > 0 ? .partial : .success
        }
    }
}

extension NewFile.Reads {
    /// What this process reads.
    static var ofProcess: Self { Self(count: { OpenedFiles.count }, contain: OpenedFiles.contain) }
}
