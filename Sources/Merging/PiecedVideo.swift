import PathModel
import Recording

/// A video and what there is of its pieces.
public struct PiecedVideo: Sendable {
    /// In order; at least one.
    public var pieces: [PieceRecords]
    /// The numbers of all that there must be.
    public var numbers: Range<Int>
    /// The file's end on its stream's clock; nil where unknown.
    public var end: Timestamp?

    /// A video.
    public init(_ pieces: [PieceRecords], of numbers: Range<Int>, end: Timestamp? = nil) {
        (self.pieces, self.numbers, self.end) = (pieces, numbers, end)
    }

    /// Writes the video's log, byte for byte the one piece's where it wasn't cut.
    ///
    /// - Throws: `MergingError` where a piece isn't what was written, `RecordingError` where the output fails. What was written until then
    ///   is of no use.
    public func merge(_ options: MergingOptions, to output: LineOutput) throws -> MergedTotals {
        let start = output.sequence
        var totals = MergedTotals()
        if let piece = pieces.first, piece.cut == nil {
            try WholeFile.copy(piece, to: output)
        } else {
            var file = try CutFile(pieces, of: numbers, end: end, options: options, output: output)
            totals = try file.merge()
        }
        totals.lines = output.sequence - start
        return totals
    }

    /// Reads all of it to see whether it can be merged.
    ///
    /// - Throws: `MergingError`.
    public func check(_ options: MergingOptions) throws {
        if let piece = pieces.first, piece.cut == nil {
            try WholeFile.check(piece)
        } else {
            _ = try merge(options, to: LineOutput { _ throws(RecordingError) in })
        }
    }
}
