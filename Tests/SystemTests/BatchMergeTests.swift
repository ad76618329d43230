import Foundation
import TestSupport
import Testing

@Suite("batch merge: one log a video")
struct BatchMergeTests {
    /// At 5 frames/s somebody behind another in the overlap is lost by who saw them before, and not by the piece after the cut.
    private static let settings = "--max-lost 1 --bridge 1 --fps 10"

    /// The sample in three pieces, which are done.
    private static func cut() throws -> BatchPlace {
        let batch = try BatchPlace(("long.mp4", Project.sample))
        #expect(try batch.plan(". -o plan.json --piece 4 --overlap 2 \(settings)").status == 0)
        #expect(try batch.run("run plan.json --piece 0-2").status == 0)
        return batch
    }

    private func text(_ batch: BatchPlace, _ name: String) throws -> String {
        try String(contentsOfFile: batch.place.path(name), encoding: .utf8)
    }

    @Test("Videos of one piece have analyze's bytes: in one file, a file each, and on standard output")
    func whole() throws {
        let batch = try BatchPlace(("b.mp4", Clips.clip), ("a.mkv", Clips.streamed))
        try FileManager.default.createDirectory(atPath: batch.place.path("d"), withIntermediateDirectories: true)
        try batch.place.add(Clips.oneFrame, as: "d/c.mp4")
        try batch.plan()
        #expect(try batch.run("run plan.json --piece 0-2").status == 0)
        let merged = try batch.run("merge plan.json -o all.jsonl")
        #expect(merged.status == 0 && merged.errors.contains("3 videos"))
        let together = try batch.place.analyze("a.mkv", "b.mp4", "d/c.mp4", "--output", "-").output
        #expect(try text(batch, "all.jsonl") == together)
        #expect(try batch.run("merge plan.json -o -").output == together)
        #expect(try batch.run("merge plan.json -o logs/").status == 0)
        for name in ["a.mkv", "b.mp4", "d/c.mp4"] {
            #expect(try text(batch, "logs/\(name).paths.jsonl") == batch.analyzed(name))
        }
    }

    @Test(
        "A cut video's log obeys the contract and has the whole one's paths, each point once, however its pieces were run"
    )
    func joined() throws {
        let batch = try Self.cut()
        #expect(try batch.run("merge plan.json -o merged.jsonl").status == 0)
        let options = Self.settings.split(separator: " ").map(String.init)
        let whole = try batch.place.start(["long.mp4", "--output", "whole.jsonl"] + options).wait()
        #expect(whole.status == 0)
        let (merged, expected) = try (batch.place.records("merged.jsonl"), batch.place.records("whole.jsonl"))
        let paths = { (records: Records) in
            records.all("path_end").map { "\($0["track"] ?? 0) \($0["points"] ?? 0) \($0["cause"] ?? "")" }.sorted()
        }
        #expect(paths(merged) == paths(expected) && !paths(merged).isEmpty)
        let points = merged.all("path").map { "\($0["track"] ?? 0) \($0["frame"] ?? 0)" }
        #expect(Set(points).count == points.count)
        #expect(merged.lines.map { $0["seq"] as? Int } == Array(0..<merged.lines.count))
        let frames: ([Int], [Int]) = (
            merged.values("frames", of: "stream_end"), expected.values("frames", of: "stream_end")
        )
        #expect(frames.0 == frames.1)
        try FileManager.default.removeItem(atPath: batch.place.path("plan.pieces/000/000001.jsonl"))
        #expect(try batch.run("run plan.json --piece 1 --workers 1").status == 0)
        #expect(try batch.run("merge plan.json -o again.jsonl").status == 0)
        #expect(try text(batch, "again.jsonl") == text(batch, "merged.jsonl"))
    }

    @Test("Missing and cut pieces are named and nothing is written; with --partial there is a gap, and no path over it")
    func missing() throws {
        let batch = try Self.cut()
        let piece = batch.place.path("plan.pieces/000/000001.jsonl")
        let whole = try Data(contentsOf: URL(fileURLWithPath: piece))
        for content in [nil, whole.dropLast(300), whole.prefix(40), Data("{}\n".utf8)] {
            try? FileManager.default.removeItem(atPath: piece)
            try content?.write(to: URL(fileURLWithPath: piece))
            let refused = try batch.run("merge plan.json -o merged.jsonl")
            #expect(refused.status == 66 && refused.errors.contains("000001.jsonl"))
            #expect(!FileManager.default.fileExists(atPath: batch.place.path("merged.jsonl")))
            let partial = try batch.run("merge plan.json -o part.jsonl --partial --force")
            #expect(partial.status == 65 && partial.errors.contains("000001.jsonl"))
            let records = try batch.place.records("part.jsonl")
            #expect(records.values("reason", of: "gap") == ["missing"])
            let gap = try #require(records.all("gap").first)
            let (from, to) = try (#require(gap["from"] as? String), #require(gap["to"] as? String))
            for path in records.all("path_end") {
                let (start, end) = try (#require(path["start"] as? String), #require(path["end"] as? String))
                #expect(end <= from || start >= to)
            }
        }
    }

    @Test("A pipe in a piece's place is named, not waited for")
    func pipe() throws {
        let batch = try BatchPlace(("a.mp4", Clips.oneFrame))
        try batch.plan()
        #expect(try batch.run("run plan.json --piece 0").status == 0)
        try FileManager.default.removeItem(atPath: batch.place.path("plan.pieces/000/000000.jsonl"))
        #expect(mkfifo(batch.place.path("plan.pieces/000/000000.jsonl"), 0o600) == 0)
        let result = try batch.run("merge plan.json -o merged.jsonl")
        #expect(result.status == 66 && result.errors.contains("000000.jsonl: piece 0, of a.mp4: is no regular file"))
        #expect(try batch.run("merge plan.json -o plan.json -f").status == 73)
    }

    @Test("Output that exists, a full disk, results of another plan, no plan")
    func refused() throws {
        let batch = try BatchPlace(("a.mp4", Clips.clip))
        try batch.plan()
        #expect(try batch.run("run plan.json --piece 0").status == 0)
        try batch.place.write(Data("x".utf8), "there.jsonl")
        #expect(try batch.run("merge plan.json -o there.jsonl").status == 73)
        #expect(try text(batch, "there.jsonl") == "x")
        #expect(try batch.run("merge plan.json -o there.jsonl --force").status == 0)
        #expect(try batch.run("merge plan.json -o /dev/full --force").status == 74)
        try batch.plan(". -o other.json --fps 5")
        let foreign = try batch.run("merge other.json --results plan.pieces -o o.jsonl")
        #expect(foreign.status != 0 && foreign.errors.contains("results of another plan"))
        #expect(try batch.run("merge none.json -o o.jsonl").status == 66)
        #expect(!FileManager.default.fileExists(atPath: batch.place.path("o.jsonl")))
    }
}
