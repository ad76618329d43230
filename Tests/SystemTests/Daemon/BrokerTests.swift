import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// With a real mosquitto: killed, stopped, started again.
    @Suite("MQTT", .enabled(if: Mosquitto.isHere, "mosquitto or its clients are not here (Scripts/setup --tests)"))
    struct BrokerTests {
        private static let zone = "{name: all, points: [[0, 0], [1, 0], [1, 1], [0, 1]]}"
        private static let line = "{name: middle, points: [[0.5, 1], [0.5, 0]]}"

        /// A daemon's configuration with a broker.
        private func config(
            _ broker: Mosquitto, _ camera: String, keys: String = "", zones: String = Self.zone
        ) -> String {
            let mqtt = "mqtt: {broker: \"mqtt://127.0.0.1:\(broker.port)\", credentials: \(broker.secret)\(keys)}\n"
            let head = RunningDaemon.head.replacing("workers: 1", with: mqtt + "workers: 1").replacing(
                "face_fps: 0,", with: "face_fps: 0, zones: [\(zones)], lines: [\(Self.line)],")
            return RunningDaemon.config(["cam: \(camera), counts_interval: 5s"], head: head)
        }

        private func daemon(_ config: String) throws -> RunningDaemon {
            let place = try Workplace()
            try place.write(Data(config.utf8), "footpath.yaml")
            return try RunningDaemon(in: place)
        }

        @Test("States arrive within 2 s of their record and are kept; events come with them; the end is told")
        func states() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let broker = try Mosquitto()
            let listener = try broker.listen()
            let daemon = try daemon(config(broker, cameras.url("a"), keys: ", home_assistant: true"))
            try waitFor("somebody in the zone; \(daemon.log)") {
                listener.last("footpath/cam/zone/all/people").map { $0 != "0" } ?? false
            }
            // People come and go as the film begins anew: this machine may be busy with other things at one of them.
            try waitFor("a state within 2 s of its record; \(listener.messages)\n\(daemon.lines("cam"))") {
                let told = listener.messages.filter { $0.topic == "footpath/cam/zone/all/people" }
                let records = daemon.lines("cam").filter { $0["event"] as? String == "zone" }
                return records.contains { record in
                    guard let text = record["observed"] as? String, let people = record["people"] as? Int,
                        let written = try? Date(
                            text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
                    else { return false }
                    return told.contains {
                        $0.text == "\(people)" && (0..<2).contains($0.time - written.timeIntervalSince1970)
                    }
                }
            }
            #expect(listener.first("footpath/cam/zone/all/people") == "0", "at the start nobody is there")
            #expect(listener.last("footpath/status") == "online" && listener.last("footpath/cam/state") == "running")
            try waitFor("events") {
                ["zone", "path_start", "counts"].allSatisfy { event in
                    listener.values("footpath/cam/event").contains { $0.contains("\"event\":\"\(event)\"") }
                }
            }
            #expect(!listener.values("footpath/cam/event").contains { $0.contains("\"event\":\"path\"") })
            let metrics = try daemon.get("/metrics").body
            #expect(metrics.contains("footpath_mqtt_up 1\n") && metrics.contains("footpath_mqtt_lost_events_total 0\n"))
            let kept = try broker.kept()
            #expect(kept["footpath/cam/line/middle/in"] != nil && kept["footpath/cam/event"] == nil)
            #expect(kept.keys.filter { $0.hasPrefix("homeassistant/sensor/footpath_footpath/cam_") }.count == 4)

            #expect(daemon.stop().status == 0)
            let after = try broker.kept()
            #expect(after["footpath/status"] == "offline" && after["footpath/cam/state"] == "stopped")
            #expect(after["footpath/cam/people"] == "0" && after["footpath/cam/zone/all/people"] == "0")
        }

        @Test("With detail: counts nothing of a single person is sent")
        func counts() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let broker = try Mosquitto()
            let listener = try broker.listen()
            let daemon = try daemon(
                config(broker, cameras.url("a")).replacing(
                    "counts_interval: 5s", with: "counts_interval: 2s, detail: counts"))
            try waitFor("somebody, and counts; \(daemon.log)") {
                listener.last("footpath/cam/zone/all/people").map { $0 != "0" } ?? false
                    && listener.values("footpath/cam/event").contains { $0.contains("\"event\":\"counts\"") }
            }
            #expect(daemon.stop().status == 0)
            let events = listener.values("footpath/cam/event")
            #expect(events.allSatisfy { !$0.contains("track") && !$0.contains("\"box\"") })
        }

        @Test("Nothing stale remains: a daemon that is killed is offline, and what left the configuration is withdrawn")
        func stale() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let broker = try Mosquitto()
            let keys = ", home_assistant: true"
            let old = Self.zone.replacing("all", with: "old")
            let whole = config(broker, cameras.url("a"), keys: keys, zones: "\(Self.zone), \(old)")
            let killed = try daemon(whole)
            try waitFor("somebody") { try (broker.kept()["footpath/cam/zone/old/people"] ?? "0") != "0" }
            killed.signal(SIGKILL)
            try waitFor("the will") { try broker.kept()["footpath/status"] == "offline" }

            // The camera is gone, and so is one zone, while nobody was there to withdraw it.
            cameras.kill()
            let place = killed.place
            try place.write(Data(config(broker, cameras.url("a"), keys: keys).utf8), "footpath.yaml")
            let daemon = try RunningDaemon(in: place)
            try waitFor("nobody") {
                let kept = try broker.kept()
                return kept["footpath/status"] == "online" && kept["footpath/cam/zone/all/people"] == "0"
                    && kept["footpath/cam/people"] == "0" && !kept.keys.contains { $0.contains("old") }
            }
            #expect(try broker.kept()["footpath/cam/state"] != "running")
            // And what is taken out while it runs.
            try place.write(Data(config(broker, cameras.url("a"), keys: keys, zones: "").utf8), "footpath.yaml")
            daemon.signal(SIGHUP)
            try waitFor("withdrawal") { try !broker.kept().keys.contains { $0.contains("zone") } }
            #expect(daemon.stop().status == 0)
        }

        @Test("Two machines with one broker leave each other's cameras alone, and each says whether it is there")
        func machines() throws {
            // Of two machines door and yard are the first one's, hall and till the second one's.
            let broker = try Mosquitto()
            for camera in ["yard", "till"] { try broker.keep("running", of: "footpath/\(camera)/state") }
            let mqtt =
                "mqtt: {broker: \"mqtt://127.0.0.1:\(broker.port)\", credentials: \(broker.secret), home_assistant: true}\n"
            let place = try Workplace()
            let cameras = ["door: rtsp://127.0.0.1:1/x", "hall: rtsp://127.0.0.1:1/x"]
            try place.write(Data((mqtt + RunningDaemon.config(cameras)).utf8), "footpath.yaml")
            func machine(_ number: Int) throws -> RunningDaemon {
                try RunningDaemon(in: place, options: "--shard \(number)/2")
            }
            func topics(_ camera: String) throws -> Int { try broker.kept().keys.count { $0.contains("/\(camera)") } }
            let (first, second) = (try machine(1), try machine(2))
            try waitFor("both; \(first.log)\(second.log)") {
                let kept = try broker.kept()
                return kept["footpath/status/1"] == "online" && kept["footpath/status/2"] == "online"
                    && kept["footpath/status"] == nil && kept["footpath/yard/state"] == nil
                    && kept["footpath/till/state"] == nil
            }
            try waitFor("all values") { try topics("door") == 3 && topics("hall") == 3 }
            // As one that had it until now takes leave.
            try broker.keep("stopped", of: "footpath/hall/state")

            #expect(first.stop().status == 0)
            let again = try machine(1)
            try waitFor("it is back") { try broker.kept()["footpath/status/1"] == "online" }
            try waitFor("its values") { try broker.kept()["footpath/door/state"] != "stopped" }
            #expect(try topics("hall") == 3, "what is the other's stays")
            try waitFor("the state of whom the camera is now") {
                try broker.kept()["footpath/hall/state"] != "stopped"
            }
            second.signal(SIGKILL)
            try waitFor("the will") { try broker.kept()["footpath/status/2"] == "offline" }
            #expect(try broker.kept()["footpath/status/1"] == "online")
            #expect(again.stop().status == 0)
        }

        @Test("A broker that is away, stopped or refuses is tried again, and cameras go on")
        func away() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let broker = try Mosquitto()
            let daemon = try daemon(config(broker, cameras.url("a")))
            try waitFor("online") { try broker.kept()["footpath/status"] == "online" }
            broker.signal(SIGKILL)
            try daemon.awaitLog("can't be had")
            try daemon.awaitPoints("cam", more: 5)
            #expect(try daemon.get("/metrics").body.contains("footpath_mqtt_up 0\n"))
            // All that was kept is lost with it.
            try broker.start()
            try waitFor("everything again") {
                let kept = try broker.kept()
                return kept["footpath/status"] == "online" && kept["footpath/cam/zone/all/people"] != nil
            }
            broker.signal(SIGSTOP)
            try daemon.awaitPoints("cam", more: 20)
            let memory = try #require(try daemon.status()["memory_bytes"] as? Int)
            try daemon.awaitPoints("cam", more: 20)
            let later = try #require(try daemon.status()["memory_bytes"] as? Int)
            #expect(later < memory + 20_000_000)
            broker.signal(SIGCONT)
            let listener = try broker.listen()
            try waitFor("events again") { !listener.values("footpath/cam/event").isEmpty }
            #expect(daemon.stop().status == 0)
        }

        @Test("By TLS only a broker is told whose certificate is of an authority that is believed, and of its name")
        func encrypted() throws {
            let authority = try Authority()
            let stranger = try Authority()
            for (name, believed, isBelieved) in [
                ("IP:127.0.0.1", authority, true), ("IP:127.0.0.1", stranger, false),
                ("DNS:elsewhere", authority, false),
            ] {
                let broker = try Mosquitto(certificate: authority.certificate(of: name), authority: authority)
                let settings = config(broker, "rtsp://127.0.0.1:1/x", keys: ", ca: \(believed.certificate)")
                let daemon = try daemon(settings.replacing("mqtt://", with: "mqtts://"))
                if isBelieved {
                    try waitFor("online; \(daemon.log)") { try broker.kept()["footpath/status"] == "online" }
                } else {
                    try daemon.awaitLog("can't be had: ")
                    #expect(try daemon.get("/metrics").body.contains("footpath_mqtt_up 0\n"))
                }
                #expect(daemon.stop().status == 0)
                #expect(try broker.kept()["footpath/status"] == (isBelieved ? "offline" : nil))
            }
        }

        @Test("A wrong password is told without being told")
        func refused() throws {
            let broker = try Mosquitto()
            try Data("footpath:hunter2".utf8).write(to: URL(fileURLWithPath: broker.secret))
            let daemon = try daemon(config(broker, "rtsp://127.0.0.1:1/x"))
            try daemon.awaitLog("can't be had: Connection Refused: not authorised")
            #expect(daemon.stop().status == 0)
            #expect(!daemon.log.contains("hunter2"))
        }
    }
}

/// Makes certificates for a day.
private final class Authority {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=authority",
            "-keyout", folder.path("ca.key"), "-out", certificate)
    }

    var certificate: String { folder.path("ca.pem") }

    /// The paths of a certificate, and of its key.
    func certificate(of name: String) throws -> (path: String, key: String) {
        let (path, key) = (folder.path("server.pem"), folder.path("server.key"))
        let names = try folder.file("names", "subjectAltName=\(name)\n")
        try openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=broker", "-keyout", key, "-out",
            folder.path("request"))
        try openssl(
            "x509 -req -days 1 -CAcreateserial", "-in", folder.path("request"), "-CA", certificate, "-CAkey",
            folder.path("ca.key"), "-extfile", names, "-out", path)
        return (path, key)
    }

    private func openssl(_ words: String, _ more: String...) throws {
        let made = try run("openssl", words.split(separator: " ").map(String.init) + more)
        guard made.status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}

/// A broker on a free port, with a password file.
final class Mosquitto {
    let port: UInt16
    private let folder: TemporaryFolder
    private let authority: String?
    private var command: Command?

    static let isHere = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto_sub", "/usr/bin/mosquitto_passwd"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    convenience init() throws { try self.init(certificate: nil, authority: nil) }

    /// - Parameter certificate: with its key; nil is not encrypted.
    fileprivate init(certificate: (path: String, key: String)?, authority: Authority?) throws {
        folder = try TemporaryFolder()
        self.authority = authority?.certificate
        port = UInt16(try freePort())
        let made = try run("/usr/bin/mosquitto_passwd", ["-b", "-c", folder.path("passwords"), "footpath", "p:w %"])
        guard made.status == 0 else { throw CocoaError(.fileWriteUnknown) }
        try Data("footpath:p:w %\n".utf8).write(to: URL(fileURLWithPath: secret))
        try Data(
            """
            listener \(port) 127.0.0.1
            password_file \(folder.path("passwords"))
            user root
            \(certificate.map { "certfile \($0.path)\nkeyfile \($0.key)" } ?? "")

            """.utf8
        ).write(to: URL(fileURLWithPath: folder.path("mosquitto.conf")))
        try start()
    }

    deinit {
        command?.signal(SIGKILL)
    }

    /// The file with user and password.
    var secret: String { folder.path("secret") }

    func start() throws {
        command = try Command("/usr/sbin/mosquitto", ["-c", folder.path("mosquitto.conf")])
        try waitFor("mosquitto") {
            try run("/usr/bin/mosquitto_pub", client + ["-r", "-q", "1", "-t", Self.mark, "-m", "x"]).status == 0
        }
    }

    func signal(_ number: Int32) { command?.signal(number) }

    fileprivate var client: [String] {
        // Whatever its name.
        ["-h", "127.0.0.1", "-p", "\(port)", "-u", "footpath", "-P", "p:w %"]
            + (authority.map { ["--cafile", $0, "--insecure"] } ?? [])
    }

    /// Has it keep something.
    func keep(_ text: String, of topic: String) throws {
        let result = try run("/usr/bin/mosquitto_pub", client + ["-r", "-q", "1", "-t", topic, "-m", text])
        guard result.status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// A topic of which something is always kept: on a busy machine a client may not get anything in the second that it has.
    private static let mark = "mark"

    /// What it keeps, by topics.
    func kept() throws -> [String: String] {
        for _ in 0..<20 {
            let result = try run(
                "/usr/bin/mosquitto_sub", client + ["-F", Listener.format, "-t", "#", "--retained-only", "-W", "1"])
            var kept = Listener.messages(result.output).reduce(into: [:]) { $0[$1.topic] = $1.text }
            if kept.removeValue(forKey: Self.mark) != nil { return kept }
        }
        throw NotInTime()
    }

    /// All that it is told from now on.
    func listen() throws -> Listener { try Listener(client) }

    /// mosquitto_sub
    final class Listener {
        /// In seconds since 1970 UTC, when it arrived.
        typealias Message = (time: Double, topic: String, text: String)

        fileprivate static let format = "%U %t %p"
        private let command: Command

        fileprivate init(_ client: [String]) throws {
            command = try Command("/usr/bin/mosquitto_sub", client + ["-F", Self.format, "-t", "#"])
        }

        deinit {
            command.signal(SIGKILL)
        }

        static func messages(_ text: String) -> [Message] {
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
                guard words.count == 3, let time = Double(words[0]) else { return nil }
                return (time, String(words[1]), String(words[2]))
            }
        }

        var messages: [Message] { Self.messages(command.output) }

        func values(_ topic: String) -> [String] { messages.filter { $0.topic == topic }.map(\.text) }

        func first(_ topic: String) -> String? { values(topic).first }

        func last(_ topic: String) -> String? { values(topic).last }
    }
}
