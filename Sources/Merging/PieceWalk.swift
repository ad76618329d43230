import CMerging
import PathModel

/// A piece whose lines are on their way into the log.
final class PieceWalk {
    /// Its place among those that are merged.
    let index: Int
    let reader: PieceReader
    /// Where its first frame and its end lie, and what was observed.
    let cut: PieceRecords.Cut
    /// By its tracks' ids.
    var paths: [footpath_path] = []
    /// Where paths begin, as the piece says it, by track.
    var entries: [Int: (frame: Int64, entry: PathPlace)] = [:]
    /// The tracks that go on those of the piece before.
    var predecessors: [Int: Int] = [:]
    /// The tracks that go on in the next piece.
    var successors: [Int: Int] = [:]
    /// Of those whose points aren't decided one by one.
    let usual: (from: Int64, until: Int64)
    /// Tracks that go on a path of the piece before.
    var joined: Set<Int> = []
    /// Whether its stream's start has passed.
    var hasStarted = false
    /// What the ends of its runs say, added up, and what the last says.
    var ended = StreamTotals()
    var ending: Ending?

    /// The line that is next; nil where it isn't known.
    private var peeked: PieceLine?
    private let tail: [UInt8]
    private let seamBefore: Seam?, seamAfter: Seam?

    /// - Parameters:
    ///   - usual: only points from here on, up to there without it, count where no seam says otherwise.
    init(
        _ piece: PieceRecords, _ cut: PieceRecords.Cut, index: Int, tail: [UInt8], usual: (from: Int64, until: Int64),
        before: Seam?, after: Seam?
    ) throws(MergingError) {
        (self.index, self.cut, self.tail, self.usual) = (index, cut, tail, usual)
        (seamBefore, seamAfter) = (before, after)
        reader = try PieceReader(piece)
        for (old, new) in before?.partners ?? [:] { predecessors[new] = old }
        successors = after?.partners ?? [:]
    }

    /// The next line without taking it; nil at the end.
    func peek() throws(MergingError) -> PieceLine? {
        if peeked == nil { peeked = try reader.nextLine(tail) }
        return peeked
    }

    /// Takes the line that `peek` gave.
    func take(_ line: PieceLine) {
        peeked = nil
        reader.take(bytes: line.range.count + 1)
    }

    /// Makes room for a track.
    func admit(_ track: Int) {
        while paths.count <= track {
            let next = paths.count
            var path = footpath_path()
            path.from = seamBefore?.froms[next] ?? usual.from
            path.until = seamAfter?.untils[next] ?? usual.until
            paths.append(path)
        }
    }

    /// Copies points that need nothing but new numbers.
    ///
    /// - Parameter limit: up to here, in milliseconds of the stream.
    /// - Returns: how many, and how many with faces.
    func forward(
        to output: LineOutput, limit: Int64, writes: Bool, leavesStill: Bool, aspect: Double
    ) throws -> (points: Int, faces: Int) {
        guard peeked == nil, try reader.fillIfNeeded() else { return (0, 0) }
        var forwarding = footpath_forwarding()
        (forwarding.limit, forwarding.writes, forwarding.leaves_still) = (limit, writes, leavesStill)
        (forwarding.aspect, forwarding.sequence) = (aspect, Int64(output.sequence))
        (forwarding.tail_count, forwarding.path_count) = (Int64(tail.count), Int64(paths.count))
        try output.fill { room in
            paths.withUnsafeMutableBufferPointer { paths in
                tail.withUnsafeBufferPointer { tail in
                    (forwarding.paths, forwarding.tail) = (paths.baseAddress, tail.baseAddress)
                    reader.withRest {
                        footpath_points_forward(
                            &forwarding, $0.baseAddress, Int64($0.count), room.baseAddress, Int64(room.count))
                    }
                }
            }
            return Int(forwarding.produced)
        }
        output.sequence = Int(forwarding.sequence)
        reader.take(bytes: Int(forwarding.consumed), lines: Int(forwarding.lines))
        return (Int(forwarding.points), Int(forwarding.faces))
    }
}

/// How a piece's stream ended.
struct Ending {
    let reason: StreamEnd.Reason
    let message: String?
    let time: Timestamp
}

/// What was counted of a stream.
struct StreamTotals {
    var frames = 0, analyzed = 0, damaged = 0
}
