import PathModel

/// Maps a camera's PTS to this machine's monotonic clock by when its pictures arrive. All times are in microseconds.
///
/// Pictures arrive late by a changing amount, never early. So what the earliest of late say is believed at once, and what
/// the late ones say slowly. A PTS that doesn't fit times nothing: its picture is timed by its arrival. PTS that go on
/// elsewhere (a camera that started its clock anew) are followed when they have done so for a while.
struct ArrivalPace {
    /// One picture on this machine's clock.
    struct Reading: Hashable {
        /// When it would have arrived without delay.
        var time: Int64
        /// How much later than the one before it was taken: by PTS, or by arrival where its PTS says nothing.
        var advance: Int64
        /// Whether `advance` follows from arrival.
        var isEstimated: Bool
        /// PTS went on elsewhere, from this picture on.
        var isRebased = false
        /// By how much `time` is later than it would have been before the pace was learned anew.
        var shift: Int64 = 0
    }

    private struct Point {
        var pts: Int64
        var arrival: Int64

        func slope(to later: Point) -> Double {
            Double(later.arrival - arrival) / Double(max(1, later.pts - pts))
        }

        /// How far the slope may be off because even the earliest pictures come late by some 0.1 s.
        func tolerance(to later: Point) -> Double {
            0.002 + 200_000 / Double(max(1, later.arrival - arrival))
        }
    }

    /// A PTS that claims to be of later than this, after its picture has come, is wrong.
    private static let earliest: Int64 = 2_000_000
    /// The same while what was buffered comes all at once.
    private static let earliestBuffered: Int64 = 30_000_000
    /// How much later than on average the latest pictures of a jump may come.
    private static let jumpTolerance: Int64 = 1_000_000
    /// For how long, and for how many pictures, PTS must go on elsewhere.
    private static let jumpDuration: Int64 = 500_000
    private static let jumpLength = 5
    /// How fast lateness alone moves the mapping: five times as fast as crystals drift.
    private static let growth = 0.0005
    /// A network is not late by more than this for two blocks.
    private static let latest: Int64 = 1_000_000
    /// How far a block in which every picture was late moves the mapping: as much as `rate` may be off.
    private static let blockGrowth: Int64 = 20_000
    private static let blockLength: Int64 = 5_000_000
    /// Two minutes.
    private static let blockCount = 24

    /// How fast this machine's clock goes by PTS: 1 but for cameras that claim another frame rate than they send at.
    private(set) var rate = 1.0
    /// The latest picture with a PTS that counts, and its place on this machine's clock.
    private var anchor: (pts: Int64, time: Int64)?
    private var last: (arrival: Int64, time: Int64)?
    private var jump: (first: Point, latest: Point, count: Int)?
    /// The earliest picture of each of the latest stretches of `blockLength`.
    private var blocks: [Point] = []
    private var block: (start: Int64, earliest: Point, delay: Int64)?
    /// The least delay of the block before.
    private var delayBefore: Int64 = 0
    /// Of the next reading.
    private var shift: Int64 = 0

    /// - Parameters:
    ///   - pts: nil where the stream has none.
    ///   - arrival: on the monotonic clock.
    ///   - mayBeBuffered: it may have waited for its reader.
    mutating func read(pts: Int64?, arrival: Int64, mayBeBuffered: Bool = false) -> Reading {
        guard let before = last else {
            if let pts { begin(at: Point(pts: pts, arrival: arrival), time: arrival) }
            last = (arrival, arrival)
            return Reading(time: arrival, advance: 0, isEstimated: pts == nil)
        }
        let elapsed = max(1, arrival - before.arrival)
        var reading = Reading(time: before.time + elapsed, advance: elapsed, isEstimated: true)
        if let pts {
            let picture = Point(pts: pts, arrival: arrival)
            if let anchor, pts > anchor.pts,
                time(of: pts, from: anchor) - arrival <= (mayBeBuffered ? Self.earliestBuffered : Self.earliest)
            {
                jump = nil
                let advance = max(1, time(of: pts, from: anchor) - before.time)
                reading = Reading(time: follow(picture, from: anchor), advance: advance, isEstimated: false)
                (reading.shift, shift) = (shift, 0)
                if !mayBeBuffered { addToBlock(picture, delay: arrival - reading.time) }
            } else if anchor == nil {
                // FFmpeg gives the first packet no PTS.
                begin(at: picture, time: reading.time)
                reading.isEstimated = false
            } else if hasJumped(picture) {
                begin(at: picture, time: reading.time)
                reading.isRebased = true
            }
        }
        last = (arrival, reading.time)
        return reading
    }

    private func time(of pts: Int64, from anchor: (pts: Int64, time: Int64)) -> Int64 {
        anchor.time + Int64(rate * Double(pts - anchor.pts))
    }

    private mutating func begin(at picture: Point, time: Int64) {
        anchor = (picture.pts, time)
        (jump, block, blocks, delayBefore, shift) = (nil, nil, [], 0, 0)
    }

    /// - Returns: the picture's time.
    private mutating func follow(_ picture: Point, from before: (pts: Int64, time: Int64)) -> Int64 {
        let expected = time(of: picture.pts, from: before)
        let delay = picture.arrival - expected
        let growth = Int64(Double(expected - before.time) * Self.growth)
        let time = delay < 0 ? picture.arrival : expected + min(delay, growth)
        anchor = (picture.pts, time)
        return time
    }

    /// Whether PTS have gone on elsewhere for long enough.
    private mutating func hasJumped(_ picture: Point) -> Bool {
        guard let jump else {
            jump = (picture, picture, 1)
            return false
        }
        // A repeated PTS says nothing for or against.
        guard picture.pts != jump.latest.pts else { return false }
        let elapsed = (
            pts: Int64(rate * Double(picture.pts - jump.first.pts)), arrival: picture.arrival - jump.first.arrival
        )
        guard picture.pts > jump.latest.pts, abs(elapsed.pts - elapsed.arrival) < Self.jumpTolerance else {
            self.jump = (picture, picture, 1)
            return false
        }
        self.jump = (jump.first, picture, jump.count + 1)
        return jump.count + 1 >= Self.jumpLength && elapsed.arrival >= Self.jumpDuration
    }
}

// MARK: - The pace

extension ArrivalPace {
    private mutating func addToBlock(_ picture: Point, delay: Int64) {
        if delay <= block?.delay ?? .max { block = (block?.start ?? picture.arrival, picture, delay) }
        if let block, picture.arrival - block.start >= Self.blockLength { finish(block) }
    }

    private mutating func finish(_ finished: (start: Int64, earliest: Point, delay: Int64)) {
        block = nil
        blocks.append(finished.earliest)
        if blocks.count > Self.blockCount { blocks.removeFirst() }
        let late = min(delayBefore, finished.delay)
        delayBefore = finished.delay
        if learnRate() {
            // The mapping goes through what came earliest.
            reanchor { _ in (finished.earliest.pts, finished.earliest.arrival) }
        } else {
            reanchor { anchor in (anchor.pts, anchor.time + (late > Self.latest ? late : min(late, Self.blockGrowth))) }
        }
    }

    private mutating func reanchor(_ change: ((pts: Int64, time: Int64)) -> (pts: Int64, time: Int64)) {
        guard let anchor else { return }
        let time = time(of: anchor.pts, from: change(anchor))
        shift += time - anchor.time
        self.anchor = (anchor.pts, time)
        delayBefore = max(0, delayBefore - shift)
    }

    /// Looks how fast the earliest pictures came by their PTS.
    ///
    /// - Returns: whether the rate changed.
    private mutating func learnRate() -> Bool {
        guard blocks.count >= 3, let newest = blocks.last else { return false }
        let recent = blocks.suffix(3)
        let slopes = zip(recent, recent.dropFirst()).map { ($0.slope(to: $1), $0.tolerance(to: $1)) }
        // Twice in a row, the same way: a network that was slow once pulls to both sides.
        let isChanged =
            slopes.allSatisfy { $0.0 - rate > $0.1 } || slopes.allSatisfy { rate - $0.0 > $0.1 }
        if isChanged { blocks = Array(recent) }
        guard let oldest = blocks.first else { return false }
        let slope = oldest.slope(to: newest)
        let tolerance = oldest.tolerance(to: newest)
        let learned = abs(slope - 1) <= tolerance ? 1 : slope
        guard isChanged || abs(learned - rate) > tolerance else { return false }
        rate = min(max(learned, 0.05), 20)
        return true
    }
}
