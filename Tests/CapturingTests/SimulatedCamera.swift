import TestSupport

@testable import Capturing
@testable import Decoding

/// A camera, its network and this machine's clocks, in microseconds; `run` takes no time.
struct SimulatedCamera {
    static let start: Int64 = 1_770_000_000_000_000
    static let second: Int64 = 1_000_000

    /// A picture on its way.
    struct Event {
        let index: Int
        /// When it is taken, since the start, by a true clock.
        let taken: Int64
        var pts: Int64?
        /// How late it arrives.
        var delay: Int64
        /// How far the camera's clock is ahead.
        var ahead: Int64
        /// How far this machine's clock is ahead.
        var machineAhead: Int64 = 0
        /// How far a report that is sent with this picture is wrong.
        var reportError: Int64 = 0
        var isLost = false
    }

    struct Picture {
        let event: Event
        let reading: LiveClock.Reading
        /// How much later than it was taken its time is, by a true clock.
        var error: Int64 { reading.time - start - event.taken }
    }

    var fps = 25.0
    /// Seconds of PTS in a second.
    var ptsRate = 1.0
    var jitter: Int64 = 50_000
    var ahead: Int64 = 0
    /// Seconds to the first sender report and from one to the next; none without.
    var reports: (first: Double, every: Double)?
    var seed: UInt64 = 1
    var clock = LiveClock()

    /// - Returns: the pictures that are given, with the first one that counts at the front.
    mutating func run(_ seconds: Double, _ change: (inout Event) -> Void = { _ in }) -> [Picture] {
        var pictures: [Picture] = []
        run(seconds, change) { pictures.append($0) }
        return pictures
    }

    mutating func run(_ seconds: Double, _ change: (inout Event) -> Void, _ body: (Picture) -> Void) {
        var random = ScriptedRandom(seed: seed)
        var (offset, nextReport) = (Int64?.none, reports?.first ?? .infinity)
        var lastArrival: Int64 = 0
        for index in 0..<Int(seconds * fps) {
            let taken = Int64((Double(index) * 1e6 / fps).rounded())
            var event = Event(
                index: index, taken: taken, pts: Int64(Double(taken) * ptsRate),
                delay: jitter == 0 ? 0 : Int64.random(in: 0...jitter, using: &random), ahead: ahead)
            change(&event)
            if Double(taken) / 1e6 >= nextReport, let pts = event.pts {
                offset = Self.start + taken + event.ahead + event.reportError - pts
                nextReport += reports?.every ?? .infinity
            }
            guard !event.isLost else { continue }
            // A network keeps the order.
            lastArrival = max(lastArrival + 2000, taken + event.delay)
            let reading = clock.read(
                StreamTime(pts: event.pts, reportedOffset: event.pts == nil ? nil : offset),
                arrival: Arrival(
                    utc: Self.start + lastArrival + event.machineAhead, monotonic: 5 * Self.second + lastArrival))
            if !reading.isBuffered { body(Picture(event: event, reading: reading)) }
        }
    }
}

extension [SimulatedCamera.Picture] {
    /// Of the pictures taken between two seconds, by how much time is off, in microseconds.
    func errors(_ range: Range<Double>) -> ClosedRange<Int64> {
        let errors = filter { range.contains(Double($0.event.taken) / 1e6) }.map(\.error)
        return (errors.min() ?? .min)...(errors.max() ?? .max)
    }

    var steps: Int { count { $0.reading.isStep } }
    var estimated: Int { count { $0.reading.isEstimated } }
    /// Whether time goes on from each picture to the next, but for steps.
    var isOrdered: Bool { zip(self, dropFirst()).allSatisfy { $0.reading.time < $1.reading.time || $1.reading.isStep } }
}
