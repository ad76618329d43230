import Capturing
import Decoding
import Foundation
import PathModel
import Synchronization
import Waiting

/// Where a camera is in its life.
public enum FeedState: String, Hashable, Sendable {
    /// Its process connects and probes.
    case opening
    /// Pictures come.
    case running
    /// It failed and is tried again after a while, or a folder's file is waited for.
    case waiting
    /// All that is in a folder is done.
    case idle
    /// A file or all that is to come of it is done.
    case finished
    /// The daemon ends, or the camera left the configuration.
    case stopped
}

/// How a camera is doing, for those who watch the daemon. Counts are since its start.
public struct FeedStatus: Hashable, Sendable {
    /// Upper bounds of the latency histogram, in seconds.
    public static let latencyBounds = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

    /// Where it is in its life.
    public var state = FeedState.opening
    /// What went wrong last; nil while nothing did.
    public var message: String?
    /// Connections that gave a picture.
    public var runs = 0
    /// Failures to open, and runs that broke off.
    public var failures = 0
    /// Frames decoded, searched for people, and left out because newer ones came.
    public var read = 0, analyzed = 0, dropped = 0
    /// Damaged packets and frames.
    public var damaged = 0
    /// Gaps by their reason.
    public var gaps: [Gap.Reason: Int] = [:]
    /// Paths, points and faces recorded.
    public var paths = 0, points = 0, faces = 0
    /// Confirmed tracks in the last frame.
    public var people = 0
    /// What was counted at its zones and lines.
    public var regions = RegionTally()
    /// Seconds of the stream in which pictures were analysed.
    public var observedSeconds = 0.0
    /// Where it is decoded; nil while nothing is.
    public var decoder: String?
    /// The picture as shown; nil before the first.
    public var frameSize: PixelSize?
    /// Whose clock tells the time; nil while there are no pictures.
    public var clock: StreamStart.Clock?
    /// How far the time may be off, in milliseconds; nil while there are no pictures.
    public var clockError: Int64?
    /// Frames at work.
    public var inFlight = 0
    /// Id of its process; nil while there is none.
    public var processID: Int32?
    /// When the last frame was recorded, in milliseconds since 1970 UTC; nil before the first.
    public var lastFrame: Int64?
    /// Seconds from a picture's time to its records: how many were at most each of `latencyBounds`, and beyond.
    public var latencyCounts = [Int](repeating: 0, count: latencyBounds.count + 1)
    /// Their sum.
    public var latencySum = 0.0

    /// The state before anything happened.
    public init() {}

    /// Frames decoded, and what was damaged.
    package var counts: SourceCounts {
        var counts = SourceCounts()
        (counts.decoded, counts.damaged) = (read, damaged)
        return counts
    }

    package mutating func add(latency: Double) {
        let bucket = Self.latencyBounds.firstIndex { latency <= $0 } ?? Self.latencyBounds.count
        latencyCounts[bucket] += 1
        latencySum += latency
    }
}

/// A number of a camera's status: what `/status` and `/metrics` tell of it, and some of them `stats` records.
public struct FeedFigure: Sendable {
    /// Its key in `/status`; in `/metrics` it is `footpath_camera_` and the key, with `_total` where it only grows.
    public let key: String
    /// Whether it only grows.
    public let isCounter: Bool
    /// Whether `stats` records have it, of the interval where it only grows.
    let isRecorded: Bool
    /// What it is.
    public let help: String
    /// The number.
    public let value: @Sendable (FeedStatus) -> Int

    /// All, in the order in which they are told.
    public static let all = [
        FeedFigure("frames_read", "Frames decoded.", isRecorded: true) { $0.read },
        FeedFigure("frames_analyzed", "Frames searched for people.", isRecorded: true) { $0.analyzed },
        FeedFigure("frames_dropped", "Frames left out because newer ones had come.", isRecorded: true) { $0.dropped },
        FeedFigure("damaged", "Damaged packets and frames.") { $0.damaged },
        FeedFigure("failures", "Failures to open, and breaks.") { $0.failures },
        FeedFigure("runs", "Connections that gave a picture.") { $0.runs },
        FeedFigure("paths", "Paths begun.") { $0.paths },
        FeedFigure("points", "Points of paths recorded.") { $0.points },
        FeedFigure("faces", "Faces recorded.") { $0.faces },
        FeedFigure("people", "People in the last frame.", isCounter: false, isRecorded: true) { $0.people },
        FeedFigure("queue_depth", "Frames at work.", isCounter: false) { $0.inFlight },
    ]

    private init(
        _ key: String, _ help: String, isCounter: Bool = true, isRecorded: Bool = false,
        _ value: @escaping @Sendable (FeedStatus) -> Int
    ) {
        (self.key, self.help, self.isCounter, self.isRecorded, self.value) = (key, help, isCounter, isRecorded, value)
    }
}

/// A camera's status as its own thread last showed it, for those who watch.
public final class FeedMonitor: Sendable {
    private struct Shown {
        var status = FeedStatus()
        var at: ContinuousClock.Instant? = .now
    }

    private let shown = Mutex(Shown())

    /// Nothing is known yet, but where it counts.
    package init(_ layout: CountingLayout = CountingLayout()) {
        shown.withLock { $0.status.regions = RegionTally(layout) }
    }

    /// How the camera is doing.
    public var status: FeedStatus { shown.withLock { $0.status } }

    /// Seconds since the camera's thread last showed that it lives; 0 once it has ended.
    public var silence: Double { shown.withLock { $0.at.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0 } }

    package func show(_ status: FeedStatus) {
        shown.withLock { $0 = Shown(status: status) }
    }

    package func end() {
        shown.withLock { $0.at = nil }
    }
}

/// Collects latencies and counts for the next `stats` record.
struct StatsInterval {
    /// Enough for percentiles of a minute at 60 frames a second.
    private static let mostSamples = 4096
    private let seconds: Double
    private var start = Duration.zero
    private var before = FeedStatus()
    private var latencies: [Double] = []

    /// - Parameter seconds: from one record to the next; infinite is never.
    init(seconds: Double) {
        self.seconds = seconds
    }

    mutating func begin(at now: Duration) { start = now }

    mutating func add(latency: Double) {
        if latencies.count < Self.mostSamples { latencies.append(latency) }
    }

    /// When the interval ends; nil is never.
    var end: Duration? { seconds.isFinite ? start + .seconds(seconds) : nil }

    /// What the interval came to, if it is over; begins the next one.
    mutating func finish(_ status: FeedStatus, at now: Duration) -> FeedStats? {
        guard let end, end <= now else { return nil }
        var stats = FeedStats()
        stats.intervalMilliseconds = Int64(((now - start) / .milliseconds(1)).rounded())
        stats.state = status.state.rawValue
        stats.figures = FeedFigure.all.filter(\.isRecorded).map { figure in
            let value = figure.value(status)
            return .init(figure.key, figure.isCounter ? max(0, value - figure.value(before)) : value)
        }
        let sorted = latencies.sorted()
        func percentile(_ share: Double) -> Int64? {
            guard let last = sorted.last else { return nil }
            let index = Int(Double(sorted.count) * share)
            return Int64(((index < sorted.count ? sorted[index] : last) * 1000).rounded())
        }
        (stats.latencyP50Milliseconds, stats.latencyP99Milliseconds) = (percentile(0.5), percentile(0.99))
        (stats.decoder, stats.clock, stats.clockErrorMilliseconds) = (status.decoder, status.clock, status.clockError)
        stats.memory = ProcessMemory.resident
        start = now
        before = status
        latencies = []
        return stats
    }
}
