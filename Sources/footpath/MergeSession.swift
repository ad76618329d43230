import Analyzing
import Batch
import Decoding
import Foundation
import Merging
import PathModel
import Recording
import Settings

/// One call of `footpath batch merge`.
struct MergeSession {
    /// As many pieces are named that are missing.
    private static let mostNamed = 20

    /// What of a plan isn't there.
    private struct Shortage {
        /// Pieces and why, the first of them.
        var named: [String] = []
        var pieces = 0
        /// Videos without a single piece.
        var videos = 0

        mutating func add(_ text: String) {
            if named.count < mostNamed { named.append(text) }
            pieces += 1
        }
    }

    private let file: PlanFile
    private let pieces: MergePieces
    private let target: MergeTarget
    private let options: MergingOptions
    private let isPartial: Bool
    private let console: Console
    private let interrupt: InterruptFlag

    /// Reads the plan.
    ///
    /// - Throws: `BatchError` or `SettingsError`.
    init(_ arguments: BatchMerge, console: Console, interrupt: InterruptFlag) throws {
        file = try arguments.place.file()
        (isPartial, self.console, self.interrupt) = (arguments.partial, console, interrupt)
        pieces = try MergePieces(file.plan, arguments.place.folder)
        target = try MergeTarget(
            arguments.output, force: arguments.force, plan: file, results: arguments.place.folder, interrupt: interrupt)
        options = try MergingOptions(file.plan)
    }

    /// Merges.
    ///
    /// - Returns: `input` where something is missing and nothing was written, `partial` where it was gone without.
    func run() throws -> ExitStatus {
        let shortage = try look()
        report(shortage)
        if shortage.pieces > 0, !isPartial { return .input }
        if shortage.videos == file.plan.videosCount {
            console.error("\(file.path): there is not one piece to merge")
            return .input
        }
        switch target.kind {
        case .folder: try mergeEach()
        case .file(let path):
            try target.newFile(path).write(whole: { try merge(to: $0) }, sync: .never)
        case .standardOutput: try merge(to: DirectSink(reads: .ofProcess))
        }
        return shortage.pieces > 0 ? .partial : .success
    }

    // MARK: - What there is

    /// Finds out what is missing, and whether what can't be taken back once it is written will be whole.
    private func look() throws -> Shortage {
        var shortage = Shortage()
        try file.forEachVideo { video in
            if interrupt.isRaised { throw DecodingError.interrupted }
            try target.check(video)
            let found = try pieces.of(video) { shortage.add($0) }
            if let found {
                if target.isWrittenAtOnce { try found.check(options) }
            } else {
                shortage.videos += 1
                if isPartial { console.error("\(video.source.redacted): has no piece, and is left out") }
            }
        }
        return shortage
    }

    private func report(_ shortage: Shortage) {
        for text in shortage.named { console.error(text) }
        let rest = shortage.pieces - shortage.named.count
        if rest > 0 { console.error("and \(rest) more") }
        if shortage.pieces > 0, !isPartial {
            console.error(
                "\(shortage.pieces) of \(file.plan.piecesCount) pieces are missing: run them (footpath batch run), or merge "
                    + "what is there with --partial. Nothing was written.")
        }
    }

    // MARK: - Merging

    /// All videos into one log.
    private func merge(to sink: DirectSink) throws {
        let output = output(to: sink)
        var (videos, lines) = (0, 0)
        try file.forEachVideo { video in
            guard let found = try pieces.of(video, missing: { _ in }) else { return }
            lines += try found.merge(options, to: output).lines
            videos += 1
        }
        try output.flush()
        console.note("\(videos) \(videos == 1 ? "video" : "videos"), \(counted(lines, "line")) -> \(target.name)")
    }

    /// A log a video.
    private func mergeEach() throws {
        try file.forEachVideo { video in
            guard let found = try pieces.of(video, missing: { _ in }) else { return }
            let path = try target.path(of: video)
            let file = try target.newFile(path)
            try file.write(
                whole: { sink in
                    let output = output(to: sink)
                    let totals = try found.merge(options, to: output)
                    try output.flush()
                    console.note("\(video.source.baseName): \(counted(totals.lines, "line")) -> \(path)")
                }, sync: .never)
        }
    }

    /// An output that ends when it is interrupted.
    private func output(to sink: DirectSink) -> LineOutput {
        LineOutput { [interrupt, name = target.name] lines throws(RecordingError) in
            if interrupt.isRaised { throw .finished(path: name) }
            try sink.write(lines)
        }
    }
}

extension MergingOptions {
    /// What a plan's settings say of it. Networks needn't be on the machine that merges.
    init(_ plan: Plan) throws(SettingsError) {
        let networks = Set(AnalysisSetting.all.filter(\.isFile).map(\.key))
        let texts = plan.settings.filter { !networks.contains($0.key) }
        let options = try AnalysisOptions(texts, cores: 1)
        self.init(
            detail: options.detail, leavesOutStill: options.still == .drop, bridge: options.bridge,
            layout: options.layout, fps: options.fps, overlap: plan.overlap * 1000)
    }
}
