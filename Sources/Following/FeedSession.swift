import Analyzing
import Capturing
import Decoding
import PathModel
import Recording
import Tracking
import Waiting

/// What reaches a feed's session. What is of one run carries its number.
package enum FeedMessage: Sendable {
    /// It may begin to live.
    case begin
    /// Its time to wake up has come.
    case woke
    /// It is to end all paths and stop.
    case stop
    /// The run's source tells something.
    case source(SourceEvent, run: Int)
    /// A worker tells something.
    case worker(Outcome, run: Int)
    /// The answer to `list`.
    case listed(FolderListing)

    /// Nil where it is of no run.
    var run: Int? {
        switch self {
        case .source(_, let run), .worker(_, let run): run
        case .begin, .woke, .stop, .listed: nil
        }
    }
}

/// What a session wants done. Nothing of it is waited for.
package enum FeedEffect: Sendable {
    /// Open a source; what it tells is of this run.
    case open(SourceRequest, run: Int)
    /// Let the source give one more frame.
    case permit
    /// End the source; its `ended` is still wanted.
    case stopReading
    /// The run is over: end its source, forget its work.
    case close
    /// Make networks ready for frames of this size.
    case prepare(PixelSize)
    /// Have the workers do this.
    case order(Job)
    /// Write records whose clock is zero at `origin`, in milliseconds since 1970 UTC.
    case write([PathRecord], origin: Int64)
    /// Tell people.
    case tell(LogLevel, String)
    /// One more frame is recorded.
    case progress(FeedProgress)
    /// Let those look who may: everything is known of this frame.
    case look(AnalyzedFrame)
    /// List the folder, and say whether anybody is still writing to the file of this name in it.
    case list(check: FolderEntry?)
    /// Write down what is done of the folder.
    case remember(String)
}

/// One feed as a state machine: messages in, effects out. It does nothing itself and knows no clock but the times of its messages.
///
/// A camera is opened again for ever, a file once, a folder's files one after another. Each opening is a run.
package struct FeedSession {
    /// What the session's own records are dated by.
    package enum Dating {
        /// UTC, counted from the session's start.
        case utc
        /// A file's clock, which is zero at `zero` (milliseconds since 1970 UTC).
        case stream(zero: Int64, start: Timestamp)
    }

    /// Seconds that frames at work get to be recorded when it is asked to stop.
    private static let leave = 1.5

    private let settings: FeedSettings
    private let dating: Dating
    private let start: SessionStart
    private var ledger: FeedLedger
    private var run: FeedRun?
    private var runCount = 0
    private var tracker: ByteTracker?
    /// How far a camera's clock was ahead when it was last open.
    private var clockSkew: Int64?
    private var backoff: Backoff
    private var folder: FolderWatch?
    /// Since when there are no pictures, and why.
    private var outage: FeedRun.Outage?
    private var pauseEnd: Duration?
    private var isStopping = false
    private var leaveBy: Duration?
    /// Whether everything is written and nothing more will be done.
    private(set) var isOver = false

    /// - Parameters:
    ///   - start: the program, its networks and settings, for the record.
    ///   - done: what is remembered of a folder.
    ///   - jitter: a factor for the time until the next try.
    package init(
        _ settings: FeedSettings, dating: Dating = .utc, start: SessionStart, done: String = "",
        jitter: @escaping @Sendable () -> Double = { .random(in: 0.5...1.5) }
    ) {
        self.settings = settings
        self.dating = dating
        self.start = start
        backoff = Backoff(jitter: jitter)
        ledger = FeedLedger(settings)
        if case .directory(let request) = settings.source {
            folder = FolderWatch(request, settle: settings.settle, memory: done)
        }
    }

    private var isCamera: Bool { if case .camera = settings.source { true } else { false } }

    /// How the feed is doing.
    var status: FeedStatus { ledger.status }

    /// What came of it so far.
    package var summary: FeedSummary { ledger.recorder.summary }

    /// When it is to be woken where no message comes before; nil is never.
    var wake: Duration? {
        guard !isOver else { return nil }
        return [pauseEnd, leaveBy, ledger.interval.end, folder?.answerBy].compactMap { $0 }.min()
    }

    /// Takes a message.
    mutating func take(_ message: FeedMessage, at now: Moment) -> [FeedEffect] {
        // The one place where what is of an older run is dropped.
        if let number = message.run, number != run?.number { return [] }
        guard !isOver else { return [] }
        switch message {
        case .begin: begin(at: now)
        case .woke: break
        case .stop: stop(at: now)
        case .source(let event, _): run?.take(event, at: now, &ledger)
        case .worker(let outcome, _): run?.take(outcome, at: now, &ledger)
        case .listed(let listing): take(listing, at: now)
        }
        if let end = run?.ending { finishRun(end, at: now) }
        if !isOver { wakeUp(at: now) }
        return ledger.takeEffects()
    }

    // MARK: - Beginning and ending

    private mutating func begin(at now: Moment) {
        switch dating {
        case .utc: ledger.zero = now.utcMilliseconds
        case .stream(let zero, _): ledger.zero = zero
        }
        ledger.interval.begin(at: now.monotonic)
        if isCamera { ledger.recorder.beginCamera(origin: ledger.zero) }
        writeOfSession(.sessionStart(start), at: now)
        let layout = settings.options.layout
        let regions =
            layout.zones.map(Region.init) + layout.lines.map(Region.init)
            + settings.options.masks.map { Region(mask: $0.polygon) }
        for region in regions { writeOfSession(.region(region), at: now) }
        goOn(at: now)
    }

    /// Opens what is next, or looks for it.
    private mutating func goOn(at now: Moment) {
        pauseEnd = nil
        switch settings.source {
        case .camera(let request), .file(let request): open(request)
        case .directory: list(check: nil, at: now)
        }
    }

    private mutating func stop(at now: Moment) {
        isStopping = true
        guard run != nil else { return finish(at: now, isOut: isCamera) }
        ledger.effects.append(.stopReading)
        leaveBy = now.monotonic + .seconds(Self.leave)
    }

    /// - Parameter isOut: whether it is a camera without pictures.
    private mutating func finish(at now: Moment, isOut: Bool = false) {
        if isOut { ledger.endOutage(at: now) }
        ledger.status.state = isStopping ? .stopped : .finished
        // A camera's clock may be ahead, and time doesn't go back for that.
        writeOfSession(ledger.recorder.end, at: now, notBefore: ledger.hasRecorded ? ledger.recorder.last.time : nil)
        isOver = true
    }

    private mutating func wakeUp(at now: Moment) {
        if let leaveBy, leaveBy <= now.monotonic {
            run?.abandon(.interrupted, &ledger)
            if let end = run?.ending { finishRun(end, at: now) }
            return
        }
        if isCamera, run?.hasBegun != true { ledger.passOutage(at: now) }
        if let stats = ledger.interval.finish(ledger.status, at: now.monotonic) {
            writeOfSession(.stats(stats), at: now)
        }
        if folder?.isSilent(at: now.monotonic) == true {
            tell(.warning, "the folder does not answer; it is waited for")
        }
        if let pauseEnd, pauseEnd <= now.monotonic { goOn(at: now) }
    }

    private mutating func writeOfSession(_ event: PathRecord.Event, at now: Moment, notBefore last: Timestamp? = nil) {
        var time: Timestamp
        switch dating {
        case .utc: time = Timestamp(microseconds: (now.utcMilliseconds - ledger.zero) * 1000)
        case .stream(_, let start): time = ledger.hasRecorded ? ledger.recorder.last.time : start
        }
        if let last { time = max(time, last) }
        ledger.write([PathRecord(time: time, event: event)], origin: ledger.zero)
    }

    private mutating func tell(_ level: LogLevel, _ text: String) {
        ledger.status.message = text
        ledger.effects.append(.tell(level, text))
    }

    // MARK: - Runs

    private mutating func open(_ request: SourceRequest) {
        runCount += 1
        var request = request
        request.clockSkew = clockSkew
        ledger.status.state = .opening
        // Tries that fail say so themselves.
        ledger.effects.append(
            .tell(ledger.status.failures == 0 ? .info : .debug, "opening \(request.name.redacted)"))
        run = FeedRun(request, number: runCount, settings: settings, tracker: tracker, outage: outage, ledger)
        ledger.effects.append(.open(request, run: runCount))
    }

    private mutating func finishRun(_ end: StreamEnding, at now: Moment) {
        guard let ended = run else { return }
        run = nil
        tracker = ended.tracker ?? tracker
        clockSkew = ended.clockSkew
        ledger.effects.append(.close)
        ledger.noteRunEnd()
        if isStopping { return finish(at: now, isOut: isCamera && !ended.hasBegun) }
        switch settings.source {
        case .camera: retry(after: ended, end, at: now)
        case .file(let request):
            note(end, of: request)
            finish(at: now)
        case .directory:
            note(end, of: ended.request)
            if let message = folder?.finish(ended.result(end), at: now) { tell(.warning, message) }
            if let folder { ledger.effects.append(.remember(folder.memory)) }
            goOn(at: now)
        }
    }

    private mutating func retry(after ended: FeedRun, _ end: StreamEnding, at now: Moment) {
        if ended.hasBegun { outage = FeedRun.Outage(from: ledger.recorder.last.time, reason: ended.gapReason) }
        if ended.seconds(at: now) > Backoff.goodRun { backoff.reset() }
        let seconds = backoff.next()
        let reason = end.error?.description ?? "the camera ended the stream"
        let outcome = ended.hasBegun ? "broke off" : "does not open"
        ledger.status.failures += 1
        tell(.warning, "\(outcome): \(reason); next try in \(Int(seconds.rounded(.up))) s")
        ledger.status.message = reason
        pause(seconds, .waiting, at: now)
    }

    private mutating func note(_ end: StreamEnding, of request: SourceRequest) {
        if let error = end.error {
            ledger.status.failures += 1
            tell(.error, error.description)
        } else {
            ledger.effects.append(.tell(.info, "\(request.name.redacted) is done"))
        }
    }

    private mutating func pause(_ seconds: Double, _ state: FeedState, at now: Moment) {
        ledger.status.state = state
        pauseEnd = now.monotonic + .seconds(seconds)
    }

    // MARK: - A folder

    private mutating func list(check entry: FolderEntry?, at now: Moment) {
        folder?.ask(at: now)
        ledger.effects.append(.list(check: entry))
    }

    private mutating func take(_ listing: FolderListing, at now: Moment) {
        guard run == nil, let step = folder?.take(listing, at: now) else { return }
        for (level, text) in step.messages { tell(level, text) }
        switch step.next {
        case .open(let request): open(request)
        case .check(let entry): list(check: entry, at: now)
        case .wait(let seconds, let isIdle):
            if isIdle && step.messages.isEmpty { ledger.status.message = nil }
            pause(seconds, isIdle ? .idle : .waiting, at: now)
        }
        if step.forgets, let folder { ledger.effects.append(.remember(folder.memory)) }
    }
}

/// How long to wait before the next try: 1 s, doubled each time up to 60 s, each half to one and a half times as long, so
/// that cameras that failed together don't come back together.
struct Backoff {
    /// Seconds of pictures after which a failure counts as the first again.
    static let goodRun = 10.0
    private static let longest = 60.0
    private let jitter: @Sendable () -> Double
    private var seconds = 1.0

    init(jitter: @escaping @Sendable () -> Double = { .random(in: 0.5...1.5) }) {
        self.jitter = jitter
    }

    mutating func next() -> Double {
        defer { seconds = min(Self.longest, seconds * 2) }
        return min(Self.longest, seconds * jitter())
    }

    mutating func reset() { seconds = 1 }
}
