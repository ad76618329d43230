@testable import Batch
import Analyzing
import Decoding
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

/// Plans of videos that aren't there: a plan is a list.
enum Plans {
    static let version = "0.1.0"

    static func video(_ name: String, pieces: Int = 1, random: inout ScriptedRandom) -> PlannedVideo {
        var video = PlannedVideo(
            SourceName(name), repetition: 0, size: Int64(random.next() % (1 << 40)),
            fingerprint: String(repeating: "0f", count: 32), duration: Int64(pieces) * 600_000)
        if pieces > 1 {
            video.windows = (0..<pieces).map { piece in
                let start = Int64(piece) * 600_000_000
                return SourceWindow(
                    seek: start, firstFrame: piece * 15_000, start: start,
                    end: piece < pieces - 1 ? start + 600_000_000 : nil,
                    origin: 0)
            }
        }
        return video
    }

    static func write(_ videos: [PlannedVideo], to path: String, version: String = Self.version) throws -> Plan {
        var plan = Plan(
            version: version, directory: "/srv/videos",
            lengths: try PieceLengths(piece: "10m", overlap: "10s", options: AnalysisOptions()),
            settings: ["fps": ["5"], "mask": ["0,0,0.1,0.1", "0.5,0.5,0.1,0.1"]],
            networks: [SessionStart.Model(name: "footpath-person", sha256: "ab")])
        try NewFile(path, naming: .late, mayReplace: true).write(whole: { sink in
            let writer = try PlanWriter(plan, to: sink)
            for video in videos { try writer.add(video) }
            plan = try writer.finish()
        })
        return plan
    }
}

@Suite("Plans")
struct PlanTests {
    let folder = try! TemporaryFolder()

    @Test(
        "What was written is read: names of all kinds, pieces by their numbers, one JSON document with a video a line")
    func roundTrip() throws {
        var random = ScriptedRandom(seed: 1)
        let names = ["a.mp4", "b \"c\"\n\u{1F4F9}.mkv", "/srv/d/e.ts", "ü%04d.mov"]
        let videos = names.enumerated().map { Plans.video($1, pieces: $0 == 1 ? 3 : 1, random: &random) }
        let latin1 = PlannedVideo(
            SourceName(path: Array("caf".utf8) + [0xE9]), repetition: 1, size: 5, fingerprint: "00", duration: nil)
        let path = folder.path("plan.json")
        let plan = try Plans.write(videos + [latin1], to: path)
        let file = try PlanFile(path, version: Plans.version)
        #expect(file.plan == plan)
        #expect((plan.videosCount, plan.piecesCount) == (5, 7))
        var read: [PlannedVideo] = []
        try file.forEachVideo { read.append($0) }
        #expect(read.map(\.firstPiece) == [0, 1, 4, 5, 6])
        #expect(read.map(\.source) == videos.map(\.source) + [latin1.source])
        #expect(try (0..<7).map { try file.piece($0).video.name } == [0, 1, 1, 1, 2, 3, 4].map { read[$0].name })
        #expect(try file.piece(2).window == videos[1].windows?[1])
        #expect(read[1].duration(of: 2) == 600_000)
        #expect(throws: BatchError.noPiece(7, of: 7, plan: path)) { try file.piece(7) }

        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 5 + 2)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["footpath_plan"] as? Int == 1 && object?["pieces_count"] as? Int == 7)
        #expect(object?["id"] as? String == plan.id)
        #expect((object?["videos"] as? [[String: Any]])?.map { $0["name"] as? String } == read.map(\.name))
    }

    @Test("Any piece of any plan is found, and is that of reading all in order", arguments: 0..<20)
    func search(seed: Int) throws {
        var random = ScriptedRandom(seed: UInt64(seed))
        let videos = (0..<Int.random(in: 0..<3000, using: &random) + 1).map { index in
            let pieces = Int.random(in: 0..<20, using: &random) == 0 ? Int.random(in: 0..<60, using: &random) + 1 : 1
            let name = String(repeating: "n", count: Int.random(in: 0..<200, using: &random)) + "\(index).mp4"
            return Plans.video(name, pieces: pieces, random: &random)
        }
        let path = folder.path("plan.json")
        _ = try Plans.write(videos, to: path)
        let file = try PlanFile(path, version: Plans.version)
        var inOrder: [PlannedPiece] = []
        try file.forEachVideo { video in
            for piece in video.pieces { inOrder.append(PlannedPiece(number: piece, video: video)) }
        }
        #expect(inOrder.map(\.number) == Array(0..<file.plan.piecesCount))
        let numbers = [0, inOrder.count - 1] + (0..<300).map { _ in Int.random(in: 0..<inOrder.count, using: &random) }
        for number in numbers { #expect(try file.piece(number) == inOrder[number]) }
    }

    @Test(
        "What isn't the plan that was written is refused",
        arguments: [
            ("{\"version\":\"0.1.0\"}", "no plan"), ("", "no plan"), ("a.mp4\nb.mp4\n", "no plan"),
        ])
    func others(text: String, reason: String) throws {
        let path = try folder.file("plan.json", text)
        let error = #expect(throws: BatchError.self) { try PlanFile(path, version: Plans.version) }
        #expect(error?.description.contains(reason) == true && error?.kind == .usage)
    }

    @Test("Another version's plan is refused, and says which one's it is")
    func otherVersion() throws {
        let path = folder.path("plan.json")
        _ = try Plans.write([], to: path, version: "0.2.0")
        let error = #expect(throws: BatchError.self) { try PlanFile(path, version: Plans.version) }
        #expect(error?.description.contains("0.2.0") == true && error?.kind == .usage)
    }

    @Test("A change anywhere is found: a cut at any place, a setting, a video's line")
    func changes() throws {
        var random = ScriptedRandom(seed: 2)
        let path = folder.path("plan.json")
        _ = try Plans.write((0..<30).map { Plans.video("\($0).mp4", random: &random) }, to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let isWhole = { (data: Data) in
            try data.write(to: URL(fileURLWithPath: path))
            return (try? PlanFile(path, version: Plans.version).forEachVideo { _ in }) != nil
        }
        #expect(try isWhole(whole))
        for _ in 0..<200 { #expect(try !isWhole(whole.prefix(Int.random(in: 0..<whole.count, using: &random)))) }
        let text = String(decoding: whole, as: UTF8.self)
        for (old, new) in [
            ("\"5\"", "\"6\""), ("\"7.mp4\"", "\"8.mp4\""), ("\"ab\"", "\"ac\""), ("600000,", "600001,"),
        ] {
            #expect(try !isWhole(Data(text.replacing(old, with: new, maxReplacements: 1).utf8)))
        }
        // Machines have the videos in other places.
        #expect(try isWhole(Data(text.replacing("/srv/videos", with: "/mnt").utf8)))
    }
}
