import CMerging
import PathModel
import Recording

/// A file that is one piece: its log is what the piece holds.
enum WholeFile {
    /// Copies its lines, numbered on where others are before them.
    static func copy(_ piece: PieceRecords, to output: LineOutput) throws {
        let reader = try PieceReader(piece)
        let isFirst = output.sequence == 0
        while try reader.fillIfNeeded() {
            if isFirst {
                try copyLines(reader, to: output)
            } else {
                try renumber(reader, to: output)
            }
        }
        try reader.checkLines()
    }

    /// Reads it to see whether it has as many lines as it must have.
    static func check(_ piece: PieceRecords) throws(MergingError) {
        let reader = try PieceReader(piece)
        while try reader.fillIfNeeded() {
            let whole = reader.wholeLines
            reader.take(bytes: whole.bytes, lines: whole.lines)
        }
        try reader.checkLines()
    }

    private static func copyLines(_ reader: PieceReader, to output: LineOutput) throws {
        let whole = reader.wholeLines
        let lines = reader.buffer[reader.rest.lowerBound..<reader.rest.lowerBound + whole.bytes]
        try output.pass(lines)
        output.sequence += whole.lines
        reader.take(bytes: whole.bytes, lines: whole.lines)
    }

    private static func renumber(_ reader: PieceReader, to output: LineOutput) throws {
        var forwarding = footpath_forwarding()
        forwarding.sequence = Int64(output.sequence)
        var isRight = true
        try output.fill { room in
            isRight = reader.withRest { bytes in
                footpath_lines_renumber(
                    &forwarding, bytes.baseAddress, Int64(bytes.count), room.baseAddress, Int64(room.count))
            }
            return Int(forwarding.produced)
        }
        output.sequence = Int(forwarding.sequence)
        reader.take(bytes: Int(forwarding.consumed), lines: Int(forwarding.lines))
        if !isRight { throw reader.notARecord }
    }
}
