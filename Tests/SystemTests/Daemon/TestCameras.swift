import Foundation
import TestSupport
import Testing

/// A real RTSP server on this machine (GStreamer's), which can be stopped, killed and started anew at the same port.
final class TestCameras {
    let port: Int
    private var command: Command

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - streams: H.264 files by the names of their streams.
    ///   - user: `USER:PASSWORD`, without which nobody may watch.
    init(_ streams: [String: URL], port: Int = 0, user: String? = nil) throws {
        let mounts = streams.map { "/\($0.key)=\($0.value.path)" }
        command = try Command(
            Project.root.appendingPathComponent("Tests/Servers/rtsp-server").path,
            (user.map { ["--user", $0] } ?? []) + ["\(port)", "25"] + mounts)
        let command = command
        try waitFor("the RTSP server") { command.output.contains("\n") }
        let words = command.output.split { $0 == " " || $0 == "\n" }
        self.port = try #require(words.last.flatMap { Int($0) })
    }

    deinit {
        kill()
    }

    func url(_ stream: String) -> String { "rtsp://127.0.0.1:\(port)/\(stream)" }

    /// The cameras stand still: connections stay, nothing comes.
    func freeze() { command.signal(SIGSTOP) }

    func thaw() { command.signal(SIGCONT) }

    func kill() {
        command.signal(SIGKILL)
        _ = command.wait()
    }
}

/// Waits until something is so.
///
/// - Parameter seconds: so that no test hangs; what is to take little time measures it.
/// - Throws: where it isn't after `seconds`.
func waitFor(
    _ what: @autoclosure () -> String, seconds: Double = 120, _ location: SourceLocation = #_sourceLocation,
    _ isSo: () throws -> Bool
) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
        if try isSo() { return }
        usleep(50_000)
    }
    Issue.record("\(what()): not within \(seconds) s", sourceLocation: location)
    throw NotInTime()
}

struct NotInTime: Error {}

/// A TCP listener that takes connections and then does as it likes.
final class BadServer: Sendable {
    enum Manner: Sendable {
        /// Says nothing.
        case silent
        /// Sends what is no protocol, without end.
        case garbage
        /// Answers everybody with this.
        case says(String)
    }

    let port: Int
    private let listener: Int32

    init(_ manner: Manner) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try bindToLoopback(listener)
        try #require(listen(listener, 16) == 0)
        self.listener = listener
        Thread.detachNewThread {
            // By this thread alone: a number that another closed may be another file's by the time it is used.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                switch manner {
                case .silent: break
                case .garbage: Thread.detachNewThread { Self.babble(connection) }
                case .says(let text):
                    send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                    shutdown(connection, Int32(SHUT_WR))
                }
            }
        }
    }

    /// The thread ends by this, and closes the socket.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func babble(_ connection: Int32) {
        var random = ScriptedRandom(seed: 7)
        while true {
            let bytes = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
            guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 else { break }
            usleep(5000)
        }
        close(connection)
    }
}

/// A port of 127.0.0.1 on which nobody listens, and a server may that sets `SO_REUSEADDR`. It stays bound as long as the tests
/// run, so that the system gives it to nobody else who wants any.
func freePort() throws -> Int {
    let holder = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return try bindToLoopback(holder)
}

/// Binds a socket to any free port of 127.0.0.1, which comes back.
private func bindToLoopback(_ descriptor: Int32) throws -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            try #require(bind(descriptor, generic, length) == 0)
            try #require(getsockname(descriptor, generic, &length) == 0)
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
