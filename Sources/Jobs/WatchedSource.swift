import Capturing
import Decoding
import PathModel
import Synchronization

/// A source whose events are seen on their way to the feed, and which ends where the video is longer than it may be.
final class WatchedSource: SourceOpening {
    /// What came of it.
    struct Seen: Sendable {
        var error: DecodingError?
        var counts = SourceCounts()
        /// Why it was ended before its end.
        var excess: String?
        /// The first picture's time and the last one's, in microseconds of the source.
        fileprivate var first: Int64?
        fileprivate var last: Int64 = 0

        /// Seconds from the first picture to the last one.
        var seconds: Double { first.map { Double(last - $0) / 1e6 } ?? 0 }
    }

    /// Cameras for slow motion take as many a second, for a short while; more is made to keep the workers busy.
    private static let mostPictures = 240.0
    private let source: any SourceOpening
    private let limit: Double
    private let interrupt: InterruptFlag
    private let state = Mutex(Seen())

    /// - Parameters:
    ///   - limit: of the video, in seconds.
    ///   - interrupt: raised where it is longer.
    init(_ source: any SourceOpening, limit: Double, interrupt: InterruptFlag) {
        (self.source, self.limit, self.interrupt) = (source, limit, interrupt)
    }

    /// So far.
    var seen: Seen { state.withLock { $0 } }

    func open(
        _ request: SourceRequest, report: @escaping @Sendable (SourceEvent) -> Void
    ) -> any SourceConnection {
        source.open(request) { [self] event in
            note(event)
            report(event)
        }
    }

    private func note(_ event: SourceEvent) {
        let isTooLong = state.withLock { seen in
            switch event {
            case .started: break
            case .opened(let opened):
                let seconds = Double(opened.stream.duration ?? 0) / 1e6
                if seconds > limit + 1 { seen.excess = "The video is \(Self.hours(seconds)) long; \(bound)" }
            case .frame(let frame):
                let time = frame.frame.info.time.microseconds
                seen.first = seen.first ?? time
                seen.last = time
                seen.counts = frame.facts.counts
                if seen.seconds > limit + 1 { seen.excess = "The video goes on and on; \(bound)" }
                if Double(seen.counts.decoded) > limit * Self.mostPictures {
                    seen.excess = "The video has more than \(seen.counts.decoded) frames; \(bound)"
                }
            case .ended(let error, let counts):
                seen.error = error
                if counts.decoded >= seen.counts.decoded { seen.counts = counts }
            }
            return seen.excess != nil
        }
        if isTooLong { interrupt.raise() }
    }

    private var bound: String { "the longest that is analysed is \(Self.hours(limit))." }

    private static func hours(_ seconds: Double) -> String {
        let minutes = Int(min(seconds, 1e9) / 60)
        return minutes < 1
            ? "\(Int(seconds)) s" : minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
