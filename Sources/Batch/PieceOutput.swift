import Recording

/// Where the records of a piece go: between its first and its last line.
public final class PieceOutput: LineSink {
    private let sink: DirectSink
    private(set) var lines = 0
    private(set) var bytes: Int64 = 0

    init(_ sink: DirectSink, header: PieceFile.Header) throws(RecordingError) {
        self.sink = sink
        try put(header.line)
    }

    public func write(line: String) throws(RecordingError) {
        try put(line)
        lines += 1
    }

    func end(_ trailer: PieceFile.Trailer) throws(RecordingError) { try put(trailer.line) }

    private func put(_ line: String) throws(RecordingError) {
        try sink.write(line: line)
        bytes += Int64(line.utf8.count) + 1
    }
}
