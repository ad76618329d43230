import Foundation
import TestSupport
import Testing

@Suite("footpath convert, as a user runs it")
struct ConvertTests {
    private static let sample = Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl")
    private let place: Workplace

    init() throws {
        place = try Workplace()
        try place.add(Self.sample, as: "paths.jsonl")
    }

    private func convert(_ arguments: String..., input: String? = nil) throws -> CommandResult {
        try place.shell("exec \"$PROGRAM\" convert \"$@\"", arguments, input: input).wait()
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func content(_ name: String) throws -> String {
        try String(contentsOfFile: place.path(name), encoding: .utf8)
    }

    private struct Person {
        let timestamp, index: Int
        let box: [String: Double]
        let hasFace: Bool

        init(_ element: [String: Any]) throws {
            timestamp = try #require(element["Timestamp"] as? Int)
            let person = try #require(element["Person"] as? [String: Any])
            index = try #require(person["Index"] as? Int)
            box = try #require(person["BoundingBox"] as? [String: Double])
            hasFace = person["Face"] != nil
        }
    }

    private func persons(_ response: [String: Any]) throws -> [Person] {
        try #require(response["Persons"] as? [[String: Any]]).map(Person.init)
    }

    /// What the log says.
    private func points() throws -> [[String: Any]] { try place.records("paths.jsonl").all("path") }

    private func box(of point: [String: Any]) throws -> [Double] {
        let box = try #require(point["box"] as? [String: Double])
        return try ["left", "top", "width", "height"].map { try #require(box[$0]) }
    }

    @Test("The sample's four people, at the log's places and in its frames")
    func response() throws {
        let result = try convert("paths.jsonl", "--to", "rekognition")
        #expect(result.status == 0 && result.errors.isEmpty)
        let response = try object(result.output)
        #expect(Set(response.keys) == ["JobStatus", "VideoMetadata", "Persons"])
        let video = try #require(response["VideoMetadata"] as? [String: Any])
        #expect(video["Codec"] as? String == "h264" && video["Format"] as? String == "QuickTime / MOV")
        #expect(video["FrameRate"] as? Double == 25 && video["DurationMillis"] as? Int == 12_000)
        let found = try persons(response)
        let points = try points()
        try #require(found.count == points.count)
        for (person, point) in zip(found, points) {
            let box = try #require(point["box"] as? [String: Double])
            #expect(["left", "top", "width", "height"].allSatisfy { box[$0] == person.box[$0.capitalized] })
            #expect(Int(Double(person.timestamp) * 25 / 1000) == point["frame"] as? Int)
            #expect(person.hasFace == (point["face"] != nil))
        }
        #expect(Set(found.map(\.index)) == [0, 1, 2, 3])
    }

    @Test("A client's frame is the frame", arguments: ["24", "25", "30000/1001", "29.97", "30", "50", "60"])
    func frames(rate: String) throws {
        let clip = Project.root.appendingPathComponent("SampleVideos/crossing.mp4").path
        try ffmpeg(
            "-i", clip, "-vf", "setpts=N/(\(rate)*TB)", "-r", rate, "-frames:v", "60", "-an", place.path("clip.mp4"))
        #expect(try place.analyze("clip.mp4", "--face-fps", "0").status == 0)
        let response = try object(convert("clip.mp4.paths.jsonl", "--to", "rekognition").output)
        let rate = try #require((response["VideoMetadata"] as? [String: Any])?["FrameRate"] as? Double)
        let frames: [Int] = try place.records("clip.mp4.paths.jsonl").values("frame", of: "path")
        let computed = try persons(response).map { Double($0.timestamp) * rate / 1000 }
        #expect(frames.count > 40 && computed.map { Int($0) } == frames && computed.map { Int($0.rounded()) } == frames)
    }

    @Test("A folder of pages is what one piece is, in order of index, and is replaced only by another")
    func pages() throws {
        let options = ["paths.jsonl", "--to", "rekognition", "--page", "100", "--sort-by", "INDEX", "-o", "pages"]
        let script = "exec \"$PROGRAM\" convert \"$@\""
        #expect(try place.shell(script, options).wait().status == 0)
        #expect(try place.names == ["pages", "paths.jsonl"])
        let count = try points().count
        var (name, all): (String?, [Person]) = ("page-1.json", [])
        while let page = name {
            let response = try object(content("pages/" + page))
            all += try persons(response)
            name = response["NextToken"] as? String
            #expect(name != nil || page == "page-\((count + 99) / 100).json")
        }
        #expect(all.count == count && all.map(\.index) == all.map(\.index).sorted())
        #expect(try place.shell(script, options).wait().status == 73)
        #expect(try place.shell(script, options + ["--force"]).wait().status == 0)
        try place.write(Data(), "pages/mine.txt")
        #expect(try place.shell(script, options + ["--force"]).wait().status == 73)
        #expect(try content("pages/mine.txt").isEmpty && place.names == ["pages", "paths.jsonl"])
    }

    @Test("Compressed, from a pipe, and cut short: what is there counts, and what isn't is said")
    func inputs() throws {
        let whole = try convert("paths.jsonl", "--to", "rekognition").output
        _ = try place.shell("gzip -k paths.jsonl && head -c 100000 paths.jsonl > cut.jsonl").wait()
        #expect(try convert("paths.jsonl.gz", "--to", "rekognition").output == whole)
        #expect(try convert("-", "--to", "rekognition", input: place.path("paths.jsonl")).output == whole)
        let cut = try convert("cut.jsonl", "--to", "rekognition")
        #expect(cut.status == 0 && cut.errors.contains("cut.jsonl: the last line, which is cut"))
        #expect(try persons(object(cut.output)).count > 100)
        #expect(try convert("cut.jsonl", "paths.jsonl", "--to", "rekognition").output == whole)
    }

    @Test("MOTChallenge text and a table")
    func others() throws {
        #expect(try convert("paths.jsonl", "--to", "mot", "-o", "paths.txt").status == 0)
        let rows = try content("paths.txt").split(separator: "\n").map {
            $0.split(separator: ",").compactMap { Double($0) }
        }
        let points = try points()
        #expect(rows.count == points.count && rows.allSatisfy { $0.count == 10 })
        for (row, point) in zip(rows, points) {
            let frame = try #require(point["frame"] as? Int)
            let scaled = try zip(box(of: point), [768, 432, 768, 432]).map { $0 * $1 }
            let expected = [Double(frame + 1), row[1], scaled[0] + 1, scaled[1] + 1, scaled[2], scaled[3]]
            #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 0.006 } && row[7...] == [-1, -1, -1])
        }
        #expect(Set(rows.map { $0[1] }) == [1, 2, 3, 4])

        let table = try convert("paths.jsonl", "--to", "csv").output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(table.count == points.count + 1 && table.allSatisfy { $0.count == table[0].count })
        for (values, point) in zip(table.dropFirst(), points) {
            let row = Dictionary(uniqueKeysWithValues: zip(table[0], values))
            #expect(row["timestamp_ms"].flatMap { Int($0) } == point["pts_ms"] as? Int)
            #expect(try ["left", "top", "width", "height"].map { Double(row[$0] ?? "") } == box(of: point))
            let face = point["face"] as? [String: Any]
            #expect(row["face_confidence"].flatMap { Double($0) } == face?["confidence"] as? Double)
            #expect(row["yaw"].flatMap { Double($0) } == (face?["pose"] as? [String: Double])?["yaw"])
            let eye = (face?["landmarks"] as? [[String: Any]])?.first
            #expect(row["eyeLeft_x"].flatMap { Double($0) } == eye?["x"] as? Double)
        }
    }

    @Test("What is wrong is said, and nothing is left of it")
    func wrong() throws {
        try place.write(Data("hello\n".utf8), "text.txt")
        let cases: [([String], Int32, String)] = [
            (
                ["paths.jsonl", "--to", "csv", "--feed", "door"], 64,
                "--feed door: not in these records, but crossing.mp4"
            ),
            (["paths.jsonl", "--to", "csv", "--page", "5", "-o", "x"], 64, "--page: only with --to rekognition"),
            (["paths.jsonl", "--to", "rekognition", "--page", "5"], 64, "--page: name a folder by --output"),
            (["paths.jsonl", "--to", "rekognition", "--page", "0", "-o", "x"], 64, "--page 0: 1 or more"),
            (["paths.jsonl", "--to", "csv", "-o", "paths.jsonl", "--force"], 73, "is paths.jsonl, which is read"),
            (["paths.jsonl", "--to", "csv", "-o", "text.txt"], 73, "text.txt: the file exists"),
            (["text.txt", "--to", "rekognition", "-o", "x"], 65, "text.txt: line 1: not a record"),
            (["none.jsonl", "--to", "mot"], 66, "none.jsonl"),
            (["paths.jsonl", "--to", "rekognition", "-o", "no/folder/x"], 73, "no/folder/x"),
        ]
        for (arguments, status, words) in cases {
            let result = try place.shell("exec \"$PROGRAM\" convert \"$@\"", arguments).wait()
            #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
        #expect(try place.names == ["paths.jsonl", "text.txt"])
    }
}
