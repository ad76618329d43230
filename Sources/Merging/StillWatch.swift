import CMerging
import PathModel

/// When those stir who hadn't when they were first seen: for leaving out those who never do, as `PathAssembler` does.
struct StillWatch {
    /// By piece and track: the first point that isn't still, in milliseconds of the stream.
    private var stirrings: [[Int: Int64]] = []
    /// By piece and track: the track in the next piece, and from when on.
    private var partners: [[Int: (track: Int, from: Int64)]] = []
    /// For so many milliseconds before somebody stirs they are recorded.
    private let bridge: Int64

    /// Reads the pieces of a layout.
    init(_ layout: CutLayout, bridge: Double) throws(MergingError) {
        // They count as long as they would at the frame before, when they hadn't stirred.
        self.bridge = Int64(((bridge + layout.frameInterval) * 1000).rounded())
        for piece in layout.pieces { stirrings.append(try Self.stirrings(in: piece, layout.envelope.tail)) }
        partners = layout.seams.map { seam in
            guard let seam else { return [:] }
            return seam.partners.mapValues { ($0, seam.froms[$0] ?? .max) }
        }
        partners.append([:])
    }

    private static func stirrings(in piece: PieceRecords, _ tail: [UInt8]) throws(MergingError) -> [Int: Int64] {
        let reader = try PieceReader(piece)
        var found: [Int: Int64] = [:]
        while let line = try reader.nextLine(tail) {
            reader.take(bytes: line.range.count + 1)
            let track = Int(line.parts.track)
            if line.isPoint, !line.parts.is_still, found[track] == nil { found[track] = line.parts.pts }
        }
        return found
    }

    /// Whether somebody who hasn't stirred at a time, in milliseconds of the stream, does soon enough.
    func stirsSoon(_ track: Int, in piece: Int, at time: Int64) -> Bool {
        var (track, piece, from) = (track, piece, time)
        while true {
            let next = partners[piece][track]
            if let stirring = stirrings[piece][track], stirring < next?.from ?? .max {
                return max(stirring, from) - bridge <= time
            }
            guard let next else { return false }
            (track, piece, from) = (next.track, piece + 1, next.from)
        }
    }
}
