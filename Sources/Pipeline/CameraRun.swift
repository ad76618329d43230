import Decoding
import Foundation
import Inference
import PathModel
import Recording
import Tracking

/// One connection to a camera, or one file: its pictures go to the workers, what is found to the records.
///
/// Confined to the camera's thread.
final class CameraRun {
    /// Once every frame is recorded.
    private(set) var ending: StreamEnding?
    /// Whether a picture came.
    private(set) var hasBegun = false
    /// Seconds from pictures to their records, since they were last taken.
    var latencies: [Double] = []
    weak var reader: RunReader?
    /// Tells what workers report of this run from what they report of an abandoned one.
    let number: Int
    /// Why pictures are missing from here on.
    private(set) var gapReason = Gap.Reason.disconnected

    /// A gap in live pictures that is worth a record, in seconds.
    private static let overloadGap = 2.0
    /// What a camera may have buffered, in seconds; a time that is further back was told by another clock.
    private static let longestBuffer = 30.0
    private let request: CameraRequest
    private let settings: CameraSettings
    private let context: FeedContext
    private let recorder: StreamRecorder
    private let monitor: CameraMonitor
    private let output: RecordOutput
    private let zero: Int64
    private let outage: (from: Timestamp, reason: Gap.Reason)?
    private let inbox: BoundedQueue<CameraMessageToFeed>
    private var description: CameraDescription?
    private var sequencer: FrameSequencer?
    private var counts = SourceCounts()
    private var countsBefore = CameraStatus()
    private var beganAt = ContinuousClock.now
    private var isStepping = false

    init(
        _ request: CameraRequest, number: Int, settings: CameraSettings, context: FeedContext, recorder: StreamRecorder,
        monitor: CameraMonitor, output: RecordOutput, zero: Int64, outage: (from: Timestamp, reason: Gap.Reason)?,
        inbox: BoundedQueue<CameraMessageToFeed>
    ) {
        self.request = request
        self.number = number
        self.settings = settings
        self.context = context
        self.recorder = recorder
        self.monitor = monitor
        self.output = output
        self.zero = zero
        self.outage = outage
        self.inbox = inbox
        countsBefore = monitor.status
    }

    /// Seconds since the first picture.
    var seconds: Double { hasBegun ? (ContinuousClock.now - beganAt) / .seconds(1) : 0 }

    /// Takes what the camera's process tells.
    func take(_ event: CameraEvent) {
        switch event {
        case .opened(let description):
            self.description = description
            let wanted = request.options.hardware
            if wanted != .none, description.decoder == "software" {
                context.log(
                    .warning, settings.name, "no hardware decodes it (hwaccel \(wanted.rawValue)): the processor does")
            }
        case .frame(let frame):
            if !isStepping { add(frame) }
        case .ended(let error):
            end(isStepping ? .broken(source: settings.name, reason: "a clock was set") : error)
        }
    }

    /// Takes what a worker reports.
    func take(_ outcome: Outcome) {
        do {
            let finished = try sequencer?.take(outcome) ?? []
            for frame in finished {
                reader?.permit()
                record { try $0.add(frame) }
                note(frame)
            }
            if let end = sequencer?.end { finish(end) }
        } catch {
            context.log(.error, settings.name, "\(error)")
            abandon(.broken(source: settings.name, reason: "\(error)"))
        }
    }

    // MARK: - Pictures

    private func add(_ frame: CameraFrame) {
        if frame.isClockStep && hasBegun {
            isStepping = true
            gapReason = .clockChanged
            reader?.interruptReading()
            return
        }
        var decoded = frame.frame
        if request.isLive { decoded.info.time = onStreamClock(decoded.info.time) }
        if !hasBegun {
            if isKnown(decoded.info.time) {
                reader?.permit()
                return
            }
            begin(with: frame, at: decoded.info.time)
        }
        counts = frame.counts
        noteArrival(of: frame, at: decoded.info.time)
        take(Outcome.decoded(decoded))
    }

    /// Whether a picture is from before the last connection broke off: cameras send what they have buffered. Where a clock
    /// was set, times do go back.
    private func isKnown(_ time: Timestamp) -> Bool {
        guard let outage, outage.reason != .clockChanged else { return false }
        return (0..<Self.longestBuffer).contains(outage.from.seconds(since: time))
    }

    /// From UTC to what is counted from the session's start.
    private func onStreamClock(_ time: Timestamp) -> Timestamp {
        Timestamp(microseconds: time.microseconds - zero * 1000)
    }

    private func begin(with frame: CameraFrame, at time: Timestamp) {
        guard let description else { return }
        hasBegun = true
        beganAt = .now
        let models = ModelSet(
            engine: context.engine, modelFolder: context.modelFolder, options: settings.options,
            frameSize: frame.frame.picture.size)
        let inbox = inbox
        let client = WorkerPool.Client(models: models, options: settings.options) { [number] in
            inbox.push(.outcome($0, run: number))
        }
        sequencer = FrameSequencer(
            jobs: context.pool.jobs(of: client), options: settings.options, tracker: recorder.tracker)
        if let outage {
            let isBack = time < outage.from
            let gap = Gap(
                from: isBack ? time : outage.from, to: time, reason: isBack ? .clockChanged : outage.reason,
                framesLost: nil)
            record { try $0.add(gap) }
            monitor.update { $0.gaps[gap.reason, default: 0] += 1 }
        }
        record { try self.writeStart($0, description, frame, at: time) }
        context.log(
            .notice, settings.name,
            "running: \(description.stream.codec) \(frame.frame.picture.size), decoder \(description.decoder), "
                + "clock \(frame.clock.rawValue)")
        monitor.update {
            $0.state = .running
            $0.runs += 1
            $0.message = nil
            $0.decoder = description.decoder
        }
    }

    private func writeStart(
        _ recorder: StreamRecorder, _ description: CameraDescription, _ frame: CameraFrame, at time: Timestamp
    ) throws(RecordingError) {
        let source = SourceName(request.source)
        guard request.isLive else {
            let (opening, zero) = StreamRecorder.Opening.file(
                source, description.stream, startTime: nil, decoder: description.decoder)
            let writer = RecordWriter(
                output: output, feed: settings.name, session: context.session, origin: zero,
                observed: { CameraLife.now() })
            return try recorder.beginRun(opening, at: time, writer: writer)
        }
        let opening = StreamRecorder.Opening(
            description: description.stream, source: source, clock: frame.clock.recorded, timeOrigin: .clock,
            clockError: frame.clockError / 1000, decoder: description.decoder)
        try recorder.beginRun(opening, at: time)
    }

    private func noteArrival(of frame: CameraFrame, at time: Timestamp) {
        let seen = recorder.last.time
        if frame.dropped > 0, time.seconds(since: seen) > Self.overloadGap {
            let gap = Gap(from: seen, to: time, reason: .overload, framesLost: frame.dropped)
            record { try $0.add(gap) }
            monitor.update { $0.gaps[.overload, default: 0] += 1 }
        }
        let (read, damaged) = (countsBefore.read + counts.decoded, countsBefore.damaged + counts.damaged)
        monitor.update {
            ($0.read, $0.damaged) = (read, damaged)
            $0.dropped += frame.dropped
            $0.inFlight += 1
            $0.frameSize = frame.frame.picture.size
            $0.clock = frame.clock.recorded
            $0.clockError = frame.clock == .file ? nil : frame.clockError / 1000
        }
    }

    private func note(_ frame: AnalyzedFrame) {
        let now = CameraLife.now()
        let taken = zero + frame.frame.info.time.milliseconds
        let latency = request.isLive ? Double(max(0, now - taken)) / 1000 : nil
        let (people, totals) = (recorder.progress.people, recorder.totals)
        monitor.update {
            $0.inFlight = max(0, $0.inFlight - 1)
            $0.analyzed += frame.update == nil ? 0 : 1
            $0.people = people
            ($0.paths, $0.points, $0.faces) = (totals.paths, totals.points, totals.faces)
            $0.lastFrame = now
            if let latency { $0.add(latency: latency) }
        }
        if let latency { latencies.append(latency) }
    }

    // MARK: - The end

    private func end(_ error: DecodingError?) {
        if case .stalled = error { gapReason = .stalled }
        guard hasBegun else {
            ending = StreamEnding(error: error, removals: [])
            return
        }
        take(Outcome.ended(error))
    }

    /// Ends without what the workers still have.
    func abandon(_ error: DecodingError) {
        guard ending == nil else { return }
        guard hasBegun else {
            ending = StreamEnding(error: error, removals: [])
            return
        }
        var tracker = sequencer?.tracker
        finish(StreamEnding(error: error, removals: tracker?.finish() ?? []))
        recorder.tracker = tracker
    }

    private func finish(_ end: StreamEnding) {
        recorder.tracker = sequencer?.tracker
        let reason = recordedReason(of: end)
        record { try $0.endRun(end, reason: reason, counts: counts) }
        monitor.update { $0.inFlight = 0 }
        ending = end
    }

    /// A live camera's stream never ends by itself.
    private func recordedReason(of end: StreamEnding) -> StreamEnd.Reason {
        guard request.isLive else { return end.reason }
        if gapReason == .clockChanged { return .clockChanged }
        return switch end.error {
        case .interrupted: .interrupted
        case .stalled: .stalled
        default: .disconnected
        }
    }

    private func record(_ body: (StreamRecorder) throws -> Void) { context.record(settings.name, recorder, body) }
}

extension ClockSource {
    fileprivate var recorded: StreamStart.Clock {
        switch self {
        case .ntp: .ntp
        case .arrival: .arrival
        case .file: .file
        }
    }
}

extension CameraStatus {
    fileprivate mutating func add(latency: Double) {
        let bucket = Self.latencyBounds.firstIndex { latency <= $0 } ?? Self.latencyBounds.count
        latencyCounts[bucket] += 1
        latencySum += latency
    }
}
