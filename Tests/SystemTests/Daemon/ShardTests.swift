import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Of two machines the first has door and yard, the second hall and till; of three the third has hall, the second till.
    @Suite("Several machines with one configuration")
    struct ShardTests {
        private func config(_ names: [String]) -> Data {
            let head = RunningDaemon.head.replacing("{feed}.jsonl", with: "{feed}.{shard}.jsonl")
            return Data(RunningDaemon.config(names.map { "\($0): \(Clips.clip.path)" }, head: head).utf8)
        }

        @Test("Each follows its share and says so; a camera that two have has a session of each")
        func shares() throws {
            let place = try Workplace()
            try place.write(config(["door", "hall"]), "footpath.yaml")
            let first = try RunningDaemon(in: place, options: "--shard 1/2")
            let second = try RunningDaemon(
                in: place, environment: ["FOOTPATH_SHARD": "footpath-1", "FOOTPATH_SHARDS": "2"])
            // One that already knows of a third.
            let third = try RunningDaemon(in: place, environment: ["FOOTPATH_SHARD": "3/3"])
            for (daemon, feed) in [(first, "door.1"), (second, "hall.2"), (third, "hall.3")] {
                try daemon.awaitEvent("stream_end", of: feed)
            }
            #expect(second.log.contains("shard 2/2 has 1 of 2 cameras: hall"))
            #expect(try second.status()["shard"] as? String == "2/2")
            #expect(try second.status()["configured_cameras"] as? Int == 2)
            #expect(try second.get("/live.json").body.contains(#""shard":"2/2""#))
            let metrics = try second.get("/metrics").body
            for line in [
                #"footpath_shard_info{shard="2",shards="2"} 1"#, "footpath_configured_cameras 2",
                #"footpath_camera_up{camera="hall"} 0"#,
            ] { #expect(metrics.contains(line + "\n"), "\(metrics)") }
            #expect(!metrics.contains("door"))
            for daemon in [first, second, third] { #expect(daemon.stop().status == 0) }
            #expect(
                try place.names.filter { $0.hasSuffix(".jsonl") } == ["door.1.jsonl", "hall.2.jsonl", "hall.3.jsonl"])

            let halls = try ["hall.2.jsonl", "hall.3.jsonl"].map { try place.records($0) }
            #expect(halls.map { $0.values("shard", of: "session_start") } == [["2/2"], ["3/3"]])
            #expect(Set(halls.flatMap { $0.lines.compactMap { $0["session"] as? String } }).count == 2)
            #expect(Set(halls.flatMap { $0.lines.compactMap { $0["feed"] as? String } }) == ["hall"])
            // Whoever reads both keeps them apart, though tracks have the same ids.
            func read(_ files: String) throws -> (sessions: Int?, paths: Int) {
                let result = try place.shell("exec \"$PROGRAM\" summary --json \(files)").wait()
                let summary = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                let feed = (summary?["feeds"] as? [[String: Any]])?.first
                return (feed?["sessions"] as? Int, try #require(feed?["paths"] as? Int))
            }
            let both = try read("hall.2.jsonl hall.3.jsonl")
            #expect(try both.sessions == 2 && both.paths == 2 * read("hall.2.jsonl").paths)
        }

        @Test("One without cameras waits; a reload keeps its share, and minds the others' mistakes")
        func waiting() throws {
            let place = try Workplace()
            try place.write(config(["door"]), "footpath.yaml")
            let daemon = try RunningDaemon(in: place, environment: ["FOOTPATH_SHARD": "2/3"])
            try daemon.awaitLog("shard 2/3 has 0 of 1 cameras; it waits for a reload")
            #expect(try daemon.get("/readyz") == (200, "ready\n"))
            #expect(try daemon.get("/healthz") == (200, "ok\n"))
            #expect(try place.names.filter { $0.hasSuffix(".jsonl") } == [])
            func health(_ words: String) throws -> CommandResult {
                try place.shell("exec \"$PROGRAM\" health \(words)").wait()
            }
            let port = try #require(daemon.address).port
            #expect(try health("127.0.0.1:\(port)").output == "ok\n")
            #expect(try health("localhost:\(port) --ready").output == "ready\n")
            #expect(try health("127.0.0.1:\(freePort())").status == 69)
            #expect(try health("192.0.2.1:\(port)").status == 64, "nothing answers but this machine's loopback")

            try place.write(config(["door", "door"]), "footpath.yaml")
            daemon.signal(SIGHUP)
            try daemon.awaitLog("door: another camera has this name")
            try place.write(config(["door", "till", "hall"]), "footpath.yaml")
            daemon.signal(SIGHUP)
            try daemon.awaitLog("shard 2/3 has 1 of 3 cameras: till")
            try daemon.awaitEvent("stream_end", of: "till.2")
            #expect(daemon.stop().status == 0)
            #expect(try place.names.filter { $0.hasSuffix(".jsonl") } == ["till.2.jsonl"])
        }

        @Test("check tells who gets what")
        func check() throws {
            let place = try Workplace()
            try place.write(config(["door", "hall", "till", "yard", "lift"]), "c.yaml")
            func check(_ options: String, _ environment: String = "") throws -> CommandResult {
                try place.shell("\(environment) exec \"$PROGRAM\" check c.yaml \(options)").wait()
            }
            #expect(
                try check("--shards 4").output == """
                    c.yaml: 5 cameras, all settings in order
                    shard 1/4: 1 camera: door
                    shard 2/4: 0 cameras
                    shard 3/4: 2 cameras: hall, lift
                    shard 4/4: 2 cameras: till, yard

                    """)
            let marked = """
                c.yaml: 5 cameras, all settings in order
                shard 3/4: 2 of them
                  door: of 1/4
                * hall
                  till: of 4/4
                  yard: of 4/4
                * lift

                """
            #expect(try check("--shard 3/4").output == marked)
            #expect(try check("", "FOOTPATH_SHARD=footpath-2 FOOTPATH_SHARDS=4").output == marked)
            #expect(try check("").output == "c.yaml: 5 cameras, all settings in order\n")
            for (options, message) in [
                ("--shard 5/4", "--shard 5/4: give NUMBER/COUNT"), ("--shards 0", "--shards 0: give how many"),
                ("--shards 2 --shard 1/2", "give one of them"),
            ] {
                let wrong = try check(options)
                #expect(wrong.status == 64 && wrong.errors.contains(message), "\(wrong)")
            }
        }

        @Test("A share that is none ends the start with 64", arguments: ["--shard 6/5", "", "--shard two"])
        func wrong(options: String) throws {
            let place = try Workplace()
            try place.write(config(["door"]), "footpath.yaml")
            let daemon = try RunningDaemon(in: place, environment: ["FOOTPATH_SHARDS": "5"], options: options)
            let result = daemon.wait()
            #expect(result.status == 64)
            #expect(result.errors.contains(options.isEmpty ? "FOOTPATH_SHARDS=5: FOOTPATH_SHARD must" : options))
        }
    }
}
