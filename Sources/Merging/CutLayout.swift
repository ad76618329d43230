import CMerging
import PathModel

/// How the pieces of a cut file lie to each other.
struct CutLayout {
    /// What a stream's start says of its pictures.
    struct Opening: Decodable {
        var frame_width, frame_height: Int
        var frame_rate: Double?

        var size: PixelSize { PixelSize(width: frame_width, height: frame_height) }
    }

    /// What there is, in order.
    let pieces: [PieceRecords]
    let cuts: [PieceRecords.Cut]
    /// The numbers of all that there must be.
    let numbers: Range<Int>
    let envelope: Envelope
    /// The file's first frame; its end, where known.
    let origin: Timestamp, end: Timestamp?
    /// Where the stream's clock is zero, in milliseconds since 1970 UTC.
    let utc: Int64
    /// How each piece goes on in the next one; nil where nothing of both is of the same time.
    private(set) var seams: [Seam?] = []
    /// Where the log goes over to the next piece; nil where there is no seam.
    private(set) var handovers: [Timestamp?] = []
    /// What was observed of the file, of each piece what counts.
    private(set) var observed: [ObservedStretch] = []
    /// Seconds from one frame to the next, as far as the container says, and the longest that leaves nothing unobserved.
    let frameInterval: Double, longestStep: Double

    /// Reads the beginnings of the pieces and where they overlap.
    init(
        _ pieces: [PieceRecords], of numbers: Range<Int>, end: Timestamp?, _ options: MergingOptions
    ) throws {
        (self.pieces, self.numbers, self.end) = (pieces, numbers, end)
        cuts = pieces.compactMap(\.cut)
        guard let first = pieces.first, let cut = cuts.first, cuts.count == pieces.count else {
            preconditionFailure("pieces of a cut file")
        }
        let reader = try PieceReader(first, size: 1 << 16)
        envelope = try Envelope(reader)
        guard let line = try reader.nextLine(envelope.tail) else { throw reader.notARecord }
        origin = cut.origin
        utc = line.time - cut.origin.milliseconds
        let opening = try Self.opening(reader, envelope.tail)
        frameInterval = max(1 / (opening?.frame_rate ?? 25), 1 / (options.fps ?? .infinity))
        longestStep = max(1, 2.5 * frameInterval)
        for piece in pieces.dropFirst() {
            let other = try PieceReader(piece, size: 1 << 16)
            guard try Envelope(other) == envelope else {
                throw other.damaged("its records are of another session than those of \(first.path)")
            }
        }
        try join(options)
        observed = cuts.indices.flatMap(observed(in:))
    }

    private static func opening(_ reader: PieceReader, _ tail: [UInt8]) throws(MergingError) -> Opening? {
        while let line = try reader.nextLine(tail) {
            let name = line.name(reader)
            if name == "stream_start" { return line.decoded(Opening.self, reader) }
            guard name == "session_start" || name == "region" else { return nil }
            reader.take(bytes: line.range.count + 1)
        }
        return nil
    }

    private mutating func join(_ options: MergingOptions) throws {
        for index in pieces.indices.dropLast() {
            guard let handover = handover(after: index, options) else {
                seams.append(nil)
                handovers.append(nil)
                continue
            }
            handovers.append(handover)
            let overlap = overlap(after: index)
            let old = try SeamPoints.last(of: pieces[index], from: overlap.lowerBound)
            let new = try SeamPoints.first(of: pieces[index + 1], from: overlap.lowerBound, to: overlap.upperBound)
            seams.append(Seam(old, new, handover: handover.milliseconds))
        }
    }

    /// In the middle of the overlap, or where the piece before breaks off.
    private func handover(after index: Int, _ options: MergingOptions) -> Timestamp? {
        guard pieces[index + 1].number == pieces[index].number + 1, let end = cuts[index].end,
            let last = cuts[index].observed.last?.to, let first = cuts[index + 1].observed.first?.from,
            first.seconds(since: last) <= longestStep
        else { return nil }
        return min(options.handover(beforeEnd: end), Timestamp(microseconds: last.microseconds + 1000))
    }

    /// What a piece and the next one both looked at, in milliseconds of the stream.
    func overlap(after index: Int) -> Range<Int64> {
        let start = cuts[index + 1].start.milliseconds
        return start..<max(start, cuts[index].end?.milliseconds ?? .max)
    }

    /// Which of a piece's points count where no seam says otherwise, in milliseconds of the stream.
    func usual(_ index: Int) -> (from: Int64, until: Int64) {
        let before = index > 0 ? handovers[index - 1] : nil
        let after = index < handovers.count ? handovers[index] : nil
        return (before?.milliseconds ?? .min, after?.milliseconds ?? .max)
    }

    /// What counts of what a piece observed; of a stretch that reaches over a handover, as it may where a piece breaks off, as
    /// many frames as of its time.
    private func observed(in index: Int) -> [ObservedStretch] {
        let lower = index > 0 ? handovers[index - 1]?.microseconds ?? .min : .min
        let upper = index < handovers.count ? handovers[index]?.microseconds ?? .max : .max
        return cuts[index].observed.compactMap { stretch in
            let from = max(stretch.from.microseconds, lower), to = min(stretch.to.microseconds, upper)
            guard from <= to, stretch.from.microseconds < upper, stretch.to.microseconds >= lower else { return nil }
            let length = Double(max(1, stretch.to.microseconds - stretch.from.microseconds))
            let isWhole = from == stretch.from.microseconds && to == stretch.to.microseconds
            let share = isWhole ? 1 : Double(to - from) / length
            return ObservedStretch(
                from: Timestamp(microseconds: from), to: Timestamp(microseconds: to),
                analyzed: Int((Double(stretch.analyzed) * share).rounded()))
        }
    }

    /// What wasn't seen before a piece; nil where that is nothing.
    func gap(before index: Int) -> Gap? {
        guard let to = cuts[index].observed.first?.from else { return nil }
        let last = cuts[..<index].lastIndex { !$0.observed.isEmpty }
        let (from, number) =
            last.map { (lastObserved($0), pieces[$0].number + index - $0) } ?? (origin, numbers.lowerBound + index)
        let isMissing = pieces[index].number != number
        guard isMissing || to.seconds(since: from) > longestStep else { return nil }
        return gap(from: from, to: max(from, to), isMissing ? .missing : .decodeError)
    }

    /// What is missing at the file's end; nil where that is nothing.
    var gapAtEnd: Gap? {
        guard let last = pieces.last, last.number + 1 < numbers.upperBound else { return nil }
        let from = lastObserved(pieces.count - 1)
        return gap(from: from, to: max(from, end ?? from), .missing)
    }

    private func gap(from: Timestamp, to: Timestamp, _ reason: Gap.Reason) -> Gap {
        let frames = Int((to.seconds(since: from) / frameInterval).rounded()) - 1
        return Gap(from: from, to: to, reason: reason, framesLost: max(0, frames))
    }

    /// The last frame that was observed in a piece or before it.
    func lastObserved(_ index: Int) -> Timestamp {
        cuts[...index].last { !$0.observed.isEmpty }?.observed.last?.to ?? origin
    }
}

extension PieceWalk {
    /// The piece at a place of a layout.
    convenience init(_ layout: CutLayout, _ index: Int) throws(MergingError) {
        try self.init(
            layout.pieces[index], layout.cuts[index], index: index, tail: layout.envelope.tail,
            usual: layout.usual(index), before: index > 0 ? layout.seams[index - 1] : nil,
            after: index < layout.seams.count ? layout.seams[index] : nil)
    }
}
