import CRecording
import SystemPackage

/// A stream socket that the reader listens at (unix(7)), as Vector's `socket` source in mode `unix_stream` does.
///
/// Connects again for ever. A line that the end of a connection cut is written whole on the next one; what the reader
/// had not taken out of the system's buffer yet is lost with it, uncounted, but missing by `seq`.
final class SocketWriter: LineWriter {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)

    let path: String
    let survivesHangUp = true
    private(set) var pause = shortestPause
    private let address: String
    private let reporter: OutputReporter
    private var connection: FileDescriptor?
    private var connected = ContinuousClock.now

    /// - Parameter path: the socket's.
    /// - Throws: where no address holds the path; nothing is connected yet.
    init(path: String, reporter: OutputReporter) throws(RecordingError) {
        self.path = "\(OutputTarget.socket(path: path))"
        self.reporter = reporter
        address = path
        // sun_path of unix(7), with its end.
        guard address.utf8.count < 108 else {
            throw .failed(path: self.path, operation: .open, errno: .fileNameTooLong)
        }
    }

    deinit {
        hangUp()
    }

    var watched: Int32? { connection?.rawValue }

    func write(_ bytes: ArraySlice<UInt8>) throws(RecordingError) -> Int {
        let connection = try connect()
        do {
            return try RecordingError.attempt(.write, path) { try connection.send(bytes) }
        } catch {
            hangUp()
            throw error
        }
    }

    /// Connects before there is a line to write.
    func maintain(at now: ContinuousClock.Instant) throws(RecordingError) -> ContinuousClock.Instant? {
        _ = try connect()
        return nil
    }

    func reopen() {}

    func hangUp() {
        guard let connection else { return }
        try? connection.close()
        self.connection = nil
        // A reader that hangs up again and again is not kept busy.
        if .now - connected > Self.longestPause { pause = Self.shortestPause } else { lengthenPause() }
    }

    func finish(cut: ArraySlice<UInt8>) { hangUp() }

    private func connect() throws(RecordingError) -> FileDescriptor {
        if let connection { return connection }
        var descriptor: Int32 = -1
        let code = footpath_connect(address, &descriptor)
        guard code == 0 else {
            lengthenPause()
            throw .failed(path: path, operation: .connect, errno: Errno(rawValue: code))
        }
        let connection = FileDescriptor(rawValue: descriptor)
        self.connection = connection
        connected = .now
        reporter.works(.write)
        return connection
    }

    private func lengthenPause() { pause = min(pause * 2, Self.longestPause) }
}
