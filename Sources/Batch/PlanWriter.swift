import Decoding
import Recording

/// Writes a plan, a video a line, in memory that doesn't grow with it.
public final class PlanWriter {
    private let sink: DirectSink
    private var digest: SHA256Digest? = SHA256Digest()
    private var plan: Plan
    /// Only the one behind it says whether a comma follows.
    private var waiting: String?

    /// Writes the first line.
    public init(_ plan: Plan, to sink: DirectSink) throws(RecordingError) {
        (self.plan, self.sink) = (plan, sink)
        try sink.write(line: plan.firstLine())
    }

    /// Adds a video, whose pieces get the next numbers.
    public func add(_ video: PlannedVideo) throws(RecordingError) {
        var video = video
        video.firstPiece = plan.piecesCount
        plan.videosCount += 1
        plan.piecesCount += video.piecesCount
        let line = JSON.text(video)
        if let waiting { try write(waiting + ",\n") }
        waiting = line
    }

    /// Writes the last line.
    ///
    /// - Returns: the plan.
    public func finish() throws(RecordingError) -> Plan {
        if let waiting { try write(waiting + "\n") }
        plan.videosDigest = digest.take()?.hexadecimal() ?? ""
        plan.id = plan.idOfContent
        try sink.write(line: plan.lastLine)
        return plan
    }

    private func write(_ line: String) throws(RecordingError) {
        digest?.update(Array(line.utf8))
        try sink.write(line)
    }
}
