import Foundation

/// Gives the lines of one output stream their numbers on their way to its sink.
///
/// `seq` counts the lines of a stream, not those of a session, so that whoever reads it sees loss and duplicates.
/// Sessions that write to one sink therefore share one `NumberedSink`, from any thread.
public final class NumberedSink: @unchecked Sendable {
    // `lock` protects the sink and the number.
    private let lock = NSLock()
    private let sink: any LineSink
    private var nextSequence: Int

    /// Numbers lines for `sink`, whose first line gets the number `nextSequence` (not 0 where a file is continued; see
    /// `QueuedSink.nextSequence`). The caller finishes the sink.
    public init(sink: any LineSink, nextSequence: Int = 0) {
        self.sink = sink
        self.nextSequence = nextSequence
    }

    /// Writes the line that `makeLine` makes for its number. A line that the sink throws for uses up no number; one that
    /// a `QueuedSink` counts as lost does.
    func write(_ makeLine: (_ sequence: Int) throws(RecordingError) -> String) throws(RecordingError) {
        lock.lock()
        defer { lock.unlock() }
        try sink.write(line: makeLine(nextSequence))
        nextSequence += 1
    }
}
