import Decoding
import PathModel
import Recording

/// Writes what is known of a stream's frames as records. Confined to one thread.
final class StreamRecorder {
    private(set) var progress = Analysis.Progress()
    private(set) var summary = Analysis.Summary()

    private let writer: RecordWriter
    private let observer: (PathRecord) -> Void
    private let description: StreamDescription
    private let source: SourceName
    private let origin: StreamStart.TimeOrigin
    private let minimumConfidence: Double
    /// Seconds from one analysed frame to the next, as far as the container says.
    private let frameInterval: Double
    private var assembler: PathAssembler
    private var run = 1
    private var last: FrameInfo
    /// When `summary` last began to count a run.
    private var runStart = Analysis.Summary()

    /// Writes the start of the session and of its first run.
    ///
    /// - Parameter observer: sees each record after it was written.
    init(
        for analysis: Analysis, output: RecordOutput, observer: @escaping (PathRecord) -> Void
    ) throws(RecordingError) {
        self.observer = observer
        description = analysis.source.description
        source = analysis.name
        minimumConfidence = analysis.options.minimumConfidence
        let interval = 1 / (description.frameRate ?? 25)
        frameInterval = max(interval, 1 / (analysis.options.sampleRate ?? .infinity))
        let (zero, origin) = Self.origin(of: description, startTime: analysis.options.startTime)
        self.origin = origin
        writer = RecordWriter(
            output: output, feed: source.baseName, session: analysis.sessionID, origin: zero)
        assembler = PathAssembler(minimumConfidence: minimumConfidence, frameSize: description.frameSize)
        last = FrameInfo(index: 0, time: description.start)
        progress.duration = description.duration
        try write(.sessionStart(analysis.sessionStart), at: description.start)
        try write(streamStart(frameSize: description.frameSize), at: description.start)
    }

    /// Writes what a frame settles.
    func add(_ frame: AnalyzedFrame) throws(RecordingError) {
        let (info, update) = (frame.frame.info, frame.update)
        if let removals = frame.newRun {
            try beginRun(removals, size: frame.frame.picture.size, at: info.time)
        }
        let seconds = info.time.seconds(since: last.time)
        if frame.frame.followsDamage && seconds > 2.5 * frameInterval {
            let lost = Int((seconds / frameInterval).rounded()) - 1
            let gap = Gap(from: last.time, to: info.time, reason: .decodeError, framesLost: lost)
            try write(assembler.add(PathRecord(time: info.time, event: .gap(gap))))
        }
        last = info
        progress.elapsed = info.time.microseconds - description.start.microseconds
        guard let update else {
            summary.damaged += 1
            return
        }
        summary.analyzed += 1
        progress.analyzed = summary.analyzed
        progress.people = update.tracks.count { $0.id != nil && $0.source == .measured }
        try write(assembler.add(info, update, faces: frame.faces))
    }

    /// Writes the ends of the paths, the stream and the session.
    func finish(_ ending: StreamEnding, counts: SourceCounts) throws(RecordingError) -> Analysis.Summary {
        summary.frames = counts.decoded
        summary.damaged += counts.damaged
        switch ending.error {
        case nil: summary.end = .endOfFile
        case .interrupted: summary.end = .interrupted
        case .some(.broken(_, let reason)): (summary.end, summary.message) = (.decodeError, reason)
        case .some(let error): (summary.end, summary.message) = (.decodeError, error.description)
        }
        try endRun(ending.removals, reason: summary.end, at: last.time)
        let totals = assembler.totals
        (summary.paths, summary.points, summary.faces) = (totals.paths, totals.points, totals.faces)
        let end = SessionEnd(
            analyzed: summary.analyzed, paths: totals.paths, points: totals.points, faces: totals.faces)
        try write(.sessionEnd(end), at: last.time)
        return summary
    }

    private func beginRun(_ removals: [TrackRemoval], size: PixelSize, at time: Timestamp) throws(RecordingError) {
        try endRun(removals, reason: .sizeChanged, at: last.time)
        run += 1
        assembler = PathAssembler(
            minimumConfidence: minimumConfidence, frameSize: size, totals: assembler.totals)
        try write(streamStart(frameSize: size), at: time)
    }

    private func endRun(
        _ removals: [TrackRemoval], reason: StreamEnd.Reason, at time: Timestamp
    ) throws(RecordingError) {
        try write(assembler.add(last, TrackerUpdate(removals: removals)))
        let frames = max(summary.frames, last.index + 1)
        let end = StreamEnd(
            reason: reason, message: summary.message, frames: frames - runStart.frames,
            analyzed: summary.analyzed - runStart.analyzed, decodeErrors: summary.damaged - runStart.damaged)
        try write(.streamEnd(end), at: time)
        runStart = summary
        runStart.frames = frames
    }

    private func streamStart(frameSize: PixelSize) -> PathRecord.Event {
        .streamStart(
            StreamStart(
                run: run, codec: description.codec, container: description.container, frameSize: frameSize,
                frameRate: description.frameRate, durationMilliseconds: description.duration.map { $0 / 1000 },
                pixelFormat: description.pixelFormat, colorRange: description.colorRange,
                clock: description.isTimeEstimated ? .estimated : .file, timeOrigin: origin, source: source.redacted))
    }

    private func write(_ event: PathRecord.Event, at time: Timestamp) throws(RecordingError) {
        try write([PathRecord(time: time, event: event)])
    }

    private func write(_ records: [PathRecord]) throws(RecordingError) {
        for record in records {
            try writer.write(record)
            observer(record)
        }
    }

    /// Where the stream's clock is zero, in milliseconds since 1970 UTC, and who says so.
    private static func origin(
        of description: StreamDescription, startTime: Int64?
    ) -> (zero: Int64, origin: StreamStart.TimeOrigin) {
        if let startTime { return (startTime - description.start.milliseconds, .option) }
        // 1904 is QuickTime's zero and 1970 Unix's: cameras without a clock write them.
        if let created = description.creationTime.flatMap(UTCTime.init), created.milliseconds > 0 {
            return (created.milliseconds - description.start.milliseconds, .creationTime)
        }
        return (0, .epoch)
    }
}
