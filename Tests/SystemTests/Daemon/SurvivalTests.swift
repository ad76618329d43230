import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("Cameras that fail")
    struct SurvivalTests {
        /// Milliseconds between the times of a camera's points that follow one another, the largest.
        private func longestPause(_ daemon: RunningDaemon, _ feed: String) -> Int {
            let times = Set(daemon.lines(feed).compactMap { $0["pts_ms"] as? Int }).sorted()
            return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? .max
        }

        /// Every line obeys the contract, none is lost or doubled, and nobody's id is given twice.
        private func check(_ daemon: RunningDaemon, _ feed: String) throws {
            let records = try daemon.place.records("\(feed).jsonl")
            #expect(records.lines.compactMap { $0["seq"] as? Int } == Array(0..<records.lines.count))
            let started: [Int] = records.values("track", of: "path_start")
            #expect(started == Array(Set(started)).sorted())
            #expect(Set(started) == Set(records.values("track", of: "path_end")))
            #expect(records.all("stream_start").count == records.all("stream_end").count)
        }

        @Test("One camera is killed and comes back; the other's records don't pause")
        func killed() throws {
            let isSteady = try isSo {
                let good = try TestCameras(["a": Clips.camera])
                var bad: TestCameras? = try TestCameras(["b": Clips.camera])
                let port = try #require(bad?.port)
                let daemon = try RunningDaemon(["good: \(good.url("a"))", "bad: \(bad?.url("b") ?? "")"])
                try daemon.awaitPoints("good")
                try daemon.awaitPoints("bad")
                bad = nil
                try daemon.awaitLog("bad: broke off")
                try daemon.awaitPoints("good", more: 10)
                #expect(try daemon.camera("bad")["state"] as? String != "running")
                bad = try TestCameras(["b": Clips.camera], port: port)
                try daemon.awaitEvent("stream_start", of: "bad", count: 2)
                try daemon.awaitPoints("bad")
                #expect(daemon.stop().status == 0)

                try check(daemon, "good")
                try check(daemon, "bad")
                #expect(daemon.count("gap", of: "good") == 0)
                let gaps = try daemon.place.records("bad.jsonl").all("gap")
                #expect(gaps.map { $0["reason"] as? String } == ["disconnected"])
                #expect(try daemon.place.records("bad.jsonl").values("run", of: "stream_start") == [1, 2])
                return longestPause(daemon, "good") < 1500
            }
            #expect(isSteady)
        }

        @Test("A camera that stands still is told as stalled, and goes on")
        func stalled() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let daemon = try RunningDaemon(["cam: \(cameras.url("a"))"])
            try daemon.awaitPoints("cam")
            cameras.freeze()
            try daemon.awaitEvent("stream_end", of: "cam")
            try daemon.awaitLog("cam: broke off")
            cameras.thaw()
            try daemon.awaitEvent("stream_start", of: "cam", count: 2)
            try daemon.awaitPoints("cam")
            #expect(daemon.stop().status == 0)
            try check(daemon, "cam")
            let records = try daemon.place.records("cam.jsonl")
            #expect(records.values("reason", of: "gap") == ["stalled"])
            #expect(records.values("reason", of: "stream_end") == ["stalled", "interrupted"])
        }

        @Test("Cameras that say nothing, babble or aren't there hold nobody up, and the end least of all")
        func unreachable() throws {
            let isSteady = try isSo {
                let cameras = try TestCameras(["a": Clips.camera])
                let (silent, garbage) = (try BadServer(.silent), try BadServer(.garbage))
                let daemon = try RunningDaemon([
                    "hole: rtsp://127.0.0.1:\(silent.port)/x", "web: http://127.0.0.1:\(silent.port)/x.m3u8",
                    "babble: rtsp://127.0.0.1:\(garbage.port)/x", "noise: tcp://127.0.0.1:\(garbage.port)",
                    "closed: rtsp://127.0.0.1:1/x", "device: /dev/video97", "good: \(cameras.url("a"))",
                ])
                let bad = ["hole", "web", "babble", "noise", "closed", "device"]
                for name in bad { try daemon.awaitLog("\(name): does not open: ") }
                try daemon.awaitPoints("good", more: 10)
                for name in bad {
                    #expect(try daemon.camera(name)["message"] is String)
                    #expect(daemon.count("stream_start", of: name) == 0)
                }
                let seconds = daemon.secondsToStop()
                try check(daemon, "good")
                return seconds < 5 && longestPause(daemon, "good") < 1500
            }
            #expect(isSteady)
        }

        @Test(
            "A share that hangs holds up neither the other cameras nor the end", .enabled(if: HangingFolder.isPossible))
        func hangingShare() throws {
            let isSteady = try isSo {
                let share = try HangingFolder()
                let cameras = try TestCameras(["a": Clips.camera])
                let place = try Workplace()
                let config = RunningDaemon.config(["file: \(share.path)/x.mp4", "good: \(cameras.url("a"))"])
                let folder = "  - {name: folder, directory: \(share.path)/in}\n"
                try place.write(Data((config + folder).utf8), "footpath.yaml")
                let daemon = try RunningDaemon(in: place)
                // The file is given up after its timeouts; its process can't be killed.
                try daemon.awaitLog("was silent for")
                try daemon.awaitPoints("good", more: 10)
                #expect(try daemon.get("/healthz").status == 200)
                let start = ContinuousClock.now
                daemon.signal(SIGTERM)
                try daemon.awaitLog("notice: ended")
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                // The kernel keeps the process as long as a thread of it hangs.
                share.end()
                #expect(daemon.wait().status == 0)
                try check(daemon, "good")
                return seconds < 5 && longestPause(daemon, "good") < 1500
            }
            #expect(isSteady)
        }

        @Test("A camera that comes back with another size begins a new run")
        func restartedWithAnotherSize() throws {
            var cameras: TestCameras? = try TestCameras(["a": Clips.camera])
            let (port, url) = (try #require(cameras?.port), cameras?.url("a") ?? "")
            let daemon = try RunningDaemon(["cam: \(url)"])
            try daemon.awaitPoints("cam")
            cameras = nil
            cameras = try TestCameras(["a": Clips.smallCamera], port: port)
            try daemon.awaitEvent("stream_start", of: "cam", count: 2)
            try daemon.awaitPoints("cam")
            #expect(daemon.stop().status == 0)
            try check(daemon, "cam")
            #expect(try daemon.place.records("cam.jsonl").values("frame_width", of: "stream_start") == [768, 384])
            withExtendedLifetime(cameras) {}
        }

        @Test("A size that changes in mid-stream ends the run and begins the next")
        func changedSize() throws {
            let cameras = try TestCameras(["a": Clips.changingCamera])
            let daemon = try RunningDaemon(["cam: \(cameras.url("a"))"])
            try daemon.awaitEvent("stream_start", of: "cam", count: 2)
            try daemon.awaitPoints("cam")
            #expect(daemon.stop().status == 0)
            try check(daemon, "cam")
            let records = try daemon.place.records("cam.jsonl")
            #expect(records.values("frame_width", of: "stream_start").prefix(2) == [768, 384])
            let reasons: [String] = records.values("reason", of: "stream_end")
            #expect(reasons.first == "size_changed")
        }

        @Test("A decoder that crashes takes its own camera along, and no other")
        func crashed() throws {
            let isSteady = try isSo {
                let cameras = try TestCameras(["a": Clips.camera, "b": Clips.camera])
                let daemon = try RunningDaemon(["one: \(cameras.url("a"))", "two: \(cameras.url("b"))"])
                try daemon.awaitPoints("one")
                try daemon.awaitPoints("two")
                let process = try #require(try daemon.camera("one")["process_id"] as? Int)
                kill(Int32(process), SIGSEGV)
                try daemon.awaitLog("signal 11")
                try daemon.awaitEvent("stream_start", of: "one", count: 2)
                try daemon.awaitPoints("one")
                try daemon.awaitPoints("two")
                #expect(daemon.stop().status == 0)
                try check(daemon, "one")
                try check(daemon, "two")
                #expect(daemon.count("stream_start", of: "two") == 1)
                return longestPause(daemon, "two") < 1500
            }
            #expect(isSteady)
        }

        @Test("A daemon that is killed leaves no process and no broken line behind")
        func orphans() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let daemon = try RunningDaemon(["cam: \(cameras.url("a"))"])
            try daemon.awaitPoints("cam")
            let process = try #require(try daemon.camera("cam")["process_id"] as? Int)
            daemon.signal(SIGKILL)
            _ = daemon.wait()
            try waitFor("the camera's process ends", seconds: 30) {
                !FileManager.default.fileExists(atPath: "/proc/\(process)/exe")
            }
            let again = try RunningDaemon(in: daemon.place)
            try again.awaitEvent("session_start", of: "cam", count: 2)
            try again.awaitPoints("cam")
            #expect(again.stop().status == 0)
            let sequence = again.lines("cam").compactMap { $0["seq"] as? Int }
            #expect(sequence == Array(0..<sequence.count))
        }
    }
}
