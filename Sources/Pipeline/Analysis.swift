import Decoding
import Detecting
import Dispatch
import Inference
import PathModel
import Recording

/// The analysis of one stream, from its source to its records.
///
/// Threads: the source decodes on a private serial queue; each worker has its own; `run` puts frames back in order,
/// tracks and records on the caller's thread. The number of frames on the way is bounded.
public final class Analysis {
    /// How far an analysis is.
    public struct Progress: Sendable {
        /// Frames whose people were tracked.
        public var analyzed = 0
        /// Microseconds of the video behind the last of them.
        public var elapsed: Int64 = 0
        /// The video's length in microseconds; nil where unknown.
        public var duration: Int64?
        /// Confirmed tracks in the last frame.
        public var people = 0
    }

    /// What came of an analysis.
    public struct Summary: Sendable {
        /// Frames decoded.
        public var frames = 0
        /// Frames analysed.
        public var analyzed = 0
        /// Paths, points and faces recorded.
        public var paths = 0, points = 0, faces = 0
        /// Damaged packets and frames.
        public var damaged = 0
        /// How the stream ended.
        public var end = StreamEnd.Reason.endOfFile
        /// Why, where it did not end at its end.
        public var message: String?
    }

    let name: SourceName
    /// How many analyses of the same name were before it in the same output.
    let repetition: Int
    let source: VideoSource
    let options: AnalysisOptions
    let models: ModelSet
    let sessionStart: SessionStart
    /// Of the content.
    let fingerprint: String
    /// Follows the caller's flag; raised too when the analysis can't go on, so that a read that waits returns.
    private let stop: InterruptFlag

    /// Opens a source and loads the networks for it.
    ///
    /// - Parameters:
    ///   - repetition: how many analyses of the same name are before it in the same output: sessions differ.
    ///   - modelFolder: where the face networks are.
    ///   - interrupt: raised from elsewhere to end the analysis in good order.
    /// - Throws: `DecodingError` or `InferenceError`.
    public init(
        _ name: SourceName, repetition: Int = 0, engine: any InferenceEngine, modelFolder: String,
        options: AnalysisOptions, version: String,
        decoderThreads: Int, interrupt: InterruptFlag
    ) throws {
        self.name = name
        self.repetition = repetition
        self.options = options
        stop = InterruptFlag(following: interrupt)
        source = try VideoSource(name, rate: options.sampleRate, threads: decoderThreads, interrupt: stop)
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
    ///   - observer: sees each record after it was written.
    ///   - progress: called after each frame. Both are called on the caller's thread.
    /// - Throws: `InferenceError` or `RecordingError`; records written before stay valid. A stream that breaks off is
    ///   no error here: the summary and the records say so.
    public func run(
        output: RecordOutput, observer: @escaping (PathRecord) -> Void = { _ in },
        progress: (Progress) -> Void = { _ in }
    ) throws -> Summary {
        let outcomes = BoundedQueue<Outcome>(capacity: .max)
        let permits = BoundedQueue<Void>(capacity: .max)
        for _ in 0..<(3 * options.workers + 2) { permits.push(()) }
        let pool = WorkerPool(count: options.workers)
        let client = WorkerPool.Client(models: models, options: options) { outcomes.push($0) }
        let reading = startReading(permits: permits, outcomes: outcomes)
        defer {
            // The source sees closed permits, the workers a closed queue; then nothing runs on behind the caller.
            stop.raise()
            permits.close()
            pool.finish()
            reading.wait()
        }
        let recorder = try begin(output, observer)
        var sequencer = FrameSequencer(jobs: pool.jobs(of: client), options: options)
        while let outcome = outcomes.pop() {
            let finished = try sequencer.take(outcome)
            for frame in finished {
                permits.push(())
                try recorder.add(frame)
                progress(recorder.progress)
            }
            if let end = sequencer.end {
                try recorder.endRun(end, counts: source.counts)
                try recorder.end(at: recorder.last.time)
                return recorder.summary
            }
        }
        return recorder.summary
    }

    /// Writes the start of the session and of its one run.
    private func begin(
        _ output: RecordOutput, _ observer: @escaping (PathRecord) -> Void
    ) throws(RecordingError) -> StreamRecorder {
        let description = source.description
        let (opening, zero) = StreamRecorder.Opening.file(name, description, startTime: options.startTime)
        let writer = RecordWriter(output: output, feed: name.baseName, session: sessionID, origin: zero)
        let recorder = StreamRecorder(writer: writer, options: options, observer: observer)
        try recorder.begin(sessionStart, at: description.start)
        try recorder.beginRun(opening, at: description.start)
        return recorder
    }

    /// Decodes on a queue of its own, one frame for each permit.
    private func startReading(permits: BoundedQueue<Void>, outcomes: BoundedQueue<Outcome>) -> DispatchGroup {
        let group = DispatchGroup()
        // Until the group is done the source belongs to this queue alone.
        nonisolated(unsafe) let source = source
        DispatchQueue(label: "footpath.decode").async(group: group) {
            do throws(DecodingError) {
                while permits.pop() != nil {
                    guard let frame = try source.next() else {
                        outcomes.push(.ended(nil))
                        return
                    }
                    outcomes.push(.decoded(frame))
                }
            } catch {
                outcomes.push(.ended(error))
            }
        }
        return group
    }
}
