import Foundation
import TestSupport
import Testing

/// What `footpath track` counts, run as a user runs it.
@Suite struct TrackCountTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    /// A person of id 7 who walks to the right for 4 s, 4 pixels a frame.
    private var walker: String {
        (1...100).map { "\($0),7,\(100 + 4 * $0),200,40,100,0.9,-1,-1,-1" }.joined(separator: "\n")
    }

    private let options = [
        "--image-size", "640x480", "--fps", "25", "--line", "door=0.5,1,0.5,0", "--zone",
        "hall=0.5,0,0.9,0,0.9,1,0.5,1",
    ]

    private struct Record: Decodable {
        let event: String
        var track: Int?
        var name: String?
        var direction: String?
        var action: String?
        var pts_ms: Int?
        var dwell_ms: Int?
    }

    private func records(_ text: String) throws -> [Record] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
    }

    @Test("Records say who crossed and entered; results are as without them, and the totals are said")
    func counted() throws {
        let path = try place.file("det.txt", walker)
        let plain = try footpath("track", path, "--image-size", "640x480", "--fps", "25")
        let output = place.path("counted.jsonl")
        let result = try run(Project.program.path, ["track", path, "--records", output] + options)
        #expect(result.status == 0 && result.output == plain.output)
        #expect(
            result.errors.contains("door: 1 in, 0 out, 1 people") && result.errors.contains("hall: entered 1 times"))
        let found = try records(String(contentsOfFile: output, encoding: .utf8))
        #expect(found.first?.event == "session_start" && found.last?.event == "session_end")
        #expect(found.count { $0.event == "path" } == 100 && found.count { $0.event == "counts" } == 1)
        let line = try #require(found.first { $0.event == "line" })
        // The middle of the box is at 320 pixels between the frames 50 and 51, counted from 1.
        #expect(
            line.name == "door" && line.direction == "in" && line.track == 1 && (1930...2010).contains(line.pts_ms ?? 0)
        )
        let changes = found.filter { $0.event == "zone" }
        #expect(changes.map(\.action) == ["enter", "leave"] && changes[0].pts_ms == line.pts_ms)
        #expect((1900...2040).contains(changes[1].dwell_ms ?? 0))

        let piped = try run(Project.program.path, ["track", path, "--records", "-"] + options)
        #expect(try piped.output == String(contentsOfFile: output, encoding: .utf8), "the same bytes, and no results")
    }

    @Test("With --linked the ids are the file's, also those of records of Footpath's own")
    func linked() throws {
        let path = try place.file("det.txt", walker)
        let first = try run(Project.program.path, ["track", path, "--linked", "--records", "-"] + options)
        #expect(try records(first.output).filter { $0.event == "line" }.map(\.track) == [7])
        let again = try run(
            Project.program.path,
            ["track", place.file("again.jsonl", first.output), "--linked", "--smooth", "0", "--records", "-"] + options)
        func crossings(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { $0.contains(#""event":"line""#) }.map { $0.drop { $0 != "t" } }
        }
        #expect(again.status == 0 && crossings(again.output).count == 1)
        let unseen = try place.file(
            "unseen.jsonl",
            first.output.replacingOccurrences(of: #""source":"measured""#, with: #""source":"predicted""#))
        let expected = try run(
            Project.program.path, ["track", unseen, "--linked", "--smooth", "0", "--records", "-"] + options)
        #expect(expected.status == 0 && crossings(expected.output).isEmpty, "nobody was seen there")

        let anonymous = try run(
            Project.program.path,
            ["track", place.file("none.txt", "1,-1,1,1,5,5,0.9"), "--linked", "--image-size", "64x48"])
        #expect(anonymous.status == 66 && anonymous.errors.contains("line 1: no id, which --linked needs in each line"))
        let twice = try run(
            Project.program.path,
            ["track", place.file("two.txt", "1,3,1,1,5,5,0.9\n1,3,9,9,5,5,0.9"), "--linked", "--image-size", "64x48"])
        #expect(twice.status == 66 && twice.errors.contains("line 2: a second box of 3 in frame 1"))
    }

    @Test("Zones and lines that are none are refused, all at once")
    func refused() throws {
        let result = try run(
            Project.program.path,
            [
                "track", place.file("det.txt", walker), "--zone", "a=0,0,1,1,1,0,0,1", "--line", "b=0.5,0.5,0.5,0.5",
                "--line",
                "c/d=0,0,1,1", "--line", "e=0,0,1,1", "--line", "e=0,0,1,0.9",
            ])
        #expect(result.status == 64)
        for part in ["crosses itself", "no length", "c/d", "--line e"] {
            #expect(result.errors.contains(part), "\(part)")
        }
    }
}
