import PathModel

/// Maps a camera's PTS to UTC: by the camera's own reports (RTCP sender reports, RFC 3550 section 6.4.1) where it sends
/// them, else by when pictures arrive.
///
/// Pictures arrive late by a changing amount, never early. So an offset is believed that lets the earliest ones of late
/// be on time, and it follows the camera's drift slowly. Times grow with every picture.
struct LiveClock {
    /// A picture's time, and how it was found.
    struct Reading: Hashable {
        /// Microseconds since 1970 UTC.
        var time: Int64
        /// `ntp` or `arrival`.
        var source: ClockSource
        /// How far the time may be off, as far as can be known: how long before its arrival the picture claims to have
        /// been taken (ntp), or how late the latest pictures came compared with the earliest (arrival). Microseconds.
        var error: Int64
        /// The camera's clock, or this machine's, was set: the times before and after don't belong together.
        var isStep: Bool
    }

    /// Larger differences are no network's: somebody set a clock. Microseconds.
    private static let stepLimit: Int64 = 2_000_000
    /// How long pictures may come late before their times are doubted. Microseconds.
    private static let patience: Int64 = 10_000_000
    /// A camera without a clock of its own reports 1970, or when it was made. Microseconds.
    private static let plausible: Int64 = 60_000_000
    /// How fast the offset may grow: crystals drift by a tenth of this.
    private static let drift = 0.0005
    /// How fast times may be pulled to the camera's own, once it reports them.
    private static let slew = 0.05

    private struct Last {
        var pts: Int64
        var arrival: Int64
        var time: Int64
    }

    /// Added to a PTS it gives UTC.
    private var offset: Int64?
    private var last: Last?
    /// Decays, so that it tells of the last minutes.
    private var worstDelay = 0.0
    private var isReported = false
    /// Of the pictures that arrived since.
    private var leastDelay: (since: Int64, delay: Int64) = (0, .max)

    /// The time of the next picture.
    ///
    /// - Parameters:
    ///   - pts: microseconds on the camera's clock.
    ///   - arrival: microseconds since 1970 UTC.
    ///   - realTimeOfZero: what the camera says of pts 0, in microseconds since 1970 UTC; nil where it says nothing.
    mutating func read(pts: Int64, arrival: Int64, realTimeOfZero: Int64?) -> Reading {
        let reported = realTimeOfZero.flatMap { abs($0 + pts - arrival) <= Self.plausible ? $0 : nil }
        var isStep = false
        if let last {
            let elapsed = (pts: pts - last.pts, arrival: arrival - last.arrival)
            // A stall ends with pictures in quick succession, which is no step: PTS go on evenly.
            isStep =
                elapsed.arrival < -Self.stepLimit || elapsed.pts < -Self.stepLimit
                || elapsed.pts - elapsed.arrival > Self.stepLimit || hasFallenBehind(arrival: arrival)
        }
        if isStep || offset == nil {
            offset = reported ?? arrival - pts
            worstDelay = 0
            leastDelay = (since: arrival, delay: .max)
        } else if let reported {
            isStep = pull(to: reported, pts: pts) || isStep
        } else {
            follow(arrival - pts, pts: pts)
        }
        isReported = reported != nil
        var time = pts + (offset ?? 0)
        // Time never goes back but by a step.
        if let last, !isStep { time = max(time, last.time + 1) }
        if !isStep { leastDelay.delay = min(leastDelay.delay, arrival - time) }
        let seconds = last.map { max(0, Double(arrival - $0.arrival)) / 1e6 } ?? 0
        worstDelay = max(Double(max(0, arrival - time)), worstDelay * max(0, 1 - seconds / 60))
        last = Last(pts: pts, arrival: arrival, time: time)
        return Reading(
            time: time, source: isReported ? .ntp : .arrival,
            error: isReported ? abs(arrival - time) : Int64(worstDelay), isStep: isStep)
    }

    /// How early a picture comes against what is known so far, in microseconds: pictures that waited in a buffer while
    /// the stream was probed come all at once, the later ones earlier.
    func earliness(pts: Int64, arrival: Int64) -> Int64 {
        offset.map { max(0, pts + $0 - arrival) } ?? 0
    }

    /// Whether all pictures of a while came so late that it is no network's doing: the camera's clock is slow by more than
    /// any crystal.
    private mutating func hasFallenBehind(arrival: Int64) -> Bool {
        guard arrival - leastDelay.since >= Self.patience else { return false }
        defer { leastDelay = (since: arrival, delay: .max) }
        return !isReported && leastDelay.delay != .max && leastDelay.delay > Self.stepLimit
    }

    private mutating func follow(_ offsetNow: Int64, pts: Int64) {
        guard let offset, let last else { return }
        let difference = offsetNow - offset
        let most = Int64(Double(max(0, pts - last.pts)) * Self.drift)
        self.offset = offset + (difference < 0 ? difference : min(difference, most))
    }

    /// - Returns: whether the camera's report is too far off to be reached slowly.
    private mutating func pull(to reported: Int64, pts: Int64) -> Bool {
        guard let offset, let last else { return false }
        let difference = reported - offset
        guard abs(difference) <= Self.stepLimit else {
            self.offset = reported
            return true
        }
        let most = Int64(Double(max(0, pts - last.pts)) * Self.slew)
        self.offset = offset + max(-most, min(difference, most))
        return false
    }
}

/// Whose clock tells a live picture's time.
public enum ClockSource: String, Hashable, Sendable, Codable {
    /// The camera's, by RTCP sender reports.
    case ntp
    /// This machine's, when pictures arrive.
    case arrival
    /// The file's PTS.
    case file
}
