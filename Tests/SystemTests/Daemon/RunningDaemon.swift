import Foundation
import TestSupport
import Testing

/// `footpath run` in a folder of its own, with settings that take little time.
final class RunningDaemon {
    let place: Workplace
    private let command: Command

    /// The start of a configuration. Records go to `NAME.jsonl` in the folder.
    static let head = """
        output: {path: "{feed}.jsonl"}
        http: {listen: "127.0.0.1:0"}
        workers: 1
        stats_interval: 2s
        defaults: {fps: 5, quality: fast, scales: 1, face_fps: 0, open_timeout: 3s, read_timeout: 2s}

        """

    /// Starts it.
    ///
    /// - Parameter cameras: what follows `cameras:`, a camera a line: `NAME: SOURCE` or `NAME: SOURCE, KEY: VALUE`.
    convenience init(_ cameras: [String]) throws {
        let place = try Workplace()
        try place.write(Data(Self.config(cameras).utf8), "footpath.yaml")
        try self.init(in: place)
    }

    /// Starts it with the `footpath.yaml` of a folder.
    init(
        in place: Workplace, environment: [String: String] = [:], limits: String = "", options: String = "",
        redirection: String = ""
    ) throws {
        self.place = place
        let settings = environment.map { "export \($0.key)='\($0.value)'; " }.joined()
        command = try place.shell(
            "\(settings)\(limits)exec \"$PROGRAM\" run --config footpath.yaml \(options) \(redirection)")
    }

    deinit {
        command.signal(SIGKILL)
    }

    static func config(_ cameras: [String], head: String = head) -> String {
        let lines = cameras.map { camera in
            let parts = camera.split(separator: ": ", maxSplits: 1)
            return "  - {name: \(parts[0]), source: \(parts[1])}"
        }
        return head + "cameras:\n" + lines.joined(separator: "\n") + "\n"
    }

    var log: String { command.errors }

    var processID: Int32 { command.processID }

    func signal(_ number: Int32) { command.signal(number) }

    /// Asks it to end.
    func stop() -> CommandResult {
        command.signal(SIGTERM)
        return wait()
    }

    func wait() -> CommandResult {
        command.wait()
    }

    /// Asks it to end, which it does in good order; how many seconds that takes.
    func secondsToStop() -> Double {
        let start = ContinuousClock.now
        #expect(stop().status == 0)
        return (ContinuousClock.now - start) / .seconds(1)
    }

    // MARK: - Records

    /// The lines of an output so far that are whole.
    func lines(_ feed: String) -> [[String: Any]] {
        let text = (try? String(contentsOfFile: place.path("\(feed).jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
        }
    }

    func count(_ event: String, of feed: String) -> Int {
        lines(feed).count { $0["event"] as? String == event }
    }

    /// Waits until so many more points of paths are recorded.
    func awaitPoints(_ feed: String, more: Int = 3, seconds: Double = 120, _ place: SourceLocation = #_sourceLocation)
        throws
    {
        let before = count("path", of: feed)
        try waitFor("\(more) points of \(feed); \(log)", seconds: seconds, place) {
            count("path", of: feed) >= before + more
        }
    }

    func awaitEvent(
        _ event: String, of feed: String, count wanted: Int = 1, seconds: Double = 120,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        try waitFor("\(wanted) \(event) of \(feed); \(log)", seconds: seconds, location) {
            count(event, of: feed) >= wanted
        }
    }

    func awaitLog(_ text: String, seconds: Double = 120, _ location: SourceLocation = #_sourceLocation) throws {
        try waitFor("'\(text)' in the log: \(log)", seconds: seconds, location) { log.contains(text) }
    }

    // MARK: - HTTP

    /// The address, as the log tells it.
    var address: (host: String, port: UInt16)? {
        guard let start = log.range(of: "metrics at http://127.0.0.1:") else { return nil }
        return UInt16(log[start.upperBound...].prefix { $0.isNumber }).map { ("127.0.0.1", $0) }
    }

    /// An answer: status and body.
    func get(_ path: String, method: String = "GET") throws -> (status: Int, body: String) {
        try awaitLog("metrics at http://")
        let address = try #require(address)
        let result = try run(
            "curl",
            ["-s", "-m", "5", "-X", method, "-w", "\n%{http_code}", "http://\(address.host):\(address.port)\(path)"])
        let parts = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(parts.last ?? "") ?? 0, parts.dropLast().joined(separator: "\n"))
    }

    func status() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(get("/status").body.utf8)) as? [String: Any])
    }

    func camera(_ name: String) throws -> [String: Any] {
        let cameras = try #require(try status()["cameras"] as? [[String: Any]])
        return try #require(cameras.first { $0["name"] as? String == name })
    }
}
