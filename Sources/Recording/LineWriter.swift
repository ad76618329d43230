/// Where an output's lines go. Confined to the output's thread.
protocol LineWriter: AnyObject {
    /// As messages name it.
    var path: String { get }

    /// What to watch for a reader's absence and room; nil where nobody reads at the other end.
    var watched: Int32? { get }

    /// Whether lines go on after `hangUp`. If so, a line that was cut is written again from its beginning.
    var survivesHangUp: Bool { get }

    /// How long to wait after a failure.
    var pause: Duration { get }

    /// Writes what is taken at once of whole lines, or of what is left of a line and those after it.
    ///
    /// - Returns: how many bytes were taken; 0 where the reader is to be waited for.
    /// - Throws: where none was taken. `closed` says that the reader is gone.
    func write(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int

    /// Does what is due.
    ///
    /// - Returns: when to be called again at the latest; nil where nothing is to come.
    func maintain(at now: ContinuousClock.Instant) throws(RecordingError) -> ContinuousClock.Instant?

    /// Opens the file anew by its path.
    func reopen()

    /// Takes note that the reader is gone.
    func hangUp()

    /// Makes everything durable that is to be, and closes.
    ///
    /// - Parameter cut: what is left of a line of which the beginning was taken; empty where none is cut.
    func finish(cut: ArraySlice<UInt8>)
}
