import Analyzing
import Decoding
import Following
import Foundation
import Glibc
import Inference
import PathModel
import Pipeline
import Recording
import Settings
import SystemPackage

/// The analysis of a plan's pieces on this machine: networks are loaded once.
public final class PieceAnalysis {
    private let plan: Plan
    private let engine: any InferenceEngine
    private let modelFolder: String
    private let options: AnalysisOptions
    private let interrupt: InterruptFlag
    private let cores: Int

    /// Checks settings and networks.
    ///
    /// - Parameters:
    ///   - workers: detection workers; nil has one for each core.
    ///   - modelFolder: where the face networks are.
    /// - Throws: `SettingsError`, `InferenceError`, `BatchError`.
    public init(
        _ file: PlanFile, workers: Int?, engine: any InferenceEngine, modelFolder: String, cores: Int,
        interrupt: InterruptFlag
    ) throws {
        plan = file.plan
        (self.engine, self.modelFolder, self.interrupt, self.cores) = (engine, modelFolder, interrupt, cores)
        var texts = plan.settings
        texts["workers"] = workers.map { ["\($0)"] }
        options = try AnalysisOptions(texts, cores: cores)
        let found = try ModelSet.identify(options: options, modelFolder: modelFolder)
        for (planned, here) in zip(plan.networks, found) where planned.sha256 != here.sha256 {
            throw BatchError.failed(
                .unavailable,
                "\(file.path): was planned with the network \(planned.name) (SHA-256 \(planned.sha256)), but this machine "
                    + "has \(here.name) (\(here.sha256)); give all machines the same networks, or plan anew")
        }
    }

    /// Analyses a piece.
    ///
    /// - Parameters:
    ///   - tell: see `PieceRun.Work`.
    ///   - progress: called after each frame.
    /// - Throws: `BatchError`; `DecodingError.interrupted`.
    public func run(
        _ piece: PlannedPiece, _ output: PieceOutput, tell: (Int, Int64, Int64?) -> Void,
        progress: (FeedProgress) -> Void
    ) throws -> PieceFile.Trailer {
        try check(piece.video)
        let summary: FeedSummary
        do {
            let analysis = try Analysis(
                piece.video.source, repetition: piece.video.repetition, engine: engine, modelFolder: modelFolder,
                options: options(of: piece), version: plan.version, decoderThreads: min(8, cores), interrupt: interrupt,
                window: piece.window)
            guard analysis.fingerprint == piece.video.fingerprint else { throw Self.changed(piece.video) }
            summary = try analysis.run(
                output: NumberedSink(sink: output),
                progress: { current in
                    tell(current.analyzed, current.elapsed, current.duration)
                    progress(current)
                })
        } catch let error as DecodingError where !interrupt.isRaised {
            // What the storage has to say of it comes first.
            try check(piece.video)
            throw error
        }
        if summary.end == .interrupted { throw DecodingError.interrupted }
        try checkBreak(summary.error, piece)
        return PieceFile.Trailer(summary, isCut: piece.window != nil)
    }

    private func options(of piece: PlannedPiece) -> AnalysisOptions {
        guard piece.window != nil else { return options }
        let handovers = piece.video.handovers(overlap: plan.overlap).map(Timestamp.init(microseconds:))
        let index = piece.number - piece.video.firstPiece
        return options.ofPiece(handovers: Array(handovers[max(0, index - 1)..<min(handovers.count, index + 1)]))
    }

    /// Finds out whether a video is as it was planned.
    private func check(_ video: PlannedVideo) throws(BatchError) {
        let source = video.source
        if let errno = source.readingError {
            let advice =
                errno.mayPass
                ? "" : "; bring it back, name the folder of relative names by --directory, or plan anew"
            throw .failed(errno.mayPass ? .temporary : .input, "\(source.redacted): \(errno)\(advice)")
        }
        guard let (size, fingerprint) = FileLook.identity(of: source),
            (size, fingerprint) == (video.size, video.fingerprint)
        else { throw Self.changed(video) }
    }

    private static func changed(_ video: PlannedVideo) -> BatchError {
        .failed(.input, "\(video.source.redacted): has changed since it was planned; plan anew, by footpath batch plan")
    }

    // MARK: - Videos that break off

    /// A video broke off, but it may be that its storage did. To be analysed once more.
    struct BrokeOff: Error {}

    /// How pieces broke off the first time.
    private var breaks: [Int: DecodingError] = [:]

    /// A video that breaks off is damaged, which is no failure. Where the system said so instead of FFmpeg, it may be its
    /// storage: then it ends elsewhere the next time.
    private func checkBreak(_ error: DecodingError?, _ piece: PlannedPiece) throws {
        guard case .broken(_, _, let breakage) = error, let code = breakage.code, code > -1000, let error else {
            return
        }
        guard let first = breaks.removeValue(forKey: piece.number) else {
            breaks[piece.number] = error
            throw BrokeOff()
        }
        if first != error { throw BatchError.failed(.temporary, "\(error), and before: \(first)") }
    }
}

extension PieceFile.Trailer {
    fileprivate init(_ summary: FeedSummary, isCut: Bool) {
        self.init(frames: summary.frames, analyzed: summary.analyzed, damaged: summary.damaged)
        (end, message) = (summary.end.rawValue, summary.message)
        if isCut {
            observed = summary.observed.map { [$0.from.microseconds, $0.to.microseconds, Int64($0.analyzed)] }
        }
    }
}

extension SourceName {
    /// Why a file can't be read at its beginning and end; nil where it can.
    fileprivate var readingError: Errno? {
        let path = (pathBytes ?? Array(text.utf8)).map(CChar.init(bitPattern:)) + [0]
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Errno(rawValue: errno) }
        defer { close(file) }
        var (status, byte) = (stat(), UInt8(0))
        guard fstat(file, &status) == 0 else { return Errno(rawValue: errno) }
        for offset in [0, max(0, status.st_size - 1)] where pread(file, &byte, 1, offset) < 0 {
            return Errno(rawValue: errno)
        }
        return nil
    }
}
