/// Takes the lines of one output stream in order.
public protocol RecordSink: AnyObject {
    /// Writes one whole line (without its newline), or nothing.
    ///
    /// - Throws: `RecordingError`. Lines written before stay valid.
    func write(line: String) throws(RecordingError)

    /// Makes everything written durable and closes; writing afterwards is an error.
    func finish() throws(RecordingError)
}
