import Assembling
import CMerging
import Counting
import PathModel
import Recording

/// Makes one log of a cut file's pieces.
///
/// Lines go from one piece after another into the log, points by their bytes with new numbers alone; where a piece and the next
/// overlap, from both by turns, each point of one of them (`Seam`). Memory is that of an overlap's points.
struct CutFile {
    let options: MergingOptions
    let layout: CutLayout
    var log: MergedLog
    let output: LineOutput
    let still: StillWatch?
    var totals = MergedTotals()
    /// The piece before, as long as its paths may go on.
    var before: PieceWalk?
    /// Where the log's open paths began, by their ids.
    var entries: [Int64: PathPlace] = [:]
    var run = 0
    var frameSize: PixelSize?
    /// What was counted of the stream up to its last `stream_end`, and in the pieces before.
    var ended = StreamTotals(), passed = StreamTotals()
    /// How the piece before ended.
    var lastEnding: Ending?

    /// - Parameters:
    ///   - pieces: what there is of a file's pieces, in order.
    ///   - numbers: of all that there must be.
    ///   - end: the file's end; nil where unknown.
    init(
        _ pieces: [PieceRecords], of numbers: Range<Int>, end: Timestamp?, options: MergingOptions, output: LineOutput
    ) throws {
        (self.options, self.output) = (options, output)
        layout = try CutLayout(pieces, of: numbers, end: end, options)
        still = try options.leavesOutStill ? StillWatch(layout, bridge: options.bridge) : nil
        let format = RecordFormat(
            feed: layout.envelope.feed, session: layout.envelope.session, origin: layout.utc)
        var counter =
            options.layout.isEmpty ? nil : RegionCounter(options.layout, origin: layout.utc, start: layout.origin)
        counter?.longestStep = layout.longestStep
        log = MergedLog(
            format, output: output, detail: options.detail, counter: counter, observed: layout.observed,
            frameInterval: layout.frameInterval)
    }

    /// Writes the log.
    ///
    /// - Returns: what it came to.
    mutating func merge() throws -> MergedTotals {
        var next: PieceWalk?
        for index in layout.pieces.indices {
            let walk = try next ?? open(index)
            next = nil
            if index == 0 || layout.seams[index - 1] == nil { try addGap(before: index, walk) }
            if index < layout.seams.count, layout.seams[index] != nil {
                try pass(walk, upTo: layout.overlap(after: index).lowerBound)
                let following = try open(index + 1)
                try pass(walk, following)
                next = following
            } else {
                try pass(walk, upTo: .max)
            }
            try handOver(walk, to: next)
        }
        try finish()
        return totals
    }

    // MARK: - One piece and two

    private func open(_ index: Int) throws(MergingError) -> PieceWalk {
        try PieceWalk(layout, index)
    }

    /// Up to a time in milliseconds of the stream.
    private mutating func pass(_ walk: PieceWalk, upTo limit: Int64) throws {
        while true {
            if !log.counts {
                let passed = try walk.forward(
                    to: output, limit: limit, writes: options.detail == .points, leavesStill: still != nil,
                    aspect: frameSize?.aspect ?? 1)
                totals.points += passed.points
                totals.faces += passed.faces
                if passed.points > 0 { continue }
            }
            guard let line = try walk.peek() else { return }
            if limit < .max, line.time >= limit + layout.utc { return }
            try take(line, of: walk)
        }
    }

    /// A piece to its end, and the next one so far.
    private mutating func pass(_ old: PieceWalk, _ new: PieceWalk) throws {
        before = old
        while let line = try old.peek() {
            if let other = try new.peek(),
                (other.time, other.rank(new.reader)) < (line.time, line.rank(old.reader))
            {
                try take(other, of: new)
            } else {
                try take(line, of: old)
            }
        }
    }

    /// A piece is at its end.
    private mutating func handOver(_ walk: PieceWalk, to next: PieceWalk?) throws {
        try walk.reader.checkLines()
        if let next {
            for track in next.predecessors.keys.sorted() {
                next.admit(track)
                adopt(track, of: next)
            }
        }
        before = nil
        passed.damaged += walk.ended.damaged
        passed.frames = walk.ended.frames
        lastEnding = walk.ending
    }

    private mutating func take(_ line: PieceLine, of walk: PieceWalk) throws {
        switch line.parts.event {
        case FOOTPATH_PATH: try takePoint(line, of: walk)
        case FOOTPATH_PATH_START: try takeStart(line, of: walk)
        case FOOTPATH_PATH_END: try takeEnd(line, of: walk)
        default: try takeOther(line, of: walk)
        }
        walk.take(line)
    }
}

extension PixelSize {
    /// Height by width.
    var aspect: Double { Double(height) / Double(max(1, width)) }
}
