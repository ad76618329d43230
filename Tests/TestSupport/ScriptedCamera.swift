import Capturing
import Decoding
import PathModel
import Synchronization
import Waiting

/// A camera without network, process or thread, whose every connection does what a script says, by a simulated clock.
public final class ScriptedCamera: SourceOpening {
    /// What one connection does.
    public struct Script: Sendable {
        /// Seconds until it is open; nil never opens, and says nothing.
        public var opensAfter: Double? = 1
        /// How many pictures it gives.
        public var frames = 0
        /// Seconds from one to the next.
        public var interval = 1.0
        /// What its own clock is ahead, in seconds.
        public var isAhead = 0.0
        /// How many pictures it has buffered, a tenth of a second apart, which come first and all at once.
        public var buffered = 0
        /// Which picture comes with a clock that was set; nil for none.
        public var clockStepAt: Int?
        /// Whether it ends at once after its last picture, or goes on for ever without one.
        public var ends = true
        /// Why it ends; nil at the end of a file.
        public var error: DecodingError? = .broken(source: "camera", reason: "script")
        /// Whether it ends when it is asked to; a hung device doesn't.
        public var obeys = true

        /// A connection that opens and breaks off without a picture.
        public init() {}
    }

    private let clock: SimulatedClock
    private let picture: Picture
    private let stream: StreamDescription
    private let onOpen: @Sendable (SourceRequest) -> Void
    private let script: @Sendable (Int) -> Script
    private let count = Mutex(0)

    /// - Parameters:
    ///   - video: gives the one picture of which all that comes is made.
    ///   - onOpen: told of each request.
    ///   - script: what connection 0, 1, ... does.
    public init(
        _ video: SourceName, clock: SimulatedClock, onOpen: @escaping @Sendable (SourceRequest) -> Void = { _ in },
        script: @escaping @Sendable (Int) -> Script
    ) throws {
        let source = try VideoSource(video, threads: 1, interrupt: InterruptFlag())
        guard let picture = try source.next()?.picture else { throw DecodingError.interrupted }
        (self.clock, self.picture, self.onOpen, self.script) = (clock, picture, onOpen, script)
        stream = source.description
    }

    /// How often it was opened.
    public var opened: Int { count.withLock { $0 } }

    public func open(
        _ request: SourceRequest, report: @escaping @Sendable (SourceEvent) -> Void
    ) -> any SourceConnection {
        onOpen(request)
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        let connection = ScriptedConnection(
            script(number), clock: clock, picture: picture, isLive: request.options.isLive, report: report)
        if let seconds = connection.script.opensAfter {
            clock.after(seconds) { [stream] in connection.open(OpenedSource(stream: stream, decoder: "software")) }
        }
        return connection
    }
}

private final class ScriptedConnection: SourceConnection {
    private struct State {
        var permits = 2
        var given = 0
        var dropped = 0
        var hasEnded = false
    }

    let script: ScriptedCamera.Script
    private let clock: SimulatedClock
    private let picture: Picture
    private let isLive: Bool
    private let report: @Sendable (SourceEvent) -> Void
    private let state = Mutex(State())

    init(
        _ script: ScriptedCamera.Script, clock: SimulatedClock, picture: Picture, isLive: Bool,
        report: @escaping @Sendable (SourceEvent) -> Void
    ) {
        (self.script, self.clock, self.picture) = (script, clock, picture)
        (self.isLive, self.report) = (isLive, report)
    }

    func open(_ description: OpenedSource) {
        report(.opened(description))
        goOn()
    }

    func permit() { state.withLock { $0.permits += 1 } }

    func stop() {
        if script.obeys { clock.after(0) { self.end(.interrupted) } }
    }

    func hasEnded(within seconds: Double) -> Bool { script.obeys }

    private func goOn() {
        let given = state.withLock { $0.hasEnded ? nil : $0.given }
        guard let given else { return }
        if given < script.frames {
            clock.after(given == 0 ? 0 : given < script.buffered ? 0.001 : script.interval) { self.give() }
        } else if script.ends {
            end(script.error)
        }
    }

    private func give() {
        let frame: SourceFrame? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            let index = state.given
            state.given += 1
            guard state.permits > 0 else {
                state.dropped += 1
                return nil
            }
            state.permits -= 1
            defer { state.dropped = 0 }
            return self.frame(index, dropped: state.dropped)
        }
        if let frame { report(.frame(frame)) }
        goOn()
    }

    private func frame(_ index: Int, dropped: Int) -> SourceFrame {
        let arrival = clock.now.utc
        let ahead = script.isAhead - Double(max(0, script.buffered - index)) / 10
        let time = isLive ? arrival + Int64(ahead * 1e6) : Int64(Double(index) * script.interval * 1e6)
        var counts = SourceCounts()
        counts.decoded = index + 1
        let info = FrameInfo(index: index, time: Timestamp(microseconds: time), isTimeEstimated: false)
        var facts = CaptureFacts(counts: counts)
        facts.clock = isLive ? .arrival : .file
        facts.isClockStep = script.clockStepAt == index
        facts.dropped = dropped
        facts.clockSkew = Int64(script.isAhead * 1e6)
        return SourceFrame(DecodedFrame(info: info, picture: picture, followsDamage: false), facts)
    }

    private func end(_ error: DecodingError?) {
        let (isFirst, given) = state.withLock { state in
            defer { state.hasEnded = true }
            return (!state.hasEnded, state.given)
        }
        var counts = SourceCounts()
        counts.decoded = given
        if isFirst { report(.ended(error, counts)) }
    }
}
