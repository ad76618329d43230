import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("Operating it")
    struct OperationTests {
        @Test("SIGTERM ends all paths, flushes, and exits with 0 within 5 s")
        func terminated() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let isInTime = try isDone(within: 5) {
                let daemon = try RunningDaemon(["cam: \(cameras.url("a"))"])
                try daemon.awaitPoints("cam")
                let seconds = daemon.secondsToStop()
                let records = try daemon.place.records("cam.jsonl")
                #expect(records.all("path_start").count == records.all("path_end").count)
                #expect(records.values("reason", of: "stream_end") == ["interrupted"])
                #expect(records.lines.last?["event"] as? String == "session_end")
                return seconds
            }
            #expect(isInTime)
        }

        @Test("So it does with a camera that stands still, on a machine that is busy")
        func terminatedUnderLoad() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let isInTime = try isDone(within: 5) {
                cameras.thaw()
                let daemon = try RunningDaemon(["cam: \(cameras.url("a"))", "new: \(cameras.url("a"))"])
                try daemon.awaitPoints("cam")
                // Ends by itself, too.
                let spin = "import time; end = time.time() + 15\nwhile time.time() < end: pass"
                let load = try (0..<6).map { _ in try Command("/usr/bin/python3", ["-c", spin]) }
                defer { for command in load { command.signal(SIGKILL) } }
                cameras.freeze()
                usleep(500_000)
                let seconds = daemon.secondsToStop()
                let records = try daemon.place.records("cam.jsonl")
                #expect(records.lines.last?["event"] as? String == "session_end")
                return seconds
            }
            #expect(isInTime)
        }

        @Test("It answers over HTTP: health, readiness, metrics, status; and nothing else")
        func http() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let daemon = try RunningDaemon(["cam: \(cameras.url("a"))", "gone: rtsp://127.0.0.1:1/x"])
            try daemon.awaitPoints("cam")
            try daemon.awaitEvent("stats", of: "cam")
            #expect(try daemon.get("/healthz") == (200, "ok\n"))
            #expect(try daemon.get("/readyz") == (200, "ready\n"))
            #expect(try daemon.get("/other").status == 404)
            #expect(try daemon.get("/status", method: "POST").status == 405)
            let metrics = try daemon.get("/metrics").body
            for line in [
                "footpath_camera_up{camera=\"cam\"} 1", "footpath_camera_up{camera=\"gone\"} 0",
                "# TYPE footpath_camera_latency_seconds histogram", "footpath_ready 1",
            ] { #expect(metrics.contains(line + "\n")) }
            try checkMetrics(metrics)
            let camera = try daemon.camera("cam")
            #expect(camera["state"] as? String == "running")
            #expect(camera["decoder"] as? String == "software")
            #expect(camera["frame_width"] as? Int == 768)
            #expect((camera["points"] as? Int ?? 0) >= 3)
            #expect(daemon.stop().status == 0)
        }

        /// By Prometheus' text format 0.0.4: one HELP and TYPE per metric, samples that belong to it, numbers, and
        /// buckets that grow.
        private func checkMetrics(_ text: String) throws {
            let sample = try Regex(#"^([a-z_]+)(\{([a-z_]+="[^"\\]*",?)+\})? ([-+0-9.e]+|\+Inf)$"#)
            var (metric, seen) = ("", Set<Substring>())
            for line in text.split(separator: "\n") {
                if line.hasPrefix("# TYPE ") {
                    let words = line.split(separator: " ")
                    metric = String(words[2])
                    #expect(seen.insert(words[2]).inserted)
                    #expect(["counter", "gauge", "histogram"].contains(words[3]))
                } else if !line.hasPrefix("# HELP ") {
                    let match = try #require(try sample.wholeMatch(in: line), "\(line)")
                    #expect(String(try #require(match[1].substring)).hasPrefix(metric))
                }
            }
            let buckets = text.split(separator: "\n").filter { $0.contains("_bucket{camera=\"cam\"") }
                .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            #expect(buckets.count == 9)
            #expect(buckets == buckets.sorted())
        }

        @Test("Nobody reads standard output: cameras go on, and what is lost is counted and missing in seq")
        func stoppedReader() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let place = try Workplace()
            let head = RunningDaemon.head.replacing("{path: \"{feed}.jsonl\"}", with: "{path: \"-\", queue: 10KB}")
            try place.write(Data(RunningDaemon.config(["cam: \(cameras.url("a"))"], head: head).utf8), "footpath.yaml")
            try #require(mkfifo(place.path("fifo"), 0o600) == 0)
            // Open for both, so that nobody waits for the other end; and small, so that it is soon full.
            let end = try FileHandle(forUpdating: URL(fileURLWithPath: place.path("fifo")))
            let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ (fcntl(2)), which only _GNU_SOURCE declares
            _ = fcntl(end.fileDescriptor, setPipeSize, 4096)
            let isInTime = try isDone(within: 5) {
                try secondsToStop(with: RunningDaemon(in: place, redirection: "> fifo"))
            }
            #expect(isInTime)
        }

        /// Waits until a daemon loses what nobody reads, and ends it.
        private func secondsToStop(with daemon: RunningDaemon) throws -> Double {
            try daemon.awaitLog("lost")
            let points = try #require(try daemon.camera("cam")["points"] as? Int)
            try waitFor("more points") { (try daemon.camera("cam")["points"] as? Int ?? 0) > points + 10 }
            let output = try #require(try (daemon.status()["outputs"] as? [[String: Any]])?.first)
            #expect((output["dropped_lines"] as? Int ?? 0) > 0)
            #expect((output["queued_bytes"] as? Int ?? .max) <= 10_000)
            return daemon.secondsToStop()
        }

        @Test("Slow, silent and endless visitors of the HTTP port disturb nobody, not even where files run out")
        func visitors() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let place = try Workplace()
            try place.write(Data(RunningDaemon.config(["cam: \(cameras.url("a"))"]).utf8), "footpath.yaml")
            let daemon = try RunningDaemon(in: place, limits: "ulimit -n 60; ")
            try daemon.awaitPoints("cam")
            let address = try #require(daemon.address)
            let endless = "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 1_500_000)
            let visitors = try (0..<100).map {
                try connection(to: address.port, saying: ["", "GET /stat", endless][$0 % 3])
            }
            defer { for visitor in visitors { close(visitor) } }
            try daemon.awaitPoints("cam", more: 10)
            #expect(try daemon.get("/healthz").status == 200)
            #expect(daemon.stop().status == 0)
        }

        private func connection(to port: UInt16, saying text: String) throws -> Int32 {
            let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(code == 0)
            _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
            return connection
        }

        @Test("A password comes from a file and shows nowhere")
        func secrets() throws {
            let secret = "se/cret@x"
            let cameras = try TestCameras(["a": Clips.camera], user: "viewer:\(secret)")
            let place = try Workplace()
            try place.write(Data("viewer:\(secret)\n".utf8), "lobby")
            try place.write(Data("viewer:wrong-\(secret)\n".utf8), "door")
            let configuration = RunningDaemon.config([
                "lobby: \(cameras.url("a")), credentials: lobby",
                "door: \(cameras.url("a")), credentials: \(place.path("door"))",
            ])
            try place.write(Data(configuration.utf8), "footpath.yaml")
            let daemon = try RunningDaemon(in: place, environment: ["CREDENTIALS_DIRECTORY": place.folder.url.path])
            try daemon.awaitPoints("lobby")
            try daemon.awaitLog("door: does not open")
            let children = try ["lobby", "door"].compactMap { try daemon.camera($0)["process_id"] as? Int }
            #expect(!children.isEmpty)
            // Both may be read by ps.
            let processes = ([Int(daemon.processID)] + children).flatMap { process in
                ["cmdline", "environ"].map {
                    (try? String(contentsOfFile: "/proc/\(process)/\($0)", encoding: .utf8)) ?? ""
                }
            }.joined()
            #expect(processes.contains("camera\0lobby"))
            for child in children {
                let environment = try String(contentsOfFile: "/proc/\(child)/environ", encoding: .utf8)
                #expect(!environment.contains("CREDENTIALS_DIRECTORY"))
            }
            let told = [daemon.log, try daemon.get("/status").body, try daemon.get("/metrics").body, processes]
            #expect(daemon.stop().status == 0)
            let records = try ["lobby", "door"].map {
                try String(contentsOfFile: place.path("\($0).jsonl"), encoding: .utf8)
            }
            for text in told + records + [daemon.log] {
                for part in [secret, "se%2Fcret", "viewer:"] { #expect(!text.contains(part)) }
            }
        }

        @Test("Hardware that isn't there is told, and the processor decodes")
        func hardware() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let daemon = try RunningDaemon(["cam: \(cameras.url("a")), hwaccel: auto"])
            try daemon.awaitPoints("cam")
            try daemon.awaitLog("warning: cam: no hardware decodes it")
            #expect(daemon.stop().status == 0)
            #expect(try daemon.place.records("cam.jsonl").values("decoder", of: "stream_start") == ["software"])
        }

        @Test("A file is decoded only as far as fps needs it")
        func sampledFile() throws {
            let daemon = try RunningDaemon(["film: \(Project.sample.path), fps: 1"])
            try daemon.awaitEvent("stream_end", of: "film")
            #expect(daemon.stop().status == 0)
            let records = try daemon.place.records("film.jsonl")
            #expect(records.values("analyzed", of: "stream_end") == [12])
            let frames: [Int] = records.values("frames", of: "stream_end")
            #expect(try #require(frames.first) < 300, "it has so many")
        }

        @Test("Each new file of a folder is analysed once, also after a restart")
        func folder() throws {
            let place = try Workplace()
            try FileManager.default.createDirectory(atPath: place.path("in"), withIntermediateDirectories: false)
            let configuration =
                RunningDaemon.head + "cameras: [{name: films, directory: \(place.path("in")), fps: 5}]\n"
            try place.write(Data(configuration.utf8), "footpath.yaml")
            let environment = ["STATE_DIRECTORY": place.folder.url.path]
            func put(_ name: String, _ clip: URL) throws {
                try place.add(clip, as: "in/\(name)")
                // Old enough to be whole.
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: place.path("in/\(name)"))
            }
            try put("one.mp4", Clips.clip)
            let daemon = try RunningDaemon(in: place, environment: environment)
            try daemon.awaitEvent("stream_end", of: "films")
            try put("text.mp4", Project.root.appendingPathComponent("LICENSE"))
            try put("two.mp4", Clips.clip)
            try daemon.awaitEvent("stream_end", of: "films", count: 2)
            try daemon.awaitLog("text.mp4")
            // A name is bytes.
            let script = "cp -p in/two.mp4 \"$(printf 'in/caf\\351.mp4')\""
            #expect(try place.shell(script).wait().status == 0)
            try daemon.awaitEvent("stream_end", of: "films", count: 3)
            #expect(daemon.stop().status == 0)
            let again = try RunningDaemon(in: place, environment: environment)
            try put("three.mp4", Clips.clip)
            try again.awaitEvent("stream_end", of: "films", count: 4)
            #expect(again.stop().status == 0)
            let records = try place.records("films.jsonl")
            let frames: [Int] = records.values("frames", of: "stream_end")
            #expect(frames.count == 4 && Set(frames).count == 1, "\(frames)")
            let sources: [String] = records.values("source", of: "stream_start")
            #expect(
                sources.map { $0.split(separator: "/").last } == ["one.mp4", "two.mp4", "caf\\xE9.mp4", "three.mp4"])
        }
    }
}
