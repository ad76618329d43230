import Analyzing
import Assembling
import Counting
import Decoding
import PathModel
import Recording
import Tracking

/// Makes records of what is known of a feed's frames: a session, in it runs one after another.
package struct StreamRecorder {
    /// What a run is of.
    package struct Opening {
        let description: StreamDescription
        let source: SourceName
        let clock: StreamStart.Clock
        package let timeOrigin: StreamStart.TimeOrigin
        var clockError: Int64?
        var decoder: String?
    }

    private(set) var progress = FeedProgress()
    /// Of the whole session.
    private(set) var summary = FeedSummary()
    /// The latest frame.
    private(set) var last = FrameInfo(index: 0, time: Timestamp(microseconds: 0))

    private let options: AnalysisOptions
    private var opening: Opening?
    private var assembler: PathAssembler?
    /// Of the session; nil where nothing is counted, and before it begins.
    private var counter: RegionCounter?
    private var run = 0
    /// Seconds from one analysed frame to the next, as far as the container says.
    private var frameInterval = 0.04
    /// When `summary` last began to count a run, and at which of its source's frames.
    private var runStart = FeedSummary()
    /// Time of the run's first frame.
    private var runBegin = Timestamp(microseconds: 0)
    /// Frames of the sources before.
    private var framesBefore = 0
    /// Whether the last of a piece's stretches may go on.
    private var isObserving = false

    /// A recorder of nothing so far.
    init(options: AnalysisOptions) {
        self.options = options
    }

    /// Pictures further apart, in seconds, leave the time between them unobserved.
    var longestStep: Double { max(1, 2.5 * frameInterval) }

    /// What the session came to so far.
    var totals: PathAssembler.Totals {
        assembler?.totals ?? .init(paths: summary.paths, points: summary.points, faces: summary.faces)
    }

    /// The start of a camera's session: outages are counted, too, as unobserved.
    ///
    /// - Parameter origin: where its clock is zero, in milliseconds since 1970 UTC.
    mutating func beginCamera(origin: Int64) { moveClock(origin: origin, start: Timestamp(microseconds: 0)) }

    private mutating func moveClock(origin: Int64, start: Timestamp) {
        if counter == nil, !options.layout.isEmpty, options.piece == nil {
            counter = RegionCounter(options.layout, origin: origin, start: start)
        } else {
            counter?.moveClock(origin: origin, start: start)
        }
    }

    /// The start of a run.
    ///
    /// - Parameter origin: where a file's clock is zero, in milliseconds since 1970 UTC; nil for cameras.
    mutating func beginRun(_ opening: Opening, at time: Timestamp, origin: Int64?) -> [PathRecord] {
        let description = opening.description
        self.opening = opening
        let interval = 1 / (description.frameRate ?? 25)
        frameInterval = max(interval, 1 / (options.fps ?? .infinity))
        framesBefore = summary.frames
        last = FrameInfo(index: 0, time: time)
        runBegin = time
        progress.duration = description.duration
        if let origin { moveClock(origin: origin, start: time) }
        let longestStep = longestStep
        counter?.longestStep = longestStep
        return counted(start(size: description.frameSize, at: time))
    }

    /// What a frame settles.
    mutating func add(_ frame: AnalyzedFrame) -> [PathRecord] {
        let (info, update) = (frame.frame.info, frame.update)
        var records: [PathRecord] = []
        if let removals = frame.newRun {
            records += counted(endPart(removals, reason: .sizeChanged, at: last.time))
            records += counted(start(size: frame.frame.picture.size, at: info.time))
            isObserving = false
        }
        let seconds = info.time.seconds(since: last.time)
        if frame.frame.followsDamage && seconds > 2.5 * frameInterval {
            let lost = Int((seconds / frameInterval).rounded()) - 1
            records += add(Gap(from: last.time, to: info.time, reason: .decodeError, framesLost: lost))
        }
        last = info
        progress.elapsed = info.time.microseconds - runBegin.microseconds
        guard let update else {
            summary.damaged += 1
            return records
        }
        summary.analyzed += 1
        progress.analyzed = summary.analyzed
        progress.people = update.tracks.count { $0.id != nil && $0.source == .measured && !$0.isStill }
        counter?.observe(info.time)
        if let piece = options.piece { note(info.time, piece) }
        return records + counted(assembler?.add(info, update, faces: frame.faces) ?? [])
    }

    /// A frame of a piece was analysed.
    private mutating func note(_ time: Timestamp, _ piece: PieceRecording) {
        if isObserving, let last = summary.observed.last, (0...longestStep).contains(time.seconds(since: last.to)),
            !piece.handovers.contains(where: { last.to < $0 && $0 <= time })
        {
            summary.observed[summary.observed.count - 1].to = time
            summary.observed[summary.observed.count - 1].analyzed += 1
        } else {
            summary.observed.append(ObservedStretch(from: time, to: time, analyzed: 1))
        }
        isObserving = true
    }

    /// The time goes on, and there are no pictures.
    mutating func advance(to time: Timestamp) -> [PathRecord] {
        var records: [PathRecord] = []
        counter?.advance(to: time, into: &records)
        return records
    }

    /// The session ends while there are no pictures.
    mutating func endOutage(at time: Timestamp) -> [PathRecord] {
        var records: [PathRecord] = []
        counter?.end(at: time, into: &records)
        return records
    }

    /// Records and what they lead to at zones and lines.
    private mutating func counted(_ records: consuming [PathRecord]) -> [PathRecord] {
        let settled = assembler?.settled
        counter?.take(&records, settled: settled)
        return records
    }

    /// A stretch that was not seen, after all that was seen before it.
    mutating func add(_ gap: Gap) -> [PathRecord] {
        let record = PathRecord(time: gap.to, event: .gap(gap))
        isObserving = false
        return counted(assembler?.add(record) ?? [record])
    }

    /// The ends of the paths and of the run.
    ///
    /// - Parameters:
    ///   - reason: where it isn't what the ending says.
    ///   - counts: what was read of the source.
    mutating func endRun(
        _ ending: StreamEnding, reason: StreamEnd.Reason? = nil, counts: SourceCounts
    ) -> [PathRecord] {
        summary.frames = framesBefore + counts.decoded
        summary.damaged += counts.damaged
        (summary.end, summary.message, summary.error) = (reason ?? ending.reason, ending.message, ending.error)
        let records = counted(endPart(ending.removals, reason: summary.end, at: last.time))
        opening = nil
        assembler = nil
        return records
    }

    /// The totals.
    var end: PathRecord.Event {
        .sessionEnd(
            SessionEnd(
                analyzed: summary.analyzed, paths: summary.paths, points: summary.points, faces: summary.faces))
    }

    private mutating func start(size: PixelSize, at time: Timestamp) -> [PathRecord] {
        guard let opening else { return [] }
        run += 1
        assembler = PathAssembler(options: options.recordedPoints, frameSize: size, totals: totals)
        let description = opening.description
        let start = StreamStart(
            run: run, codec: description.codec, container: description.container, frameSize: size,
            frameRate: description.frameRate, durationMilliseconds: description.duration.map { $0 / 1000 },
            pixelFormat: description.pixelFormat, colorRange: description.colorRange, clock: opening.clock,
            timeOrigin: opening.timeOrigin, source: opening.source.redacted,
            clockErrorMilliseconds: opening.clockError, decoder: opening.decoder)
        return [PathRecord(time: time, event: .streamStart(start))]
    }

    private mutating func endPart(
        _ removals: [TrackRemoval], reason: StreamEnd.Reason, at time: Timestamp
    ) -> [PathRecord] {
        let records = assembler?.add(last, TrackerUpdate(removals: removals)) ?? []
        if let totals = assembler?.totals {
            (summary.paths, summary.points, summary.faces) = (totals.paths, totals.points, totals.faces)
        }
        // Of frames that aren't analysed not all are decoded.
        summary.frames = max(summary.frames, framesBefore + last.index + 1)
        let end = StreamEnd(
            reason: reason, message: summary.message, frames: summary.frames - runStart.frames,
            analyzed: summary.analyzed - runStart.analyzed, decodeErrors: summary.damaged - runStart.damaged)
        runStart = summary
        return records + [PathRecord(time: time, event: .streamEnd(end))]
    }
}

extension StreamRecorder.Opening {
    /// A file, and where its clock is zero in milliseconds since 1970 UTC.
    package static func file(
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
        case .broken(_, let reason, let breakage): reason + breakage.description
        case .stalled(_, let reason), .died(_, let reason): reason
        case .some(let error): error.description
        }
    }
}
