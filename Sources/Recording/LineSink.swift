/// Takes the lines of one output stream in order. Who made it finishes it.
public protocol LineSink: AnyObject {
    /// Writes one whole line (without its newline), or nothing.
    ///
    /// - Throws: `RecordingError`. Lines written before stay valid.
    func write(line: String) throws(RecordingError)
}
