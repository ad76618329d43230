import Decoding
import PathModel
import Recording
import Tracking

/// Writes what is known of a feed's frames as records: a session, in it runs one after another. Confined to one thread.
final class StreamRecorder {
    /// What a run is of.
    struct Opening {
        let description: StreamDescription
        let source: SourceName
        let clock: StreamStart.Clock
        let timeOrigin: StreamStart.TimeOrigin
        var clockError: Int64?
        var decoder: String?
    }

    private(set) var progress = Analysis.Progress()
    /// Of the whole session.
    private(set) var summary = Analysis.Summary()
    /// The latest frame.
    private(set) var last = FrameInfo(index: 0, time: Timestamp(microseconds: 0))

    /// What a feed's next run goes on with, so that no id is given twice; nil before the first has ended.
    var tracker: ByteTracker?

    /// Of what belongs to no source. A file counts its time from elsewhere.
    private let sessionWriter: RecordWriter
    private var writer: RecordWriter
    private let options: AnalysisOptions
    private let observer: (PathRecord) -> Void
    private var opening: Opening?
    private var assembler: PathAssembler?
    private var run = 0
    /// Seconds from one analysed frame to the next, as far as the container says.
    private var frameInterval = 0.04
    /// When `summary` last began to count a run, and at which of its source's frames.
    private var runStart = Analysis.Summary()
    /// Frames of the sources before.
    private var framesBefore = 0

    /// - Parameter observer: sees each record after it was written.
    init(writer: RecordWriter, options: AnalysisOptions, observer: @escaping (PathRecord) -> Void = { _ in }) {
        sessionWriter = writer
        self.writer = writer
        self.options = options
        self.observer = observer
    }

    /// What the session came to so far.
    var totals: PathAssembler.Totals {
        assembler?.totals ?? .init(paths: summary.paths, points: summary.points, faces: summary.faces)
    }

    /// Writes the start of the session.
    func begin(_ start: SessionStart, at time: Timestamp) throws(RecordingError) {
        try writeOfSession(.sessionStart(start), at: time)
    }

    /// Writes the start of a run.
    ///
    /// - Parameter writer: takes the place of the one before: another source may count its time from elsewhere.
    func beginRun(_ opening: Opening, at time: Timestamp, writer: RecordWriter? = nil) throws(RecordingError) {
        if let writer { self.writer = writer }
        let description = opening.description
        self.opening = opening
        let interval = 1 / (description.frameRate ?? 25)
        frameInterval = max(interval, 1 / (options.sampleRate ?? .infinity))
        framesBefore = summary.frames
        last = FrameInfo(index: 0, time: time)
        progress.duration = description.duration
        try start(size: description.frameSize, at: time)
    }

    /// Writes what a frame settles.
    func add(_ frame: AnalyzedFrame) throws(RecordingError) {
        let (info, update) = (frame.frame.info, frame.update)
        if let removals = frame.newRun {
            try endPart(removals, reason: .sizeChanged, at: last.time)
            try start(size: frame.frame.picture.size, at: info.time)
        }
        let seconds = info.time.seconds(since: last.time)
        if frame.frame.followsDamage && seconds > 2.5 * frameInterval {
            let lost = Int((seconds / frameInterval).rounded()) - 1
            try add(Gap(from: last.time, to: info.time, reason: .decodeError, framesLost: lost))
        }
        last = info
        progress.elapsed = info.time.microseconds - (opening?.description.start.microseconds ?? 0)
        guard let update else {
            summary.damaged += 1
            return
        }
        summary.analyzed += 1
        progress.analyzed = summary.analyzed
        progress.people = update.tracks.count { $0.id != nil && $0.source == .measured }
        try write(assembler?.add(info, update, faces: frame.faces) ?? [])
    }

    /// Writes a stretch that was not seen, after all that was seen before it.
    func add(_ gap: Gap) throws(RecordingError) {
        let record = PathRecord(time: gap.to, event: .gap(gap))
        try write(assembler?.add(record) ?? [record])
    }

    /// Writes how the feed is doing.
    func add(_ stats: FeedStats, at time: Timestamp) throws(RecordingError) {
        try writeOfSession(.stats(stats), at: time)
    }

    /// Writes the ends of the paths and of the run.
    ///
    /// - Parameters:
    ///   - reason: where it isn't what the ending says.
    ///   - counts: what was read of the source.
    func endRun(
        _ ending: StreamEnding, reason: StreamEnd.Reason? = nil, counts: SourceCounts
    ) throws(RecordingError) {
        summary.frames = framesBefore + counts.decoded
        summary.damaged += counts.damaged
        (summary.end, summary.message) = (reason ?? ending.reason, ending.message)
        try endPart(ending.removals, reason: summary.end, at: last.time)
        opening = nil
        assembler = nil
    }

    /// Writes the totals.
    func end(at time: Timestamp) throws(RecordingError) {
        let end = SessionEnd(
            analyzed: summary.analyzed, paths: summary.paths, points: summary.points, faces: summary.faces)
        try writeOfSession(.sessionEnd(end), at: time)
    }

    private func start(size: PixelSize, at time: Timestamp) throws(RecordingError) {
        guard let opening else { return }
        run += 1
        assembler = PathAssembler(options: options.recordedPoints, frameSize: size, totals: totals)
        let description = opening.description
        try write(
            .streamStart(
                StreamStart(
                    run: run, codec: description.codec, container: description.container, frameSize: size,
                    frameRate: description.frameRate, durationMilliseconds: description.duration.map { $0 / 1000 },
                    pixelFormat: description.pixelFormat, colorRange: description.colorRange,
                    clock: opening.clock, timeOrigin: opening.timeOrigin, source: opening.source.redacted,
                    clockErrorMilliseconds: opening.clockError, decoder: opening.decoder)),
            at: time)
    }

    private func endPart(
        _ removals: [TrackRemoval], reason: StreamEnd.Reason, at time: Timestamp
    ) throws(RecordingError) {
        try write(assembler?.add(last, TrackerUpdate(removals: removals)) ?? [])
        if let totals = assembler?.totals {
            (summary.paths, summary.points, summary.faces) = (totals.paths, totals.points, totals.faces)
        }
        let frames = max(summary.frames, framesBefore + last.index + 1)
        let end = StreamEnd(
            reason: reason, message: summary.message, frames: frames - runStart.frames,
            analyzed: summary.analyzed - runStart.analyzed, decodeErrors: summary.damaged - runStart.damaged)
        try write(.streamEnd(end), at: time)
        runStart = summary
        runStart.frames = frames
    }

    private func writeOfSession(_ event: PathRecord.Event, at time: Timestamp) throws(RecordingError) {
        let record = PathRecord(time: time, event: event)
        try sessionWriter.write(record)
        observer(record)
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
}

extension StreamRecorder.Opening {
    /// A file, and where its clock is zero in milliseconds since 1970 UTC.
    static func file(
        _ source: SourceName, _ description: StreamDescription, startTime: Int64?, decoder: String? = nil
    ) -> (opening: Self, zero: Int64) {
        let (zero, origin) = origin(of: description, startTime: startTime)
        let opening = Self(
            description: description, source: source, clock: description.isTimeEstimated ? .estimated : .file,
            timeOrigin: origin, decoder: decoder)
        return (opening, zero)
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

extension StreamEnding {
    /// Why, as the records say it.
    var reason: StreamEnd.Reason {
        switch error {
        case nil: .endOfFile
        case .interrupted: .interrupted
        case .stalled: .stalled
        case .some: .decodeError
        }
    }

    /// What FFmpeg said; nil for an ordinary end.
    var message: String? {
        switch error {
        case nil, .interrupted: nil
        case .broken(_, let reason), .stalled(_, let reason): reason
        case .some(let error): error.description
        }
    }
}
