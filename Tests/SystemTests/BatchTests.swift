import Foundation
import TestSupport
import Testing

/// Videos, a plan of them, and its pieces, as a user has them.
struct BatchPlace {
    let place: Workplace
    /// Settings that take little time.
    static let settings = "--input-size 320x192 --scales 1"

    init(_ videos: (name: String, clip: URL)...) throws {
        place = try Workplace()
        for (name, clip) in videos { try place.add(clip, as: name) }
    }

    func start(_ arguments: String, environment: String = "") throws -> Command {
        try place.shell("\(environment) exec \"$PROGRAM\" batch \(arguments)")
    }

    @discardableResult
    func run(_ arguments: String, environment: String = "") throws -> CommandResult {
        try start(arguments, environment: environment).wait()
    }

    /// Plans all videos of the folder.
    @discardableResult
    func plan(_ arguments: String = ". -o plan.json") throws -> CommandResult {
        try run("plan \(arguments) \(Self.settings)")
    }

    func status() throws -> [String: Any] {
        let text = try run("status plan.json --json").output
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The records of a piece.
    func records(_ piece: Int) throws -> String {
        let text = try String(contentsOfFile: place.path("plan.pieces/000/00000\(piece).jsonl"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().dropLast().map { $0 + "\n" }.joined()
    }

    /// What `analyze` writes of a video.
    func analyzed(_ video: String) throws -> String {
        let result = try place.analyze(video, "--output", "-")
        #expect(result.status == 0)
        return result.output
    }

    /// The names in the folder of pieces.
    var pieces: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: place.path("plan.pieces/000")).sorted() }
    }
}

@Suite("batch: many videos in pieces")
struct BatchTests {
    @Test("Planned and run, pieces hold what analyze writes; what is done isn't done again; status says how far it is")
    func whole() throws {
        let batch = try BatchPlace(("b.mp4", Clips.clip), ("a.mkv", Clips.streamed))
        try FileManager.default.createDirectory(atPath: batch.place.path("d"), withIntermediateDirectories: true)
        try batch.place.add(Clips.oneFrame, as: "d/c.mp4")
        try batch.place.write(Data("x".utf8), "notes.txt")
        let printed = try batch.plan(". -o -")
        #expect(printed.status == 0 && printed.errors.hasPrefix("passed over: 1 file"))
        let planned = try batch.plan()
        #expect(planned.status == 0)
        #expect(try String(contentsOfFile: batch.place.path("plan.json"), encoding: .utf8) == printed.output)
        #expect(planned.errors.hasSuffix("3 pieces: 0 to 2\n") && planned.errors.contains("passed over: 1 file "))
        #expect(try batch.status()["waiting_pieces"] as? String == "0-2")
        let first = try batch.run("run plan.json --from-env --workers 1", environment: "PARALLEL_SEQ=2")
        #expect(first.status == 0 && first.errors.contains("000001.jsonl"))
        #expect(
            try batch.run("run plan.json --from-env --per-index 2", environment: "SLURM_ARRAY_TASK_ID=1").status == 0)
        let status = try batch.status()
        #expect(["pieces", "done", "running", "failed", "waiting"].map { status[$0] as? Int } == [3, 2, 0, 0, 1])
        #expect(status["waiting_pieces"] as? String == "0")
        let again = try batch.run("run plan.json --piece 0-2")
        #expect(again.status == 0 && again.errors.components(separatedBy: "is done already").count == 3)
        for (piece, name) in ["a.mkv", "b.mp4", "d/c.mp4"].enumerated() {
            #expect(try batch.records(piece) == batch.analyzed(name))
        }
        #expect(try batch.pieces == (0...2).map { "00000\($0).jsonl" })
        let watched = try batch.run("status plan.json --watch")
        #expect(watched.status == 0 && watched.output.contains("done     3"))
    }

    @Test("A video twice: its sessions differ, as with analyze; a list names videos of any ending, in its order")
    func lists() throws {
        let batch = try BatchPlace(("b.mp4", Clips.clip), ("odd", Clips.streamed))
        #expect(try batch.plan("- -o plan.json < list").status != 0)
        try batch.place.write(Data("odd\nb.mp4\r\n\nb.mp4".utf8), "list")
        #expect(try batch.plan("- -o plan.json < list").status == 0)
        #expect(try batch.run("run plan.json --piece 0-2").status == 0)
        let together = try batch.place.analyze("odd", "b.mp4", "b.mp4", "--output", "-").output
        let sessions = { (text: String) in text.matches(of: /"session":"([^"]*)"/).map { String($0.1) } }
        #expect(try (0..<3).flatMap { try sessions(batch.records($0)) } == sessions(together))
        #expect(try batch.plan("list -o other.json").status == 0)
        let ids = try ["plan.json", "other.json"].map { name in
            try String(contentsOfFile: batch.place.path(name), encoding: .utf8).suffix(45)
        }
        #expect(ids[0] == ids[1])
    }

    @Test("Killed at any moment and run again, a piece's records are the same, and nothing else is left")
    func killed() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        try batch.plan()
        let start = ContinuousClock.now
        #expect(try batch.run("run plan.json --piece 0 --workers 1").status == 0)
        let length = (ContinuousClock.now - start) / .microseconds(1)
        let expected = try batch.records(0)
        try FileManager.default.removeItem(atPath: batch.place.path("plan.pieces"))
        for _ in 0..<10 {
            let command = try batch.start("run plan.json --piece 0 --workers 1")
            usleep(UInt32(Double.random(in: 0.02...1.1) * length))
            command.signal(SIGKILL)
            _ = command.wait()
        }
        #expect(try batch.run("run plan.json --piece 0").status == 0)
        #expect(try batch.records(0) == expected)
        #expect(try batch.pieces.allSatisfy { !$0.hasSuffix(".part") })
        #expect(try batch.status()["done"] as? Int == 1)
    }

    @Test(
        "SIGTERM ends a piece with 130, and leaves nothing; a second run of it meanwhile says so and ends with 0",
        arguments: [[SIGTERM], [SIGTERM, SIGINT]])
    func twoAtOnceAndTerminated(signals: [Int32]) throws {
        let batch = try BatchPlace(("a.mp4", Project.sample))
        try batch.plan()
        let command = try batch.start("run plan.json --piece 0 --workers 1")
        let lock = batch.place.path("plan.pieces/000/000000.lock")
        try waitFor("a run that has the piece; \(command.errors)") {
            let size = try? FileManager.default.attributesOfItem(atPath: lock)[.size] as? Int
            return size ?? 0 > 0 || !command.isRunning
        }
        // It has the piece, and isn't done with it before all is asked.
        command.signal(SIGSTOP)
        #expect(try batch.status()["running"] as? Int == 1)
        let second = try batch.run("run plan.json --piece 0")
        #expect(second.status == 0)
        #expect(
            second.errors.contains("another run is at work on it") && second.errors.contains("\(command.processID)"))
        for signal in signals + [SIGCONT] { command.signal(signal) }
        let ended = command.wait()
        #expect(ended.status == 130 && ended.errors.contains("interrupted: run the same again"))
        // On a machine that is busy what was begun may be left, but nothing says that it goes on.
        #expect(try batch.pieces.allSatisfy { $0.hasSuffix(".part") } && batch.status()["running"] as? Int == 0)
    }

    @Test("A long file is cut, its pieces have the whole file's numbers, and say where they overlap")
    func cut() throws {
        let batch = try BatchPlace(("long.mp4", Project.sample))
        let lengths = "--piece 4 --overlap 2 --max-lost 1 --bridge 1"
        let planned = try batch.plan(". -o plan.json \(lengths) --fps 5")
        #expect(planned.status == 0 && planned.errors.contains("pieces: 0 to"))
        let count = try #require(try batch.status()["pieces"] as? Int)
        #expect(count > 1)
        #expect(try batch.run("run plan.json --piece 0-\(count - 1)").status == 0)
        let frames = try (0..<count).map { piece in
            try batch.records(piece).matches(of: /"event":"path",.*"frame":([0-9]+)/).compactMap { Int($0.1) }
        }
        for (one, next) in zip(frames, frames.dropFirst()) {
            #expect(try #require(next.min()) > one.min() ?? 0 && next.min() ?? 0 < one.max() ?? 0)
        }
    }
}

@Suite("batch: what is wrong is said, and nothing is lost")
struct BatchInputTests {
    @Test("Videos that can't be read are all named, and nothing is planned unless they may be left out")
    func unreadable() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip), ("cut.mp4", Clips.withoutIndex))
        try batch.place.write(Data(), "empty.mkv")
        try batch.place.write(Data("no video".utf8), "text.ts")
        let refused = try batch.plan()
        #expect(refused.status == 66)
        for name in ["cut.mp4: ", "empty.mkv: ", "text.ts: ", "3 of 4 videos"] {
            #expect(refused.errors.contains(name))
        }
        #expect(try batch.place.names == ["a.mp4", "cut.mp4", "empty.mkv", "text.ts"])
        let skipped = try batch.plan(". -o plan.json --skip-unreadable")
        #expect(
            skipped.status == 0 && skipped.errors.contains("left out: empty.mkv")
                && skipped.errors.hasSuffix("1 piece: 0\n"))
        // It is there now.
        #expect(try batch.plan().status == 73)
    }

    @Test(
        "Settings are checked together, as analyze checks them",
        arguments: [
            ("--piece 5 --overlap 3", ["--overlap 3s", "4s", "--max-lost 2s"]),
            ("--fps 0 --workers 3", ["--fps 0", "--workers"]),
            ("--piece 15 --overlap 10", ["--piece 15s", "20s"]), ("--piece x", ["--piece x"]),
            ("--max-lost 5m --overlap 10s", ["--overlap 10s", "10m"]), ("--workers 3", ["--workers", "batch run"]),
            ("--mask 2,2,2,2", ["--mask"]),
        ])
    func settings(options: String, words: [String]) throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        let result = try batch.plan(". -o plan.json \(options)")
        #expect(result.status == 64)
        for word in words { #expect(result.errors.contains(word)) }
        #expect(try batch.place.names == ["a.mp4"])
    }

    @Test("Names that are nothing, a folder without videos, and a list that is none")
    func names() throws {
        let batch = try BatchPlace(("clip", Clips.clip))
        for (arguments, status) in [("none", 66), ("clip", 64), (".", 66)] {
            #expect(try batch.plan("\(arguments) -o plan.json").status == Int32(status))
        }
        #expect(try batch.plan("clip -o clip.mp4").status == 64)
        #expect(try batch.place.names == ["clip"])
    }

    @Test("A video that changed, or is gone, since it was planned")
    func changed() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip), ("b.mp4", Clips.clip), ("c.mp4", Clips.oneFrame))
        try batch.plan()
        try FileManager.default.removeItem(atPath: batch.place.path("a.mp4"))
        try batch.place.add(Clips.oneFrame, as: "a.mp4")
        try FileManager.default.removeItem(atPath: batch.place.path("b.mp4"))
        let result = try batch.run("run plan.json --piece 0-2")
        #expect(result.status == 66)
        #expect(result.errors.contains("a.mp4: has changed") && result.errors.contains("b.mp4: No such file"))
        #expect(try batch.pieces == ["000000.failed", "000001.failed", "000002.jsonl"])
        let status = try batch.status()
        #expect(status["failed"] as? Int == 2 && status["done"] as? Int == 1)
        #expect(try batch.run("status plan.json --watch").status == 0)
        #expect(try batch.run("run plan.json --piece 1 --directory /none").errors.contains("/none"))
    }

    @Test("Another version's plan, a changed plan, no plan, no such piece, and options that say nothing")
    func plans() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        try batch.plan()
        let text = try String(contentsOfFile: batch.place.path("plan.json"), encoding: .utf8)
        for (name, old, new) in [("version", "\"0.1.0\"", "\"9.9.9\""), ("changed", "320x192", "640x384")] {
            try batch.place.write(Data(text.replacing(old, with: new).utf8), "\(name).json")
            for verb in ["run", "status"] {
                let result = try batch.run("\(verb) \(name).json \(verb == "run" ? "--piece 0" : "")")
                #expect(result.status == 64 && result.errors.contains("\(name).json: was"))
            }
        }
        #expect(try batch.run("run version.json --piece 0").errors.contains("9.9.9"))
        #expect(try batch.run("run none.json --piece 0").status == 66)
        #expect(try batch.run("run a.mp4 --piece 0").status == 64)
        let beyond = try batch.run("run plan.json --piece 1")
        #expect(beyond.status == 64 && beyond.errors.contains("has no piece 1; its 1 piece is 0"))
        for wrong in [
            "", "--piece x", "--piece 0 --from-env", "--from-env", "--piece 0 --workers 0", "--piece 0 --per-index 2",
        ] {
            #expect(try batch.run("run plan.json \(wrong)").status == 64)
        }
        #expect(!FileManager.default.fileExists(atPath: batch.place.path("plan.pieces")))
    }

    @Test("Results of another plan, and a folder that can't be written")
    func results() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        try batch.plan()
        #expect(try batch.run("run plan.json --piece 0 --results r").status == 0)
        try batch.plan(". -o other.json --fps 5")
        for verb in ["run other.json --piece 0", "status other.json"] {
            let result = try batch.run("\(verb) --results r")
            #expect(result.status == 73 && result.errors.contains("results of another plan"))
        }
        try batch.place.write(Data(), "file")
        for folder in ["file", "/proc/none"] {
            let result = try batch.run("run plan.json --piece 0 --results \(folder)")
            #expect(result.status == 73 && result.errors.contains(folder))
        }
    }

    @Test("A full disk", .enabled(if: SmallDisk.canBeMounted))
    func fullDisk() throws {
        let batch = try BatchPlace(("a.mp4", Project.sample))
        try batch.plan()
        try FileManager.default.createDirectory(atPath: batch.place.path("full"), withIntermediateDirectories: true)
        let disk = try SmallDisk(at: batch.place.path("full"))
        defer { disk.unmount() }
        let result = try batch.run("run plan.json --piece 0 --results full")
        #expect(result.status == 74 && result.errors.contains("no space"))
        #expect(!FileManager.default.fileExists(atPath: batch.place.path("full/000/000000.jsonl")))
        #expect(try batch.run("plan . -o full/plan.json --fps 5").status == 0)
    }

    @Test("A machine with other networks")
    func networks() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        try batch.plan()
        let script = """
            mkdir -p other/models && ln -s "$FOOTPATH_RUNTIME/openvino" other/openvino && cp "$FOOTPATH_RUNTIME"/models/* other/models/ \
            && printf x >> other/models/face_landmark.tflite && FOOTPATH_RUNTIME=other exec "$PROGRAM" batch run plan.json --piece 0
            """
        let result = try batch.place.shell(script).wait()
        #expect(result.status == 69 && result.errors.contains("face_landmark"))
        #expect(try batch.run("run plan.json --piece 0", environment: "FOOTPATH_RUNTIME=/none").status == 69)
        #expect(try batch.run("run plan.json --piece 0").status == 0)
    }

    @Test("A damaged video is done as far as it goes")
    func damaged() throws {
        let batch = try BatchPlace(("a.mp4", Clips.cutShort), ("b.mkv", Clips.noisy))
        try batch.plan()
        let result = try batch.run("run plan.json --piece 0-1")
        #expect(result.status == 0 && result.errors.contains("piece 0: the video breaks off"))
        #expect(try batch.records(0) == batch.place.analyze("a.mp4", "--output", "-").output)
        #expect(try batch.status()["damaged_videos"] as? Int == 2)
    }
}
