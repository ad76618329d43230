import Reading
import Recording
import Rekognition

/// Makes an analysis' lines results, as they are written: what a client gets is what the log says, to the last digit.
final class ResultSink: LineSink {
    /// Why the results can't be written.
    private(set) var failure: RecordingError?
    private let writer: ResultWriter
    private var lines = RecordLines(faces: true)

    init(_ writer: ResultWriter) {
        self.writer = writer
    }

    func write(line: String) throws(RecordingError) {
        guard let record = lines.record(of: line), failure == nil else { return }
        do {
            try writer.take(record)
        } catch {
            failure = error
            throw error
        }
    }
}
