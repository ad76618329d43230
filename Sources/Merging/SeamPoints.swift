import CMerging
import PathModel

/// Reads the points of the overlap of two pieces.
enum SeamPoints {
    /// Bytes from a piece's end in which its overlap is looked for first.
    private static let firstStep: Int64 = 1 << 18

    /// The points of a piece from a time on, in milliseconds of the stream.
    static func last(of piece: PieceRecords, from time: Int64) throws -> [SeamPoint] {
        let tail = try Envelope(PieceReader(piece, size: 1 << 16)).tail
        var step = firstStep
        while true {
            let start = piece.bytes.upperBound - step
            let isFromStart = start <= piece.bytes.lowerBound
            let reader = try PieceReader(piece, from: isFromStart ? nil : start, size: 1 << 18)
            if !isFromStart { try reader.skipLine() }
            if let points = try points(reader, tail, from: time, to: .max, mustSeeBefore: !isFromStart) {
                return points
            }
            step *= 4
        }
    }

    /// The points of a piece from a time on, up to another without it, in milliseconds of the stream.
    static func first(of piece: PieceRecords, from: Int64, to: Int64) throws -> [SeamPoint] {
        let reader = try PieceReader(piece, size: 1 << 18)
        let tail = try Envelope(reader).tail
        return try points(reader, tail, from: from, to: to, mustSeeBefore: false) ?? []
    }

    /// - Parameter mustSeeBefore: whether there must be a point from before.
    private static func points(
        _ reader: PieceReader, _ tail: [UInt8], from: Int64, to: Int64, mustSeeBefore: Bool
    ) throws(MergingError) -> [SeamPoint]? {
        var points: [SeamPoint] = []
        var hasSeenBefore = false
        while let line = try reader.nextLine(tail) {
            reader.take(bytes: line.range.count + 1)
            guard line.isPoint else { continue }
            let parts = line.parts
            if parts.pts >= to { break }
            if parts.pts < from {
                hasSeenBefore = true
            } else if mustSeeBefore, !hasSeenBefore {
                return nil
            } else {
                points.append(
                    SeamPoint(track: Int(parts.track), frame: parts.frame, pts: parts.pts, box: line.box))
            }
        }
        return mustSeeBefore && !hasSeenBefore ? nil : points
    }
}
