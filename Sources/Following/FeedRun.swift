import Analyzing
import Assembling
import Capturing
import Decoding
import Inference
import PathModel
import Recording
import Tracking
import Waiting

/// What a feed's runs share: its records, status and counts, and what is to be done.
struct FeedLedger {
    /// By how much a picture may be late, in milliseconds, and be counted all the same when a camera is back.
    private static let outageDelay: Int64 = 5000

    var recorder: StreamRecorder
    var status = FeedStatus()
    var interval: StatsInterval
    var effects: [FeedEffect] = []
    /// Where the session's own clock is zero, and a live camera's: milliseconds since 1970 UTC.
    var zero: Int64 = 0
    /// How far a camera's clock was ahead of this machine's at its last picture, in milliseconds.
    var clockLead: Int64 = 0
    /// Whether there ever was a run with pictures.
    var hasRecorded = false

    init(_ settings: FeedSettings) {
        recorder = StreamRecorder(options: settings.options)
        status.regions = RegionTally(settings.options.layout)
        interval = StatsInterval(seconds: settings.statsInterval)
    }

    mutating func takeEffects() -> [FeedEffect] {
        defer { effects = [] }
        return effects
    }

    mutating func write(_ records: [PathRecord], origin: Int64) {
        guard !records.isEmpty else { return }
        for record in records {
            status.regions.take(record)
            if case .gap(let gap) = record.event { status.gaps[gap.reason, default: 0] += 1 }
        }
        effects.append(.write(records, origin: origin))
    }

    mutating func note(_ gap: Gap, origin: Int64) {
        write(recorder.add(gap), origin: origin)
    }

    /// A camera's time goes on without pictures.
    mutating func passOutage(at now: Moment) {
        write(recorder.advance(to: time(of: now, delay: Self.outageDelay)), origin: zero)
    }

    /// A camera's session ends without pictures.
    mutating func endOutage(at now: Moment) { write(recorder.endOutage(at: time(of: now)), origin: zero) }

    private func time(of now: Moment, delay: Int64 = 0) -> Timestamp {
        Timestamp(microseconds: (now.utcMilliseconds - zero + clockLead - delay) * 1000)
    }

    /// Nothing is open any more.
    mutating func noteRunEnd() {
        (status.people, status.decoder, status.clock, status.clockError, status.processID) = (0, nil, nil, nil, nil)
        status.inFlight = 0
    }
}

/// One opening of a source: its pictures become jobs for the workers, what is found becomes records.
struct FeedRun {
    /// Since when there are no pictures, and why.
    struct Outage {
        let from: Timestamp
        let reason: Gap.Reason
    }

    /// Tells what is of this run from what is of an abandoned one.
    let number: Int
    let request: SourceRequest
    /// Once every frame is recorded.
    private(set) var ending: StreamEnding?
    /// Whether a picture came.
    private(set) var hasBegun = false
    /// Why pictures are missing from here on.
    private(set) var gapReason = Gap.Reason.disconnected
    /// For the next request to the same camera.
    private(set) var clockSkew: Int64?
    /// What the next run goes on with, so that no id is given twice.
    private(set) var tracker: ByteTracker?

    /// A gap in live pictures that is worth a record, in seconds.
    private static let overloadGap = 2.0
    /// What a camera may have buffered, in seconds; a time that is further back was told by another clock.
    private static let longestBuffer = 30.0
    /// What is buffered comes at once. Pictures from before the outage that come for longer than this are new ones whose
    /// clock was set back.
    private static let longestReplay = Duration.seconds(3)
    private let settings: FeedSettings
    private let isLive: Bool
    private let outage: Outage?
    private var description: OpenedSource?
    private var sequencer: FrameSequencer?
    private var counts = SourceCounts()
    private let countsBefore: SourceCounts
    private var beganAt: Duration?
    private var replaySince: Duration?
    /// Time of the last frame that was analysed.
    private var analyzedAt: Timestamp?
    private var isStepping = false
    private var hasFailed = false
    /// Where the stream's clock is zero, in milliseconds since 1970 UTC.
    private var origin: Int64

    init(
        _ request: SourceRequest, number: Int, settings: FeedSettings, tracker: ByteTracker?, outage: Outage?,
        _ ledger: FeedLedger
    ) {
        (self.request, self.number, self.settings) = (request, number, settings)
        (self.tracker, self.outage) = (tracker, outage)
        isLive = if case .camera = settings.source { true } else { false }
        clockSkew = request.clockSkew
        origin = ledger.zero
        countsBefore = ledger.status.counts
    }

    /// Seconds since the first picture.
    func seconds(at now: Moment) -> Double { beganAt.map { (now.monotonic - $0) / .seconds(1) } ?? 0 }

    /// What came of a file.
    func result(_ end: StreamEnding) -> FolderWatch.Result {
        if hasFailed { return .failed }
        switch end.error {
        case .stalled: return .failed
        case nil: return .analyzed
        default: return hasBegun ? .analyzed : .unopened
        }
    }

    /// Takes what the source tells.
    mutating func take(_ event: SourceEvent, at now: Moment, _ ledger: inout FeedLedger) {
        switch event {
        case .started(let processID): ledger.status.processID = processID
        case .opened(let description):
            self.description = description
            let wanted = request.options.hardware
            if wanted != .none, description.decoder == "software" {
                ledger.effects.append(
                    .tell(.warning, "no hardware decodes it (hwaccel \(wanted.rawValue)): the processor does"))
            }
        case .frame(let frame):
            if !isStepping { add(frame, at: now, &ledger) }
        case .ended(let error, let counts):
            if counts.decoded >= self.counts.decoded { self.counts = counts }
            noteCounts(&ledger)
            end(isStepping ? .broken(source: settings.name, reason: "a clock was set") : error, at: now, &ledger)
        }
    }

    /// Takes what a worker reports.
    mutating func take(_ outcome: Outcome, at now: Moment, _ ledger: inout FeedLedger) {
        do throws(InferenceError) {
            for frame in try sequencer?.take(outcome) ?? [] {
                let records = ledger.recorder.add(frame)
                ledger.effects.append(.permit)
                ledger.write(records, origin: origin)
                ledger.effects.append(.progress(ledger.recorder.progress))
                note(frame, at: now, &ledger)
                if settings.showsPictures { ledger.effects.append(.look(frame)) }
            }
            ledger.effects += (sequencer?.takeJobs() ?? []).map { .order($0) }
            if let end = sequencer?.end { finish(end, &ledger) }
        } catch {
            hasFailed = true
            ledger.effects.append(.tell(.error, "\(error)"))
            abandon(.broken(source: settings.name, reason: "\(error)"), &ledger)
        }
    }

    // MARK: - Pictures

    private mutating func add(_ frame: SourceFrame, at now: Moment, _ ledger: inout FeedLedger) {
        if frame.facts.isClockStep && hasBegun {
            isStepping = true
            gapReason = .clockChanged
            ledger.effects.append(.stopReading)
            return
        }
        var decoded = frame.frame
        if isLive {
            decoded.info.time = Timestamp(microseconds: decoded.info.time.microseconds - ledger.zero * 1000)
            ledger.clockLead = decoded.info.time.milliseconds - (now.utcMilliseconds - ledger.zero)
        }
        if !hasBegun {
            if isReplay(decoded.info.time, at: now) {
                ledger.status.dropped += 1 + frame.facts.dropped
                ledger.effects.append(.permit)
                return
            }
            begin(with: frame, at: decoded.info.time, now, &ledger)
        }
        counts = frame.facts.counts
        clockSkew = frame.facts.clockSkew ?? clockSkew
        noteArrival(of: frame, at: decoded.info.time, &ledger)
        take(Outcome.decoded(decoded), at: now, &ledger)
    }

    /// Whether a picture is from before the last connection broke off: cameras send what they have buffered, all at once.
    /// Where a clock was set, times do go back.
    private mutating func isReplay(_ time: Timestamp, at now: Moment) -> Bool {
        guard let outage, outage.reason != .clockChanged else { return false }
        let since = replaySince ?? now.monotonic
        replaySince = since
        return (0..<Self.longestBuffer).contains(outage.from.seconds(since: time))
            && now.monotonic - since < Self.longestReplay
    }

    private mutating func begin(
        with frame: SourceFrame, at time: Timestamp, _ now: Moment, _ ledger: inout FeedLedger
    ) {
        guard let description else { return }
        (hasBegun, beganAt) = (true, now.monotonic)
        ledger.hasRecorded = true
        sequencer = FrameSequencer(options: settings.options, tracker: tracker)
        ledger.effects.append(.prepare(frame.frame.picture.size))
        if let outage {
            let isBack = time < outage.from
            let gap = Gap(
                from: isBack ? time : outage.from, to: time, reason: isBack ? .clockChanged : outage.reason,
                framesLost: nil)
            ledger.note(gap, origin: origin)
        }
        let opening = opening(description, frame)
        ledger.write(ledger.recorder.beginRun(opening, at: time, origin: isLive ? nil : origin), origin: origin)
        let decoder = description.decoder.map { ", decoder \($0)" } ?? ""
        ledger.effects.append(
            .tell(
                .notice,
                "running: \(description.stream.codec) \(frame.frame.picture.size)\(decoder), clock \(frame.facts.clock.rawValue)"
            ))
        ledger.status.state = .running
        ledger.status.runs += 1
        ledger.status.message = nil
        ledger.status.decoder = description.decoder
    }

    private mutating func opening(_ description: OpenedSource, _ frame: SourceFrame) -> StreamRecorder.Opening {
        let source = request.name
        guard isLive else {
            let (opening, zero) = StreamRecorder.Opening.file(
                source, description.stream, startTime: settings.options.startTime, decoder: description.decoder)
            origin = zero
            return opening
        }
        return StreamRecorder.Opening(
            description: description.stream, source: source, clock: frame.facts.clock, timeOrigin: .clock,
            clockError: frame.facts.clockError / 1000, decoder: description.decoder)
    }

    private func noteArrival(of frame: SourceFrame, at time: Timestamp, _ ledger: inout FeedLedger) {
        let seen = ledger.recorder.last.time
        // Where few are wanted, two of them are further apart.
        let usual = request.fps.map { 1 / $0 } ?? 0
        if frame.facts.dropped > 0, time.seconds(since: seen) > max(Self.overloadGap, 1.5 * usual) {
            ledger.note(Gap(from: seen, to: time, reason: .overload, framesLost: frame.facts.dropped), origin: origin)
        }
        noteCounts(&ledger)
        ledger.status.dropped += frame.facts.dropped
        ledger.status.inFlight += 1
        ledger.status.frameSize = frame.frame.picture.size
        ledger.status.clock = frame.facts.clock
        ledger.status.clockError = frame.facts.clock == .file ? nil : frame.facts.clockError / 1000
    }

    private func noteCounts(_ ledger: inout FeedLedger) {
        ledger.status.read = countsBefore.decoded + counts.decoded
        ledger.status.damaged = countsBefore.damaged + counts.damaged
    }

    private mutating func note(_ frame: AnalyzedFrame, at now: Moment, _ ledger: inout FeedLedger) {
        noteObserved(frame, &ledger)
        let totals = ledger.recorder.totals
        ledger.status.inFlight -= 1
        ledger.status.analyzed += frame.update == nil ? 0 : 1
        ledger.status.people = ledger.recorder.progress.people
        (ledger.status.paths, ledger.status.points, ledger.status.faces) = (totals.paths, totals.points, totals.faces)
        ledger.status.lastFrame = now.utcMilliseconds
        guard isLive else { return }
        let taken = ledger.zero + frame.frame.info.time.milliseconds
        let latency = Double(max(0, now.utcMilliseconds - taken)) / 1000
        ledger.status.add(latency: latency)
        ledger.interval.add(latency: latency)
    }

    /// Pictures may be further apart than that: then nobody knows what was between them.
    private mutating func noteObserved(_ frame: AnalyzedFrame, _ ledger: inout FeedLedger) {
        guard frame.update != nil else { return }
        let time = frame.frame.info.time
        if let seconds = analyzedAt.map({ time.seconds(since: $0) }), seconds > 0,
            seconds <= ledger.recorder.longestStep
        {
            ledger.status.observedSeconds += seconds
        }
        analyzedAt = time
    }

    // MARK: - The end

    private mutating func end(_ error: DecodingError?, at now: Moment, _ ledger: inout FeedLedger) {
        if case .stalled = error { gapReason = .stalled }
        guard hasBegun else {
            ending = StreamEnding(error: error, removals: [])
            return
        }
        take(.ended(error), at: now, &ledger)
    }

    /// Ends without what the workers still have.
    mutating func abandon(_ error: DecodingError, _ ledger: inout FeedLedger) {
        guard ending == nil else { return }
        guard hasBegun else {
            ending = StreamEnding(error: error, removals: [])
            return
        }
        var tracker = sequencer?.tracker
        finish(StreamEnding(error: error, removals: tracker?.finish() ?? []), &ledger)
        self.tracker = tracker
    }

    private mutating func finish(_ end: StreamEnding, _ ledger: inout FeedLedger) {
        tracker = sequencer?.tracker
        let records = ledger.recorder.endRun(end, reason: recordedReason(of: end), counts: counts)
        ledger.write(records, origin: origin)
        ending = end
    }

    /// A live camera's stream never ends by itself.
    private func recordedReason(of end: StreamEnding) -> StreamEnd.Reason {
        guard isLive else { return end.reason }
        if gapReason == .clockChanged { return .clockChanged }
        return switch end.error {
        case .interrupted: .interrupted
        case .stalled: .stalled
        default: .disconnected
        }
    }
}
