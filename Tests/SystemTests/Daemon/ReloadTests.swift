import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("Reloading")
    struct ReloadTests {
        private func write(_ daemon: RunningDaemon, _ cameras: [String], head: String = RunningDaemon.head) throws {
            try daemon.place.write(Data(RunningDaemon.config(cameras, head: head).utf8), "footpath.yaml")
        }

        @Test("Under load: what changed restarts, the others don't blink, and a bad configuration is refused")
        func underLoad() throws {
            let isSteady = try isSo {
                let cameras = try TestCameras(["a": Clips.camera, "b": Clips.camera])
                let (kept, changed) = ("kept: \(cameras.url("a"))", "changed: \(cameras.url("b"))")
                let daemon = try RunningDaemon([kept, changed])
                try daemon.awaitPoints("kept")
                try daemon.awaitPoints("changed")

                try write(daemon, [kept, changed + ", fsp: 4"])
                daemon.signal(SIGHUP)
                try daemon.awaitLog("not reloaded, the old configuration goes on")
                try daemon.awaitLog("footpath.yaml:8: cameras[1].fsp: no such key")
                try daemon.awaitPoints("changed")

                try write(daemon, [kept, changed + ", fps: 4", "new: \(cameras.url("a"))"])
                for _ in 0..<5 { daemon.signal(SIGHUP) }
                try daemon.awaitLog("reloaded: 1 camera restarted, 1 added, 0 removed, 1 unchanged")
                try daemon.awaitPoints("new")
                try daemon.awaitPoints("changed")

                try write(daemon, [kept])
                daemon.signal(SIGHUP)
                try daemon.awaitLog("2 removed, 1 unchanged")
                try daemon.awaitPoints("kept")
                #expect(daemon.stop().status == 0)

                for name in ["kept", "changed", "new"] {
                    let records = try daemon.place.records("\(name).jsonl")
                    #expect(records.lines.compactMap { $0["seq"] as? Int } == Array(0..<records.lines.count))
                    #expect(records.all("session_start").count == (name == "changed" ? 2 : 1))
                    #expect(records.all("session_end").count == records.all("session_start").count)
                }
                let times = Set(daemon.lines("kept").compactMap { $0["pts_ms"] as? Int }).sorted()
                return zip(times, times.dropFirst()).allSatisfy { $1 - $0 < 1500 }
            }
            #expect(isSteady)
        }

        @Test("footpath reload tells what changed, or why nothing did")
        func command() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let port = try freePort()
            let head = RunningDaemon.head.replacing("127.0.0.1:0", with: "127.0.0.1:\(port)")
            let place = try Workplace()
            try place.write(
                Data(RunningDaemon.config(["cam: \(cameras.url("a"))"], head: head).utf8), "footpath.yaml")
            let reload = { try place.shell("exec \"$PROGRAM\" reload --config footpath.yaml").wait() }
            #expect(try reload().status == 69)

            let daemon = try RunningDaemon(in: place)
            try daemon.awaitLog("following 1 camera with")
            try write(daemon, ["cam: \(cameras.url("a")), fps: 3"], head: head)
            var result = try reload()
            #expect(result.status == 0)
            #expect(result.output.contains("1 camera restarted"))
            try write(daemon, ["cam: \(cameras.url("a")), fps: none"], head: head)
            result = try reload()
            #expect(result.status == 64)
            #expect(result.errors.contains("cameras[0].fps"))
            #expect(daemon.stop().status == 0)
        }

        @Test("Who answers at the port in the daemon's place can't have anybody signalled")
        func stranger() throws {
            let bystander = try Command("/bin/sleep", ["30"])
            defer { bystander.signal(SIGKILL) }
            let reloads = #"{"succeeded":1,"failed":0,"message":"\u001b[2J"}"#
            let stranger = try BadServer(
                .says("HTTP/1.1 200 OK\r\n\r\n{\"process_id\":\(bystander.processID),\"reloads\":\(reloads)}"))
            let place = try Workplace()
            let head = RunningDaemon.head.replacing("127.0.0.1:0", with: "127.0.0.1:\(stranger.port)")
            try place.write(Data(RunningDaemon.config(["cam: rtsp://127.0.0.1:1/x"], head: head).utf8), "footpath.yaml")
            let result = try place.shell("exec \"$PROGRAM\" reload --config footpath.yaml").wait()
            #expect(result.status == 69)
            #expect(result.errors.contains("nothing was signalled"), "\(result.errors)")
            #expect(bystander.isRunning)
        }
    }

    @Suite("Not starting")
    struct StartTests {
        @Test("A configuration with mistakes: all at once, exit code 64")
        func mistakes() throws {
            let place = try Workplace()
            try place.write(
                Data("outptu: {path: x}\ncameras:\n  - {name: a b, source: x, fps: -1}\n  - {name: c}\n".utf8),
                "footpath.yaml")
            for verb in ["run --config", "check"] {
                let result = try place.shell("exec \"$PROGRAM\" \(verb) footpath.yaml").wait()
                #expect(result.status == 64)
                for problem in [
                    "footpath.yaml:1: outptu: no such key", "output is missing",
                    "footpath.yaml:3: cameras[0].name: a b:",
                    "cameras[1]: source is missing", "cameras[0].fps",
                ] { #expect(result.errors.contains(problem), "\(verb): \(result.errors)") }
            }
        }

        @Test(
            "What else is missing is told with its own exit code",
            arguments: [
                ("no-such.yaml", "", 64, "no such file"),
                ("c.yaml", "output: {path: /no/such/x.jsonl}", 73, "/no/such"),
                ("c.yaml", "output: {path: x.jsonl}\nhttp: {listen: \"127.0.0.1:PORT\"}", 71, "in use"),
                ("c.yaml", "output: {path: x.jsonl}\ndefaults: {model: /no/such.onnx}", 69, "/no/such.onnx"),
            ])
        func missing(file: String, head: String, status: Int32, message: String) throws {
            let place = try Workplace()
            let taken = try BadServer(.silent)
            let text = head.replacing("PORT", with: "\(taken.port)") + "\ncameras: [{name: a, source: rtsp://h/x}]\n"
            try place.write(Data(text.utf8), "c.yaml")
            let result = try place.shell("exec \"$PROGRAM\" run --config \(file)").wait()
            #expect(result.status == status, "\(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
        }

        @Test("check --probe opens every camera")
        func probe() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let place = try Workplace()
            let lines = ["good: \(cameras.url("a"))", "bad: rtsp://127.0.0.1:1/x"]
            try place.write(Data(RunningDaemon.config(lines).utf8), "c.yaml")
            let result = try place.shell("exec \"$PROGRAM\" check --probe c.yaml").wait()
            #expect(result.status == 66)
            #expect(result.output.contains("ok   good: h264 768x432"))
            #expect(result.output.contains("FAIL bad: "))
        }
    }
}
