import Analyzing
import Capturing
import Decoding
import Detecting
import Following
import Inference
import PathModel
import Recording
import Waiting

/// The analysis of one stream, from its source to its records.
///
/// Threads: the source decodes on one of its own, as each worker works; `run` puts frames back in order, tracks and records
/// on the caller's. Memory for the frames on the way is bounded.
public final class Analysis {
    /// Seconds that a read that can't be interrupted gets to end.
    private static let farewell = 5.0
    /// Seconds that reading and each worker get when the analysis is interrupted. Then they are left behind.
    private static let shortFarewell = 0.4

    let name: SourceName
    /// How many analyses of the same name were before it in the same output.
    let repetition: Int
    let source: VideoSource
    /// What of the source is analysed; nil is all.
    private let window: SourceWindow?
    let options: AnalysisOptions
    let models: ModelSet
    let sessionStart: SessionStart
    /// Of the whole source's content; see `VideoSource.fingerprint`.
    public let fingerprint: String
    /// Follows the caller's flag; raised too when the analysis can't go on, so that a read that waits returns.
    private let stop: InterruptFlag

    /// Opens a source and loads the networks for it.
    ///
    /// - Parameters:
    ///   - repetition: how many analyses of the same name are before it in the same output: sessions differ.
    ///   - modelFolder: where the face networks are.
    ///   - interrupt: raised from elsewhere to end the analysis in good order.
    ///   - window: what of the source to analyse; nil is all. The session is that of the whole source.
    /// - Throws: `DecodingError` or `InferenceError`.
    public init(
        _ name: SourceName, repetition: Int = 0, engine: any InferenceEngine, modelFolder: String,
        options: AnalysisOptions, version: String,
        decoderThreads: Int, interrupt: InterruptFlag, window: SourceWindow? = nil
    ) throws {
        self.name = name
        self.window = window
        self.repetition = repetition
        self.options = options
        stop = InterruptFlag(following: interrupt)
        source = try VideoSource(
            name, options: options.sourceOptions, fps: options.fps, threads: decoderThreads, interrupt: stop,
            window: window)
        fingerprint = source.fingerprint()
        models = ModelSet(
            engine: engine, modelFolder: modelFolder, options: options, frameSize: source.description.frameSize)
        try models.check()
        sessionStart = SessionStart(
            version: version, models: try ModelSet.identify(options: options, modelFolder: modelFolder),
            settings: options.recorded)
    }

    /// Analyses the stream to its end, or to where it breaks off or is interrupted.
    ///
    /// - Parameters:
    ///   - observer: sees each record, also those that `detail` leaves out, after it was written.
    ///   - progress: called after each frame; it counts from the window's beginning. Both are called on the caller's thread.
    /// - Throws: `InferenceError` or `RecordingError`; records written before stay valid. A stream that breaks off is
    ///   no error here: the summary and the records say so.
    public func run(
        output: NumberedSink, observer: @escaping (PathRecord) -> Void = { _ in },
        progress: (FeedProgress) -> Void = { _ in }
    ) throws -> FeedSummary {
        let pool = WorkerPool(count: options.workers)
        let driver = driver(pool, output, observer)
        defer {
            // Then nothing runs on behind the caller, unless it hangs.
            let isInterrupted = stop.isRaised
            stop.raise()
            if isInterrupted { pool.cancel(within: Self.shortFarewell) } else { pool.finish() }
            driver.finish(within: isInterrupted ? Self.shortFarewell : Self.farewell)
        }
        stop.whenRaised { [mailbox = driver.mailbox] in mailbox.post(.stop) }
        let duration = window.flatMap(length)
        try driver.run { current in
            var current = current
            if let duration { current.duration = duration }
            progress(current)
        }
        return driver.session.summary
    }

    /// How much of the source a window is, in microseconds; nil where unknown.
    private func length(of window: SourceWindow) -> Int64? {
        let end = window.end ?? source.description.duration.map { window.origin + $0 }
        return end.map { $0 - window.start }
    }

    /// Where the stream's clock is zero, in microseconds since 1970 UTC; nil where nobody knows.
    public var zero: Int64? {
        let (opening, zero) = StreamRecorder.Opening.file(name, source.description, startTime: options.startTime)
        return opening.timeOrigin == .epoch ? nil : zero * 1000
    }

    private func driver(
        _ pool: WorkerPool, _ output: NumberedSink, _ observer: @escaping (PathRecord) -> Void
    ) -> FeedDriver {
        let (_, zero) = StreamRecorder.Opening.file(name, source.description, startTime: options.startTime)
        let settings = FeedSettings(
            name: name.baseName, source: .file(SourceRequest(source: name.text)), options: options,
            statsInterval: .infinity)
        let session = FeedSession(
            settings, dating: .stream(zero: zero, start: source.description.start), start: sessionStart)
        let writer = RecordWriter(
            output: output, feed: name.baseName, session: sessionID, origin: zero, detail: options.detail)
        return FeedDriver(
            session,
            FeedDriver.Hands(
                clocks: SystemClocks(), opening: OpenedVideo(source, workers: options.workers, interrupt: stop),
                workers: { [models, options] _, report in
                    pool.jobs(of: WorkerPool.Client(models: models, options: options, report: report))
                },
                write: { records, _ throws(RecordingError) in
                    for record in records {
                        try writer.write(record)
                        observer(record)
                    }
                },
                fail: { throw $0 }))
    }
}
