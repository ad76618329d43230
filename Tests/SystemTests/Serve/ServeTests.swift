import Foundation
import TestSupport
import Testing

@Suite("footpath serve", .serialized, .timeLimit(.minutes(30)))
struct ServeTests {
    /// Twelve seconds of the sample at 25 frames/s, which all are analysed with `fps: 25`.
    private static let slow = RunningServer.head.replacing("fps: 5", with: "fps: 25").replacing("fast", with: "best")

    @Test("A video becomes a job, its persons and its figures; what isn't one fails its job alone")
    func jobs() throws {
        let place = try RunningServer.place(Clips.clip, Clips.oneFrame)
        try place.write(Data("no video\n".utf8), "media/lobby/text.mp4")
        try place.write(
            Data("#EXTM3U\n#EXTINF:1,\n\(place.path("media/lobby/clip.mp4"))\n".utf8), "media/lobby/list.mp4")
        let server = try RunningServer(in: place)
        #expect(try server.page("/readyz").status == 200 && server.page("/healthz").status == 200)
        for name in ["text.mp4", "list.mp4"] {
            let result = try server.result(server.start(name))
            #expect(result["JobStatus"] as? String == "FAILED")
            #expect((result["StatusMessage"] as? String)?.contains(place.folder.url.path) == false, "\(result)")
        }
        let result = try server.result(server.start("clip.mp4", more: ",\"JobTag\":\"t\""))
        #expect(result["JobStatus"] as? String == "SUCCEEDED" && result["JobTag"] as? String == "t", "\(result)")
        #expect((result["Persons"] as? [Any])?.isEmpty == false)
        for name in ["none.mp4", "../lobby/clip.mp4", "/etc/passwd"] {
            let answer = try server.ask(
                "StartPersonTracking", "{\"Video\":{\"S3Object\":{\"Bucket\":\"lobby\",\"Name\":\"\(name)\"}}}")
            #expect(answer.status == 400 && answer.members["Code"] as? String == "InvalidS3ObjectException")
        }
        let metrics = try server.page("/metrics").body
        for line in [
            "footpath_jobs{state=\"succeeded\"} 1", "footpath_jobs{state=\"failed\"} 2",
            "footpath_jobs_oldest_seconds 0",
            "footpath_requests_total{error=\"InvalidS3ObjectException\",operation=\"StartPersonTracking\"} 3",
            "footpath_requests_total{error=\"\",operation=\"StartPersonTracking\"} 3", "footpath_messages_waiting 0",
        ] { #expect(metrics.contains(line + "\n"), "\(line): \(metrics)") }
        try promtool(metrics, place)
        #expect(server.stop().status == 0)
    }

    @Test("SIGTERM ends it within 5 s, also while a job runs; the job begins again at the next start")
    func end() throws {
        let place = try RunningServer.place(Project.sample)
        var job = ""
        let isInTime = try isDone(within: 5) {
            let server = try RunningServer(in: place, head: Self.slow)
            job = try server.start("crossing.mp4")
            try waitFor("a job that runs") {
                try server.page("/metrics").body.contains("footpath_jobs{state=\"running\"} 1\n")
            }
            usleep(500_000)
            let start = ContinuousClock.now
            #expect(server.stop().status == 0)
            return (ContinuousClock.now - start) / .seconds(1)
        }
        #expect(isInTime)
        var server = try RunningServer(in: place)
        let result = try server.result(job)
        #expect(result["JobStatus"] as? String == "SUCCEEDED", "\(result)")
        server.signal(SIGKILL)
        _ = server.wait()
        server = try RunningServer(in: place)
        #expect(try server.result(job)["JobStatus"] as? String == "SUCCEEDED")
        #expect(server.stop().status == 0)
    }

    @Test("systemd is told when it is ready, that it lives, and that it ends")
    func serviceManager() throws {
        let place = try RunningServer.place()
        let socket = try NotifySocket(at: place.path("notify"))
        let server = try RunningServer(
            in: place, environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "4000000"])
        try waitFor("READY=1") { socket.messages.contains("READY=1") }
        #expect(try server.page("/readyz").status == 200)
        try waitFor("signs of life") { socket.messages.count { $0 == "WATCHDOG=1" } >= 3 }
        try waitFor("a status") { socket.messages.contains("STATUS=0 jobs run, 0 wait") }
        #expect(server.stop().status == 0)
        #expect(socket.messages.last?.hasPrefix("STOPPING=1") == true)
    }

    @Test("A job's end is told, also after a restart; nothing secret is in the log or in ps")
    func messages() throws {
        let place = try RunningServer.place(Clips.oneFrame)
        try place.write(Data("user:h00k-password\n".utf8), "hook")
        let port = try { try Server("message-receiver", ["0", "200"]).port }()
        let config = "auth: none\nwebhook: {url: 'http://127.0.0.1:\(port)/x', credentials: \(place.path("hook"))}"
        var server = try RunningServer(in: place, config)
        let job = try server.start("one.mp4", more: ",\"JobTag\":\"tag\"")
        #expect(try server.result(job)["JobStatus"] as? String == "SUCCEEDED")
        try waitFor("an attempt; \(server.log)") { server.log.contains("tried again in") }
        #expect(try server.page("/metrics").body.contains("footpath_messages_waiting 1\n"))
        server.signal(SIGKILL)
        let killed = server.wait().errors
        let receiver = try Server("message-receiver", ["\(port)", "200"])
        server = try RunningServer(in: place, config)
        try waitFor("the message; \(server.log)") { !receiver.lines.isEmpty }
        let told = String(receiver.lines[0])
        #expect(
            told.contains("\"JobId\":\"\(job)\",\"Status\":\"SUCCEEDED\",\"API\":\"StartPersonTracking\""), "\(told)")
        #expect(told.contains("\"JobTag\":\"tag\"") && told.contains("\"S3Bucket\":\"lobby\""))
        usleep(1_500_000)
        let log = killed + server.stop().errors
        #expect(receiver.lines.count == 1)
        #expect(!log.contains("h00k") && !log.contains("dXNlcjp"), "\(log)")
    }

    @Test("A store by TLS is read where its certificate is one of those in SSL_CERT_FILE, and else not")
    func secureStore() throws {
        let place = try RunningServer.place(Clips.oneFrame)
        try place.write(Data("store:s3cr3t\n".utf8), "store")
        let pem = try certificate(in: place.folder)
        let store = try Server("object-store", [place.path("media/lobby"), "", pem])
        let media = "{s3: 'https://localhost:\(store.port)', credentials: \(place.path("store"))}"
        let head = RunningServer.head.replacing("{directory: media}", with: media)
        var server = try RunningServer(in: place, head: head, environment: ["SSL_CERT_FILE": pem])
        let job = try server.start("one.mp4", bucket: "plain")
        #expect(try server.result(job)["JobStatus"] as? String == "SUCCEEDED")
        #expect(server.stop().status == 0)
        server = try RunningServer(in: place, head: head)
        let answer = try server.ask(
            "StartPersonTracking", "{\"Video\":{\"S3Object\":{\"Bucket\":\"plain\",\"Name\":\"two.mp4\"}}}")
        #expect(answer.status == 500 && answer.members["Code"] as? String == "InternalServerError", "\(answer)")
        let log = server.stop().errors
        #expect(log.contains("no secure connection") && !log.contains("s3cr3t") && !log.contains("X-Amz"))
    }

    @Test("What can't be served is said at the start, with its code")
    func wrongStarts() throws {
        let place = try RunningServer.place()
        let wrong = try RunningServer(in: place, "auth: none\nkeep: 7\nqueue: 1").wait()
        #expect(
            wrong.status == 64 && wrong.errors.contains("serve.yaml:8: keep")
                && wrong.errors.contains("serve.yaml:9: queue"))
        let server = try RunningServer(in: place)
        #expect(try server.page("/readyz").status == 200)
        let second = try RunningServer(in: place).wait()
        #expect(second.status == 73 && second.errors.contains("another footpath serve"), "\(second)")
        let taken = try #require(server.log.firstMatch(of: /clients at http:\/\/127\.0\.0\.1:(\d+)/)?.1)
        let head = RunningServer.head.replacing("127.0.0.1:0\nmedia", with: "127.0.0.1:\(taken)\nmedia")
            .replacing("state: state", with: "state: other")
        #expect(try RunningServer(in: place, head: head).wait().status == 71)
        #expect(server.stop().status == 0)
    }

    @Test("footpath check tells its file from a daemon's")
    func check() throws {
        let place = try RunningServer.place()
        try place.write(Data((RunningServer.head + "keys: clients\n").utf8), "serve.yaml")
        let fine = try place.shell("\"$PROGRAM\" check serve.yaml").wait()
        #expect(fine.status == 0 && fine.output == "serve.yaml: of footpath serve, all settings in order\n", "\(fine)")
        try place.write(Data((RunningServer.head + "keys: k\nlandmarks: 7\n").utf8), "serve.yaml")
        let wrong = try place.shell("\"$PROGRAM\" check serve.yaml").wait()
        #expect(wrong.status == 64 && wrong.errors.contains("serve.yaml:8: landmarks: 7: give one of five, all"))
    }

    private func promtool(_ metrics: String, _ place: Workplace) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") else {
            print("skipped: promtool is not here (Scripts/setup --tests installs it)")
            return
        }
        try place.write(Data(metrics.utf8), "metrics")
        let result = try Command("promtool", ["check", "metrics"], input: place.path("metrics")).wait()
        #expect(result.status == 0 && result.output + result.errors == "", "\(result)")
    }
}

/// A server of `Tests/Servers`, which prints its port.
private final class Server {
    private let command: Command
    let port: Int

    init(_ name: String, _ arguments: [String]) throws {
        command = try Command(Project.root.appendingPathComponent("Tests/Servers/\(name)").path, arguments)
        let command = command
        try waitFor("a port: \(command.errors)") { command.output.contains("\n") || !command.isRunning }
        port = try #require(command.output.split(separator: "\n").first.flatMap { Int($0) })
    }

    deinit {
        command.signal(SIGKILL)
        _ = command.wait()
    }

    /// What it printed since.
    var lines: [Substring] { Array(command.output.split(separator: "\n").dropFirst()) }
}
