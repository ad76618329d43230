import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("Counting")
    struct CountingTests {
        /// In the sample somebody stands in the middle and others walk by.
        private static let zone = #"zones: [{name: "a \"b\\\" <c>", points: [[0, 0], [1, 0], [1, 1], [0, 1]]}]"#
        private static let line = "lines: [{name: middle, points: [[0.5, 1], [0.5, 0]]}]"
        /// As Prometheus wants its labels.
        private static let label = #"zone="a \"b\\\" <c>""#

        private func value(_ name: String, _ labels: String, in metrics: String) -> Double? {
            let line = metrics.split(separator: "\n").first { $0.hasPrefix(name + "{") && $0.contains(labels) }
            return line?.split(separator: " ").last.flatMap { Double($0) }
        }

        /// What promtool says of metrics.
        private func judge(_ metrics: String) throws {
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") else {
                print("skipped: promtool is not here (Scripts/setup --tests installs it)")
                return
            }
            let folder = try TemporaryFolder()
            try metrics.write(toFile: folder.path("metrics"), atomically: true, encoding: .utf8)
            let result = try Command("promtool", ["check", "metrics"], input: folder.path("metrics")).wait()
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.output)\(result.errors)")
        }

        @Test(
            "People by zone, entries and crossings stand in /metrics and /status, and go on over reconnections and reloads"
        )
        func metrics() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let head = RunningDaemon.head.replacing("face_fps: 0,", with: "face_fps: 0, \(Self.zone), \(Self.line),")
            let place = try Workplace()
            let config = RunningDaemon.config(["cam: \(cameras.url("a")), counts_interval: 2s"], head: head)
            try place.write(Data(config.utf8), "footpath.yaml")
            let daemon = try RunningDaemon(in: place)
            try daemon.awaitPoints("cam")
            try daemon.awaitEvent("counts", of: "cam")
            let metrics = try daemon.get("/metrics").body
            try judge(metrics)
            let entries = try #require(value("footpath_zone_entries_total", Self.label, in: metrics))
            #expect(entries >= 1)
            #expect(value("footpath_zone_people", Self.label, in: metrics) != nil)
            #expect(value("footpath_line_crossings_total", #"direction="out",line="middle""#, in: metrics) != nil)
            #expect(value("footpath_camera_observed_seconds_total", "cam", in: metrics).map { $0 > 0 } == true)
            let camera = try daemon.camera("cam")
            let zones = try #require(camera["zones"] as? [[String: Any]])
            #expect(zones.map { $0["name"] as? String } == [#"a "b\" <c>"#])
            #expect(((camera["lines"] as? [[String: Any]])?.first?["in"] as? Int) != nil)
            #expect(camera["observed"] as? Double != nil)

            // The camera begins anew, with a zone of the same name.
            try place.write(Data(config.replacing("2s}", with: "3s}").utf8), "footpath.yaml")
            daemon.signal(SIGHUP)
            try daemon.awaitLog("reloaded: 1 camera restarted")
            let before = try #require(value("footpath_zone_entries_total", Self.label, in: daemon.get("/metrics").body))
            #expect(before >= entries)
            try waitFor("another entry") {
                let now = value("footpath_zone_entries_total", Self.label, in: try daemon.get("/metrics").body)
                #expect(now.map { $0 >= before } ?? false)
                return now.map { $0 > before } ?? false
            }
            #expect(daemon.stop().status == 0)
            let records = try daemon.place.records("cam.jsonl")
            #expect(records.all("region").count == 4)
            let people = records.all("zone").compactMap { $0["people"] as? Int }
            #expect(people.last == 0)
        }

        @Test("With detail: counts there is nothing of a person in records, status, metrics and log")
        func counts() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let head = RunningDaemon.head.replacing(
                "face_fps: 0,", with: "face_fps: 5, detail: counts, \(Self.zone), \(Self.line),"
            ).replacing("http:", with: "log: {level: debug}\nhttp:")
            let place = try Workplace()
            let config = RunningDaemon.config(["cam: \(cameras.url("a")), counts_interval: 2s"], head: head)
            try place.write(Data(config.utf8), "footpath.yaml")
            let daemon = try RunningDaemon(in: place)
            try waitFor("somebody in the zone") {
                try daemon.get("/metrics").body.contains("footpath_zone_people{camera=\"cam\",\(Self.label)} 1")
                    || daemon.get("/metrics").body.contains("footpath_zone_people{camera=\"cam\",\(Self.label)} 2")
            }
            try daemon.awaitEvent("counts", of: "cam")
            let (metrics, status) = (try daemon.get("/metrics").body, try daemon.get("/status").body)
            #expect(daemon.stop().status == 0)
            let records = try daemon.place.records("cam.jsonl")
            #expect(records.all("counts").count >= 1)
            let events = Set(records.lines.compactMap { $0["event"] as? String })
            #expect(
                events.isSubset(of: [
                    "session_start", "region", "stream_start", "counts", "crowd", "gap", "stats", "stream_end",
                    "session_end",
                ]))
            let text = try String(contentsOfFile: daemon.place.path("cam.jsonl"), encoding: .utf8)
            for (name, written) in [("records", text), ("metrics", metrics), ("status", status), ("log", daemon.log)] {
                for word in ["track", "\"box\"", "landmark\"", "\"path_start", "\"path_end", "dwell_ms\"", "entry\""] {
                    #expect(!written.contains(word), "\(word) in the \(name)")
                }
            }
        }

        @Test("check tells regions as they are, and which way over a line is in")
        func check() throws {
            let place = try Workplace()
            let config = """
                output: {path: "-"}
                cameras:
                  - {name: a, source: rtsp://h/x, \(Self.zone), \(Self.line), masks: [[0, 0.5, 0.25, 1, 0, 1]]}
                """
            try place.write(Data(config.utf8), "footpath.yaml")
            let result = try place.shell("exec \"$PROGRAM\" check footpath.yaml").wait()
            #expect(
                result.output == """
                    footpath.yaml: 1 camera, all settings in order
                    a: zone a "b\\" <c>=0,0,1,0,1,1,0,1, anchor feet
                    a: line middle=0.5,1,0.5,0, anchor feet, in is →
                    a: mask 0,0.5,0.25,1,0,1

                    """)
        }

        @Test("What shows single people and counts alone don't go together")
        func annotatedCounts() throws {
            let place = try Workplace(Clips.oneFrame)
            let result = try place.analyze(
                "one.mp4", "--detail", "counts", "--annotate", "z.mp4", "--zone", "a=0,0,1,1")
            #expect(result.status == 64)
            #expect(result.errors.contains("--zone a=0,0,1,1: has fewer than 3 corners"))
            let other = try place.analyze("one.mp4", "--detail", "counts", "--annotate", "z.mp4")
            #expect(other.status == 64 && other.errors.contains("--annotate: shows single people"))
        }
    }
}
