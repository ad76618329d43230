import Decoding
import PathModel

/// A drawn video that an analysis goes along with: what goes wrong with it waits until the records are whole.
public final class AnnotatedVideo {
    private let video: DrawnVideo
    private var failure: (any Error)?

    /// Takes over a video without a frame.
    ///
    /// - Parameter utc: the stream's zero, in microseconds since 1970 UTC; nil where nobody knows.
    public init(_ video: DrawnVideo, utc: Int64?) {
        self.video = video
        video.utc = utc
    }

    /// Draws the frames of which everything is known, and takes a record. Records come in order.
    public func add(_ record: PathRecord) {
        guard failure == nil else { return }
        do { try video.add(record) } catch { failure = error }
    }

    /// Draws the frames that are left and gives the file its name.
    ///
    /// - Throws: what went wrong since the beginning; then there is no file.
    public func finish() throws {
        do {
            if let failure { throw failure }
            try video.drawRest()
            try video.finish()
        } catch {
            discard()
            throw error
        }
    }

    /// Gives the video up.
    public func discard() { video.discard() }
}
