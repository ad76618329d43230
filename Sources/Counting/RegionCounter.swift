import PathModel

/// Counts people in zones and at lines by the records of their paths.
///
/// A crossing is where the straight way between two points of a path meets a line; its time and place are interpolated. It
/// counts once somebody was seen on the other side for the layout's `settle`, and away from the line by a share of
/// their height: who stands on a line, trembles over it or turns back isn't counted. Zones alike.
///
/// It is pure: all times are those of the stream.
public struct RegionCounter: Sendable {
    /// A zone so far.
    public struct ZoneTotals: Hashable, Sendable {
        /// The zone's name.
        public let name: String
        /// How many are in it now.
        public internal(set) var people = 0
        /// How often somebody came in.
        public internal(set) var entries = 0
    }

    /// A line so far.
    public struct LineTotals: Hashable, Sendable {
        /// The line's name.
        public let name: String
        /// Crossings.
        public internal(set) var inward = 0, outward = 0
        /// Of how many people.
        public internal(set) var people = 0
    }

    /// How long an interval waits for what is settled late, beside the layout's `settle`, in microseconds.
    static let patience: Int64 = 1_000_000
    /// How far a clock may be set back before counting begins again, in microseconds: cameras' clocks differ from this
    /// machine's, by which time goes on while a camera is away.
    static let tolerance: Int64 = 10_000_000

    /// Zones, in the order of the layout.
    public internal(set) var zones: [ZoneTotals]
    /// Lines, in the order of the layout.
    public internal(set) var lines: [LineTotals]
    /// Pictures that are further apart, in seconds, leave the time between them unobserved.
    public var longestStep = 1.0

    let layout: CountingLayout
    let settle: Int64
    /// Whether nobody is passed over: tests compare.
    var looksAtAll = false
    var outlines: Outlines
    var reach: Reach
    var people = PeopleInView()
    var tally: Tally
    private var lastPicture: Int64?

    /// Zones and lines.
    var regionCount: Int { zones.count + lines.count }

    /// A counter of one feed's session; runs follow each other in it.
    ///
    /// - Parameters:
    ///   - origin: where the stream's clock is zero, in milliseconds since 1970 UTC.
    ///   - start: from when on is counted.
    public init(_ layout: CountingLayout, origin: Int64, start: Timestamp) {
        self.layout = layout
        settle = Int64(layout.settle * 1e6)
        zones = layout.zones.map { ZoneTotals(name: $0.name) }
        lines = layout.lines.map { LineTotals(name: $0.name) }
        outlines = Outlines(layout, aspect: 1)
        reach = Reach(layout, aspect: 1)
        tally = Tally(layout, origin: origin, start: start.microseconds)
    }

    /// Goes on by another clock, as of a folder's next file. No run may be open.
    public mutating func moveClock(origin: Int64, start: Timestamp) {
        tally.restart(origin: origin, at: start.microseconds)
    }

    /// A picture was analysed. In their order, after the run's `stream_start` was taken.
    public mutating func observe(_ time: Timestamp) {
        let time = time.microseconds
        if let lastPicture, lastPicture < time, time - lastPicture <= Int64(longestStep * 1e6) {
            tally.observe(from: lastPicture, to: time)
        }
        lastPicture = time
    }

    /// Takes a run's records in their order, and puts what they lead to between them.
    ///
    /// - Parameter settled: the time of the latest frame of which there are no more records to come; nil where that is as
    ///   before.
    public mutating func take(_ records: inout [PathRecord], settled: Timestamp? = nil) {
        var added: [PathRecord] = []
        // Before which of the records each of them belongs.
        var places: [Int] = []
        for index in records.indices {
            if let point = records[index].point {
                sum(to: point.time, into: &added)
                if !people.pass(point, reach) { follow(point, into: &added) }
            } else {
                take(&records[index], into: &added)
            }
            while places.count < added.count { places.append(index) }
        }
        if let settled { sum(to: settled.microseconds, into: &added) }
        guard !added.isEmpty else { return }
        while places.count < added.count { places.append(records.count) }
        merge(added, places, into: &records)
    }

    private func merge(_ added: [PathRecord], _ places: [Int], into records: inout [PathRecord]) {
        records.reserveCapacity(records.count + added.count)
        var end = added.endIndex
        while end > 0 {
            let place = places[end - 1]
            let start = places[..<end].lastIndex { $0 != place }.map { $0 + 1 } ?? 0
            records.insert(contentsOf: added[start..<end], at: place)
            end = start
        }
    }

    /// Time goes on without a picture. No run may be open.
    public mutating func advance(to time: Timestamp, into output: inout [PathRecord]) {
        tally.advance(to: time.microseconds, into: &output)
    }

    /// Time went on without a picture up to here, and ends. No run may be open.
    public mutating func end(at time: Timestamp, into output: inout [PathRecord]) {
        tally.advance(to: time.microseconds, into: &output)
        if tally.isWithinInterval { tally.finish(at: tally.now, into: &output) }
    }

    /// Anything but a point.
    private mutating func take(_ record: inout PathRecord, into output: inout [PathRecord]) {
        switch record.event {
        case .streamStart(let start): begin(start, at: record.time)
        case .pathEnd(let end): record.event = .pathEnd(finish(end, into: &output))
        case .gap(let gap):
            loseSight(.gap, into: &output)
            tally.cut(from: gap.from.microseconds, to: gap.to.microseconds)
        case .streamEnd:
            loseSight(.streamEnd, into: &output)
            tally.finish(at: max(tally.now, record.time.microseconds), into: &output)
            lastPicture = nil
        default: break
        }
    }

    private mutating func begin(_ start: StreamStart, at time: Timestamp) {
        let aspect = Double(start.frameSize.width) / Double(start.frameSize.height)
        if aspect != outlines.aspect {
            outlines = Outlines(layout, aspect: aspect)
            reach = Reach(layout, aspect: aspect)
        }
        lastPicture = nil
        if time.microseconds < tally.now - Self.tolerance { tally.restart(at: time.microseconds) }
    }

    /// - Parameter settled: in microseconds of the stream's clock.
    private mutating func sum(to settled: Int64, into output: inout [PathRecord]) {
        let time = settled - settle - Self.patience
        if time > tally.now { tally.advance(to: time, into: &output) }
    }
}

/// What counts of somebody's next point.
struct NextPoint {
    let track: Int
    /// In microseconds of the stream's clock.
    let time: Int64
    let box: BoundingBox
    /// Whether they were seen there, and not only expected.
    let isSeen: Bool
}

extension PathRecord {
    /// Nil where it is something else.
    fileprivate var point: NextPoint? {
        guard case .path(let point) = event else { return nil }
        // A pattern: `==` on an enumeration of strings compares them as strings.
        let isSeen = if case .measured = point.source { true } else { false }
        return NextPoint(track: point.track, time: time.microseconds, box: point.box, isSeen: isSeen)
    }
}
