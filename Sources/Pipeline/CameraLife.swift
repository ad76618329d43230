import Decoding
import Dispatch
import Foundation
import Inference
import PathModel
import Recording

/// What a camera's own thread does. Confined to it.
final class CameraLife {
    private let settings: CameraSettings
    private let context: FeedContext
    private let output: RecordOutput
    private let inbox: BoundedQueue<CameraMessageToFeed>
    private let monitor: CameraMonitor
    private let stopping: InterruptFlag
    /// Where a live camera's stream clock is zero, in milliseconds since 1970 UTC.
    private let zero = CameraLife.now()
    private let recorder: StreamRecorder
    private var backoff = Backoff()
    private var interval = StatsInterval()
    private var runCount = 0
    private var leaveBy: Date?
    /// Seconds that frames at work get to be recorded when it is asked to stop.
    private static let leave = 1.5
    /// Since when there are no pictures, and why.
    private var outage: (from: Timestamp, reason: Gap.Reason)?

    init(
        _ settings: CameraSettings, context: FeedContext, output: RecordOutput,
        inbox: BoundedQueue<CameraMessageToFeed>, monitor: CameraMonitor, stopping: InterruptFlag
    ) {
        self.settings = settings
        self.context = context
        self.output = output
        self.inbox = inbox
        self.monitor = monitor
        self.stopping = stopping
        let writer = RecordWriter(
            output: output, feed: settings.name, session: context.session, origin: zero, observed: { Self.now() })
        recorder = StreamRecorder(writer: writer, options: settings.options)
    }

    /// Lives until it is stopped, or a file is done.
    func live() {
        record { try $0.begin(self.sessionStart(), at: self.present) }
        switch settings.source {
        case .stream(let request) where request.isLive: followCamera(request)
        case .stream(let request): analyze(request)
        case .directory(let request): followFolder(request)
        }
        monitor.update { $0.state = self.stopping.isRaised ? .stopped : .finished }
        record { try $0.end(at: self.present) }
        // The others' watchdog goes on asking.
        while !stopping.isRaised, inbox.pop() != nil { monitor.beat() }
        monitor.update { $0.state = .stopped }
    }

    // MARK: - Sources

    private func followCamera(_ request: CameraRequest) {
        while !stopping.isRaised {
            let result = run(request)
            guard !stopping.isRaised else { return }
            if result.lasted > Backoff.goodRun { backoff = Backoff() }
            let seconds = backoff.next()
            let reason = result.error?.description ?? "the camera ended the stream"
            let outcome = result.hadPictures ? "broke off" : "does not open"
            context.log(
                .warning, settings.name, "\(outcome): \(reason); next try in \(Int(seconds.rounded(.up))) s")
            monitor.update {
                $0.failures += 1
                $0.message = reason
            }
            pause(seconds)
        }
    }

    private func analyze(_ request: CameraRequest) {
        let result = run(request)
        if let error = result.error, !stopping.isRaised {
            context.log(.error, settings.name, error.description)
            monitor.update {
                $0.failures += 1
                $0.message = error.description
            }
        } else if !stopping.isRaised {
            context.log(.info, settings.name, "\(SourceName(request.source).redacted) is done")
        }
    }

    private func followFolder(_ request: CameraRequest) {
        var files = NewFiles(folder: request.source, memory: context.stateFolder.map { "\($0)/\(settings.name).done" })
        while !stopping.isRaised {
            do {
                while let path = try files.next(), !stopping.isRaised {
                    var file = request
                    file.source = path
                    analyze(file)
                    if !stopping.isRaised { try files.finish(path) }
                }
            } catch {
                context.log(.warning, settings.name, "\(error)")
                monitor.update { $0.message = "\(error)" }
            }
            pause(2)
        }
    }

    /// Waits, for as long as nothing asks it to stop.
    private func pause(_ seconds: Double) {
        monitor.update {
            $0.state = .waiting
            ($0.people, $0.decoder, $0.clock, $0.clockError, $0.processID) = (0, nil, nil, nil, nil)
        }
        let end = Date(timeIntervalSinceNow: seconds)
        while !stopping.isRaised, Date() < end {
            if case .tick = inbox.pop(before: end) { tick() }
        }
    }

    // MARK: - One run

    private struct RunResult {
        var error: DecodingError?
        var hadPictures = false
        /// Seconds from the first picture to the end.
        var lasted = 0.0
    }

    /// Opens the source and follows it to its end.
    private func run(_ request: CameraRequest) -> RunResult {
        monitor.update { $0.state = .opening }
        // Tries that fail say so themselves.
        context.log(
            monitor.status.failures == 0 ? .info : .debug, settings.name,
            "opening \(SourceName(request.source).redacted)")
        runCount += 1
        let run = CameraRun(
            request, number: runCount, settings: settings, context: context, recorder: recorder, monitor: monitor,
            output: output, zero: zero, outage: outage, inbox: inbox)
        let reading = RunReader(
            request, feed: settings.name, program: context.program, inbox: inbox, following: stopping)
        run.reader = reading
        defer { reading.finish() }
        while run.ending == nil {
            guard let message = nextMessage() else {
                run.abandon(.interrupted)
                break
            }
            switch message {
            case .tick: tick()
            case .started(let processID): monitor.update { $0.processID = processID }
            case .event(let event): run.take(event)
            case .outcome(let outcome, run.number): run.take(outcome)
            case .outcome: break
            }
            while let latency = run.latencies.popLast() { interval.add(latency: latency) }
        }
        if run.hasBegun { outage = request.isLive ? (recorder.last.time, run.gapReason) : nil }
        return RunResult(error: run.ending?.error, hadPictures: run.hasBegun, lasted: run.seconds)
    }

    /// Nil when it has been asked to stop, and workers and process take too long to say so.
    private func nextMessage() -> CameraMessageToFeed? {
        guard stopping.isRaised else { return inbox.pop() }
        let end = leaveBy ?? Date(timeIntervalSinceNow: Self.leave)
        leaveBy = end
        return inbox.pop(before: end)
    }

    private func tick() {
        monitor.beat()
        // Ticks come about once a second.
        guard interval.elapsed >= settings.statsInterval - 0.5 else { return }
        let stats = interval.finish(monitor.status)
        record { try $0.add(stats, at: self.present) }
    }

    /// Now, on the stream clock of a live camera.
    private var present: Timestamp { Timestamp(microseconds: (Self.now() - zero) * 1000) }

    private func record(_ body: (StreamRecorder) throws -> Void) { context.record(settings.name, recorder, body) }

    private func sessionStart() -> SessionStart {
        let models = try? ModelSet.identify(options: settings.options, modelFolder: context.modelFolder)
        return SessionStart(version: context.version, models: models ?? [], settings: settings.options.recorded)
    }

    /// Milliseconds since 1970 UTC.
    static func now() -> Int64 { Int64((Date().timeIntervalSince1970 * 1000).rounded()) }
}

/// How long to wait before the next try: 1 s, doubled each time up to 60 s, each half to one and a half times as long, so
/// that cameras that failed together don't come back together.
struct Backoff {
    /// Seconds of pictures after which a failure counts as the first again.
    static let goodRun = 10.0
    private static let longest = 60.0
    private var seconds = 1.0

    mutating func next() -> Double {
        defer { seconds = min(Self.longest, seconds * 2) }
        return min(Self.longest, seconds * Double.random(in: 0.5...1.5))
    }
}

/// Starts a camera's process and reads from it on a queue of its own.
final class RunReader: Sendable {
    private let permits = BoundedQueue<Void>(capacity: .max)
    private let interrupt: InterruptFlag
    private let group = DispatchGroup()
    /// One frame at the workers and one on its way there: with more, many cameras' frames would grow old in the queue.
    private static let inFlight = 2

    init(
        _ request: CameraRequest, feed: String, program: String, inbox: BoundedQueue<CameraMessageToFeed>,
        following stopping: InterruptFlag
    ) {
        interrupt = InterruptFlag(following: stopping)
        for _ in 0..<Self.inFlight { permits.push(()) }
        let (permits, interrupt) = (permits, interrupt)
        DispatchQueue(label: "footpath.camera.read").async(group: group) {
            Self.read(request, feed, program, permits: permits, inbox: inbox, interrupt: interrupt)
        }
    }

    /// Lets one more frame come.
    func permit() { permits.push(()) }

    /// Asks the process to end; its `ended` still comes.
    func interruptReading() {
        interrupt.raise()
        permits.push(())
    }

    /// Waits for the process's end.
    func finish() {
        interrupt.raise()
        permits.close()
        group.wait()
    }

    private static func read(
        _ request: CameraRequest, _ feed: String, _ program: String, permits: BoundedQueue<Void>,
        inbox: BoundedQueue<CameraMessageToFeed>, interrupt: InterruptFlag
    ) {
        do throws(DecodingError) {
            let process = try CameraProcess(request, feed: feed, program: program, interrupt: interrupt)
            inbox.push(.started(processID: process.processID))
            var isOpening = true
            while isOpening || permits.pop() != nil {
                let event = process.next(isOpening: isOpening)
                isOpening = false
                inbox.push(.event(event))
                if case .ended = event { return }
            }
        } catch {
            inbox.push(.event(.ended(error)))
        }
    }
}
