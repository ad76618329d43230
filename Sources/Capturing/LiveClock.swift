import Decoding
import PathModel

/// When a picture came, on both of this machine's clocks, in microseconds.
public struct Arrival: Hashable, Sendable {
    /// Since 1970 UTC; may be set.
    public var utc: Int64
    /// Counts on evenly.
    public var monotonic: Int64

    /// A time on both clocks.
    public init(utc: Int64, monotonic: Int64) {
        (self.utc, self.monotonic) = (utc, monotonic)
    }
}

/// Gives a live stream's pictures their UTC: by the camera's own reports (RTCP sender reports, RFC 3550 section 6.4.1)
/// where it sends them, else by when pictures arrive. Times grow with every picture but where a clock was set.
struct LiveClock {
    /// A picture's time, and how it was found.
    struct Reading: Hashable {
        /// Microseconds since 1970 UTC.
        var time: Int64
        /// `ntp` or `arrival`.
        var source: StreamStart.Clock
        /// How far the time may be off, as far as can be known: how long before its arrival the picture claims to have
        /// been taken (ntp), or how late the latest pictures came compared with the earliest (arrival). Microseconds.
        var error: Int64
        /// The stream's own time of the picture was missing or wrong.
        var isEstimated: Bool
        /// The camera's clock, or this machine's, was set: the times before and after don't belong together.
        var isStep: Bool
        /// The picture waited in a buffer while the stream was opened: nothing says when it arrived.
        var isBuffered: Bool
        /// How far the camera's clock is ahead of this machine's by its reports, in microseconds, for the next
        /// connection; nil where it sends none that count.
        var skew: Int64?
    }

    /// Larger differences are no network's: somebody set a clock. Microseconds.
    private static let stepLimit: Int64 = 2_000_000
    /// A camera without a clock of its own reports 1970, or when it was made. One whose clock counts may go further away
    /// before it doesn't. Microseconds.
    private static let (plausible, stillPlausible): (Int64, Int64) = (60_000_000, 90_000_000)
    /// By how much times may run fast to reach what they should be, and slow where that is far. At most by half, so that
    /// nobody's speed becomes absurd.
    private static let (slew, farSlew) = (0.1, 0.5)
    /// For how long a report may claim what the one before did not. A report that is wrong is followed by one that is
    /// right, mostly within five seconds. Microseconds.
    private static let doubt: Int64 = 20_000_000
    /// What was buffered is decoded faster than it was sent, and is at most so much: microseconds and pictures.
    private static let (longestBuffer, mostBuffered): (Int64, Int) = (3_000_000, 250)
    /// Pictures without PTS that come closer than this were buffered. Microseconds.
    private static let shortestInterval: Int64 = 20_000

    private var pace = ArrivalPace()
    private var last: (arrival: Arrival, time: Int64)?
    private var opened: (at: Int64, count: Int)?
    private var isAtPace = false
    /// How far the camera's clock is ahead of this machine's; nil where it sends no report that counts.
    private var skew: Int64?
    /// Whether `skew` is from this connection, and not only from its beginning.
    private var isConfirmed = false
    /// The latest report: where it puts a PTS.
    private var report: (offset: Int64, pts: Int64, time: Int64)?
    /// A report that contradicts those before.
    private var doubted: (offset: Int64, skew: Int64, since: Int64)?
    /// Of late pictures; decays, so that it tells of the last minutes.
    private var worstDelay = 0.0

    /// - Parameter skew: what the connection before told at its end.
    init(skew: Int64? = nil) {
        self.skew = skew
    }

    /// The time of the next picture.
    mutating func read(_ stream: StreamTime, arrival: Arrival) -> Reading {
        let paced = pace.read(pts: stream.pts, arrival: arrival.monotonic, mayBeBuffered: !isAtPace)
        let isBuffered = isBuffered(paced, at: arrival.monotonic)
        let byArrival = paced.time + arrival.utc - arrival.monotonic
        var isStep = noteSetting(of: arrival)
        if paced.isRebased { report = nil }
        let reported = paced.isEstimated ? nil : time(of: stream)
        if let reported, take(reported - byArrival, shift: abs(paced.shift), at: arrival.monotonic) { isStep = true }
        let isTrusted = doubted == nil && skew != nil
        let target = (isTrusted ? reported : nil) ?? byArrival + (skew ?? 0)
        var time = target
        if let last, !isStep, isAtPace { time = last.time + limited(target - last.time, to: paced.advance) }
        isAtPace = isAtPace || !isBuffered
        note(delay: arrival.utc - time, at: arrival, isStep: isStep)
        last = (arrival, time)
        return Reading(
            time: time, source: skew == nil ? .arrival : .ntp,
            error: skew == nil ? Int64(worstDelay) : abs(arrival.utc - time), isEstimated: paced.isEstimated,
            isStep: isStep, isBuffered: isBuffered, skew: skew == nil ? nil : time - byArrival)
    }

    /// How far time goes on, given how far it should and how far the picture was taken after the one before.
    private func limited(_ wanted: Int64, to advance: Int64) -> Int64 {
        let isFar = abs(wanted - advance) > Self.stepLimit
        let most = advance + Int64(Double(advance) * (isFar ? Self.farSlew : Self.slew))
        return max(1, advance / 2, min(wanted, most))
    }

    /// By the camera's latest report. Between reports time goes on at the pace at which pictures come: a camera that claims
    /// another frame rate than it sends at counts wrong in between, too.
    private mutating func time(of stream: StreamTime) -> Int64? {
        guard let pts = stream.pts, let offset = stream.reportedOffset else { return nil }
        guard let report, report.offset == offset else {
            report = (offset, pts, pts + offset)
            return pts + offset
        }
        return report.time + Int64(pace.rate * Double(pts - report.pts))
    }

    private mutating func note(delay: Int64, at arrival: Arrival, isStep: Bool) {
        let seconds = last.map { Double(max(0, arrival.monotonic - $0.arrival.monotonic)) / 1e6 } ?? 0
        let before = isStep ? 0 : worstDelay * max(0, 1 - seconds / 60)
        worstDelay = max(Double(max(0, delay)), before)
    }
}

// MARK: - Clocks that are set

extension LiveClock {
    /// - Returns: whether this machine's clock was set and times go by it.
    private mutating func noteSetting(of arrival: Arrival) -> Bool {
        guard let before = last?.arrival else { return false }
        let change = (arrival.utc - before.utc) - (arrival.monotonic - before.monotonic)
        guard abs(change) > Self.stepLimit else { return false }
        guard let skew, isConfirmed, abs(skew - change) <= Self.stillPlausible else {
            accept(nil)
            return true
        }
        adjust(by: -change)
        return false
    }

    private mutating func adjust(by change: Int64) {
        skew? += change
        doubted?.skew += change
    }

    /// Takes how far a report puts the camera's clock ahead of this machine's.
    ///
    /// - Parameter shift: by how much that may differ from what it was because the pace was learned anew.
    /// - Returns: whether times before and after don't belong together.
    private mutating func take(_ reported: Int64, shift: Int64, at now: Int64) -> Bool {
        guard let skew, isAtPace else {
            // The first report that counts: times go towards it, whatever they were before.
            if abs(reported) <= Self.plausible { accept(reported) }
            return false
        }
        if abs(reported - skew) <= Self.stepLimit + shift && abs(reported) <= Self.stillPlausible {
            accept(reported)
            return false
        }
        guard let doubted, abs(reported - doubted.skew) <= Self.stepLimit else {
            doubted = report.map { ($0.offset, reported, now) }
            return false
        }
        // A second report says the same, or no other has come for long.
        guard doubted.offset != report?.offset || now - doubted.since > Self.doubt else { return false }
        let isStep = isConfirmed
        accept(abs(reported) <= Self.plausible ? reported : nil)
        return isStep
    }

    private mutating func accept(_ skew: Int64?) {
        self.skew = skew
        isConfirmed = skew != nil && isAtPace
        doubted = nil
    }
}

// MARK: - The beginning

extension LiveClock {
    /// Whether pictures still come faster than they were taken, as those do that waited while the stream was opened.
    private mutating func isBuffered(_ paced: ArrivalPace.Reading, at now: Int64) -> Bool {
        guard !isAtPace else { return false }
        guard let opened, let last else {
            opened = (now, 1)
            return true
        }
        self.opened?.count += 1
        guard now - opened.at < Self.longestBuffer, opened.count < Self.mostBuffered else { return false }
        let elapsed = now - last.arrival.monotonic
        return elapsed < (paced.isEstimated ? Self.shortestInterval : paced.advance / 2)
    }
}
