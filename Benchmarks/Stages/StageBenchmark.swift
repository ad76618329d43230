import Analyzing
import Decoding
import Following
import Foundation
import Inference
import PathModel
import Pipeline
import Recording

/// Measures an analysis stage by stage and as a whole, on one video.
///
/// CPU times are of the whole process, so that threads inside FFmpeg and OpenVINO count.
struct StageBenchmark {
    /// One run of the whole pipeline.
    struct PipelineRun: Encodable {
        let workers: Int
        let fps: Double
        let cpu_ms_per_frame: Double
    }

    /// What was measured. Keys as in the JSON.
    struct Report: Encodable {
        var frames = 0
        var decode_fps = 0.0
        var infer_fps = 0.0
        var pipeline: [PipelineRun] = []
        /// CPU milliseconds per frame of each stage alone.
        var stages_ms: [String: Double] = [:]
        /// CPU milliseconds per face looked for.
        var face_ms = 0.0
    }

    private let name: SourceName
    private let engine: any InferenceEngine
    private let modelFolder: String
    private let options: AnalysisOptions
    private let threads: Int
    private let interrupt = InterruptFlag()

    /// - Parameters:
    ///   - options: their `workers` is the highest number of workers to measure.
    ///   - threads: of the decoder.
    init(
        _ name: SourceName, engine: any InferenceEngine, modelFolder: String, options: AnalysisOptions, threads: Int
    ) {
        self.name = name
        self.engine = engine
        self.modelFolder = modelFolder
        self.options = options
        self.threads = threads
    }

    /// Measures; takes several times as long as an analysis.
    ///
    /// - Throws: as `Analysis` does.
    func run() throws -> Report {
        var report = Report()
        let decoded = try Cost.of { try decodeAll() }
        report.frames = decoded.result
        report.decode_fps = Double(decoded.result) / decoded.wall
        report.stages_ms["decode"] = decoded.cpu * 1000 / Double(decoded.result)
        let (scaled, inferred, pictures) = try measureWorker()
        report.infer_fps = Double(pictures) / inferred.wall
        report.stages_ms["scale"] = scaled.cpu * 1000 / Double(pictures)
        report.stages_ms["infer"] = inferred.cpu * 1000 / Double(pictures)
        for workers in 1...options.workers {
            let (run, sequencing) = try measurePipeline(workers: workers)
            report.pipeline.append(run)
            report.stages_ms["track and record"] = sequencing
        }
        let searches = try measureFaces()
        report.face_ms = searches.perFace
        report.stages_ms["face"] = searches.perFrame
        return report
    }

    private func decodeAll() throws(DecodingError) -> Int {
        let source = try VideoSource(
            name, options: options.sourceOptions, fps: options.fps, threads: threads, interrupt: interrupt)
        var frames = 0
        while try source.next() != nil { frames += 1 }
        return frames
    }

    /// Scales and infers one picture at a time, on pictures from all over the video.
    private func measureWorker() throws -> (scaled: Cost<Void>, inferred: Cost<Void>, pictures: Int) {
        let (pictures, models) = try samplePictures()
        let analyzer = try models.makeWorker(of: 1)
        guard let first = pictures.first else { throw DecodingError.noVideo(source: name.redacted, reason: "no frame") }
        // The first inference allocates.
        _ = try analyzer.detectPeople(in: first, masks: options.masks)
        let rounds = 8
        let scaled = try Cost.of {
            for _ in 0..<rounds { for picture in pictures { _ = try analyzer.prepare(picture, masks: options.masks) } }
        }
        let content = try analyzer.prepare(first, masks: options.masks)
        let inferred = try Cost.of {
            for _ in 0..<rounds * pictures.count { _ = try analyzer.detect(content) }
        }
        return (scaled, inferred, rounds * pictures.count)
    }

    /// At most 24 pictures, evenly spread over the first thousand frames.
    private func samplePictures() throws -> ([Picture], ModelSet) {
        let source = try VideoSource(
            name, options: options.sourceOptions, fps: options.fps, threads: threads, interrupt: interrupt)
        var single = options
        single.workers = 1
        let models = ModelSet(
            engine: engine, modelFolder: modelFolder, options: single, frameSize: source.description.frameSize)
        var pictures: [Picture] = []
        while pictures.count < 24, let frame = try source.next() {
            if frame.info.index % 40 == 0 { pictures.append(frame.picture) }
        }
        return (pictures, models)
    }

    /// - Returns: the run, and the CPU milliseconds per frame of the thread that tracks and records.
    private func measurePipeline(workers: Int) throws -> (PipelineRun, sequencing: Double) {
        var options = options
        options.workers = workers
        let analysis = try analysis(options)
        let before = threadCPUSeconds()
        let cost = try Cost.of { try analysis.run(output: NumberedSink(sink: NullSink())) }
        let frames = Double(max(1, cost.result.analyzed))
        let run = PipelineRun(
            workers: workers, fps: frames / cost.wall, cpu_ms_per_frame: cost.cpu * 1000 / frames)
        return (run, (threadCPUSeconds() - before) * 1000 / frames)
    }

    /// The cost of faces, as the difference of two runs by one worker, with and without.
    private func measureFaces() throws -> (perFace: Double, perFrame: Double) {
        guard options.faceFPS > 0 else { return (0, 0) }
        var with = options
        with.workers = 1
        var without = with
        without.faceFPS = 0
        let plain = try Cost.of { try analysis(without).run(output: NumberedSink(sink: NullSink())) }
        let faces = try Cost.of { try analysis(with).run(output: NumberedSink(sink: NullSink())) }
        let difference = max(0, faces.cpu - plain.cpu) * 1000
        return (
            difference / Double(max(1, faces.result.faces)), difference / Double(max(1, faces.result.analyzed))
        )
    }

    private func analysis(_ options: AnalysisOptions) throws -> Analysis {
        try Analysis(
            name, engine: engine, modelFolder: modelFolder, options: options, version: "benchmark",
            decoderThreads: threads, interrupt: interrupt)
    }
}

/// What doing something cost.
private struct Cost<Result> {
    let result: Result
    /// Seconds on the clock.
    let wall: Double
    /// Seconds of processor time of the whole process.
    let cpu: Double

    static func of(_ body: () throws -> Result) rethrows -> Cost<Result> {
        let (start, cpu) = (ContinuousClock.now, processCPUSeconds())
        let result = try body()
        return Cost(result: result, wall: (ContinuousClock.now - start) / .seconds(1), cpu: processCPUSeconds() - cpu)
    }
}

private func processCPUSeconds() -> Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }
private func threadCPUSeconds() -> Double { seconds(of: CLOCK_THREAD_CPUTIME_ID) }

private func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Takes lines and forgets them.
private final class NullSink: LineSink {
    func write(line: String) {}
    func finish() {}
}
