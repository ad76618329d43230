import Foundation
import TestSupport
import Testing

/// `footpath serve` in a folder of its own, where `media/lobby/` is a bucket, with settings that take little time.
final class RunningServer {
    let place: Workplace
    private let command: Command

    static let head = """
        listen: 127.0.0.1:0
        media: {directory: media}
        state: state
        http: {listen: "127.0.0.1:0"}
        workers: 1
        analysis: {quality: fast, fps: 5, face_fps: 0}

        """

    /// A folder with a bucket.
    static func place(_ clips: URL...) throws -> Workplace {
        let place = try Workplace()
        try FileManager.default.createDirectory(atPath: place.path("media/lobby"), withIntermediateDirectories: true)
        for clip in clips { try place.add(clip, as: "media/lobby/\(clip.lastPathComponent)") }
        return place
    }

    /// - Parameter config: beside the head.
    init(
        in place: Workplace, _ config: String = "auth: none", head: String = head, environment: [String: String] = [:]
    ) throws {
        self.place = place
        try place.write(Data((head + config + "\n").utf8), "serve.yaml")
        let settings = environment.map { "export \($0.key)='\($0.value)'; " }.joined()
        command = try place.shell("\(settings)exec \"$PROGRAM\" serve --config serve.yaml")
    }

    deinit { command.signal(SIGKILL) }

    var log: String { command.errors }
    var processID: Int32 { command.processID }

    func signal(_ number: Int32) { command.signal(number) }

    func wait() -> CommandResult { command.wait() }

    func stop() -> CommandResult {
        signal(SIGTERM)
        return wait()
    }

    /// What follows a text in the log, up to a space or a line's end.
    private func address(after text: String) throws -> String {
        try waitFor("'\(text)' in the log: \(log)") { log.contains(text) }
        let start = try #require(log.range(of: text)).upperBound
        return String(log[start...].prefix { !$0.isWhitespace })
    }

    /// Asks for an operation: the status, and the answer's members.
    func ask(_ operation: String, _ body: String) throws -> (status: Int, members: [String: Any]) {
        let url = try address(after: "clients at ")
        let answer = try curl(
            [
                "-H", "X-Amz-Target: RekognitionService.\(operation)", "-H",
                "Content-Type: application/x-amz-json-1.1", "-d", body, url,
            ])
        let members = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        return (answer.status, members ?? [:])
    }

    /// Starts a job; its id.
    func start(_ name: String, bucket: String = "lobby", more: String = "") throws -> String {
        let video = "\"Video\":{\"S3Object\":{\"Bucket\":\"\(bucket)\",\"Name\":\"\(name)\"}}"
        let answer = try ask("StartPersonTracking", "{\(video)\(more)}")
        return try #require(answer.members["JobId"] as? String, "\(answer)")
    }

    /// Waits for a job's end; its last answer.
    func result(_ job: String, seconds: Double = 120) throws -> [String: Any] {
        var members: [String: Any] = [:]
        try waitFor("the end of the job; \(log)", seconds: seconds) {
            members = try ask("GetPersonTracking", "{\"JobId\":\"\(job)\"}").members
            return members["JobStatus"] as? String != "IN_PROGRESS"
        }
        return members
    }

    /// An operators' page.
    func page(_ path: String) throws -> (status: Int, body: String) {
        let url = try address(after: "metrics at ")
        return try curl([url.replacing("/metrics", with: path)])
    }

    private func curl(_ arguments: [String]) throws -> (status: Int, body: String) {
        let result = try run("curl", ["-s", "-m", "20", "-w", "\n%{http_code}"] + arguments)
        let parts = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(parts.last ?? "") ?? 0, parts.dropLast().joined(separator: "\n"))
    }
}
