/// Makes records of lines as they are written, without a file between. For one thread at a time.
public struct RecordLines {
    private var parser: RecordParser
    private var count = 0

    /// - Parameter faces: whether faces are wanted.
    public init(faces: Bool = false) {
        parser = RecordParser(wantsFaces: faces)
    }

    /// The record of a line without its newline; nil where it is none.
    public mutating func record(of line: String) -> Record? {
        count += 1
        // Copies what isn't UTF-8 in one piece already.
        var line = line
        line.makeContiguousUTF8()
        guard case .record(let record) = parser.parse(line.utf8Span.span, line: count) else { return nil }
        return record
    }
}
