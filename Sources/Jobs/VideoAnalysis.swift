import Analyzing
import Buckets
import Capturing
import Decoding
import Following
import Foundation
import Inference
import PathModel
import Recording
import Rekognition
import Waiting

/// The analysis of one object: a process of its own decodes it, the shared workers look at its pictures, the thread that runs
/// it tracks and makes results.
struct VideoAnalysis {
    /// What came of it.
    enum Outcome: Sendable {
        case finished(AnalysisResult)
        /// For good. The text is for the client.
        case failed(String)
        /// Perhaps another time. The text is for the client, should there be none; the number is that of the frames before
        /// the video broke off.
        case unreachable(String, brokeAfter: Int? = nil)
        /// The disk is full, or the results can't be written for another reason.
        case unwritable
        case interrupted
    }

    /// Seconds that the process gets to end.
    private static let farewell = 1.0

    let object: StoredObject
    let settings: JobSettings
    let context: JobContext
    /// Of this run alone.
    let interrupt: InterruptFlag
    /// After so many frames it broke off before: there is no more to come.
    let lastBreak: Int?

    /// Runs it to its end; blocks.
    ///
    /// - Parameter folder: where the results are, once it has finished.
    func run(into folder: String) -> Outcome {
        do {
            let writer = try ResultWriter(
                folder: folder, settings: settings.results, formatName: Demuxers.longName(of:))
            do {
                let outcome = try analyze(writer)
                if case .finished = outcome { return outcome }
                writer.discard()
                return outcome
            } catch {
                writer.discard()
                throw error
            }
        } catch is CancellationError {
            return .interrupted
        } catch let error as InferenceError {
            context.log(.error, "\(object.request.name.redacted): \(error)")
            return .failed("The analysis failed within Footpath; its log says more.")
        } catch {
            context.log(.error, "\(object.request.name.redacted): its results can't be written: \(error)")
            return .unwritable
        }
    }

    private func analyze(_ writer: ResultWriter) throws -> Outcome {
        let processes = CaptureProcesses(
            program: context.program, feed: object.request.name.redacted, file: object.file,
            workers: settings.options.workers, interrupt: interrupt)
        let source = WatchedSource(processes, limit: settings.limits.seconds, interrupt: interrupt)
        let sink = ResultSink(writer)
        let driver = driver(source, NumberedSink(sink: sink))
        interrupt.whenRaised { [mailbox = driver.mailbox] in mailbox.post(.stop) }
        let isDone: Bool
        do {
            defer { driver.finish(within: Self.farewell) }
            try driver.run()
            isDone = !interrupt.isRaised
        }
        if let failure = sink.failure { throw failure }
        if let excess = source.seen.excess { return .failed(excess) }
        guard isDone else { return .interrupted }
        let summary = driver.session.summary
        if summary.analyzed == 0 || !source.seen.isOfUse { return failure(source.seen.error, summary) }
        if object.file == nil, let error = source.seen.error, error.mayPass, source.seen.counts.decoded != lastBreak {
            return .unreachable(text(error), brokeAfter: source.seen.counts.decoded)
        }
        let message = message(source.seen, summary)
        guard let metadata = try writer.finish(goesOn: { !interrupt.isRaised }) else {
            return .failed("Nothing is known of the video.")
        }
        return .finished(AnalysisResult(metadata: metadata, message: message, isPartial: message != nil))
    }

    private func driver(_ source: any SourceOpening, _ output: NumberedSink) -> FeedDriver {
        let name = object.request.name.baseName
        let feed = FeedSettings(name: name, source: .file(request), options: settings.options, statsInterval: .infinity)
        // What the session's own records say is in no result.
        let start = SessionStart(version: context.version, models: [], settings: [])
        let session = UUID().uuidString
        return FeedDriver(
            FeedSession(feed, start: start),
            FeedDriver.Hands(
                clocks: SystemClocks(), opening: source,
                workers: { [context, settings] size, report in
                    let models = ModelSet(
                        engine: context.engine, modelFolder: context.modelFolder, options: settings.options,
                        frameSize: size)
                    return context.pool.jobs(
                        of: WorkerPool.Client(models: models, options: settings.options, report: report))
                },
                write: { [detail = settings.options.detail] records, origin throws(RecordingError) in
                    let writer = RecordWriter(
                        output: output, feed: name, session: session, origin: origin, detail: detail)
                    for record in records { try writer.write(record) }
                },
                fail: { throw $0 }))
    }

    /// As `footpath analyze` reads a file.
    private var request: SourceRequest {
        var request = object.request
        request.fps = settings.options.fps
        request.threads = min(8, ProcessInfo.processInfo.activeProcessorCount)
        request.options.largestPicture = settings.options.largestPicture
        return request
    }

    // MARK: - What clients are told

    private func failure(_ error: DecodingError?, _ summary: FeedSummary) -> Outcome {
        switch error {
        case .interrupted: return .interrupted
        case nil: return .failed("Not one picture of the video could be analysed.")
        case .some(let error):
            let isFar = object.file == nil
            return isFar && error.mayPass ? .unreachable(text(error)) : .failed(text(error))
        }
    }

    private func text(_ error: DecodingError) -> String { "The video can't be read: \(error.reason ?? "interrupted")." }

    /// How far the video was seen where that isn't to its end, undamaged.
    private func message(_ seen: WatchedSource.Seen, _ summary: FeedSummary) -> String? {
        var sentences: [String] = []
        if let error = seen.error {
            let seconds = (seen.seconds * 1000).rounded() / 1000
            sentences.append(
                "The video breaks off: \(error.reason ?? ""). What was found reaches to \(seconds) s after its first frame."
            )
        }
        if summary.damaged > 0 {
            sentences.append("\(summary.damaged) of the video's packets or frames are damaged.")
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}

extension WatchedSource.Seen {
    /// Whether what was found may be given: a process that crashed or hung may have told anything.
    fileprivate var isOfUse: Bool {
        switch error {
        case nil, .broken: true
        default: false
        }
    }
}

extension DecodingError {
    /// Whether the same may be read another time, where it comes from afar.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreadable: !isInvalidData
        case .stalled: true
        case .broken(_, _, let breakage): breakage.code != nil && !isInvalidData
        case .noVideo, .died, .interrupted, .unscalable: false
        }
    }
}
