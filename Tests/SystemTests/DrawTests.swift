import Decoding
import Foundation
import PathModel
import TestSupport
import Testing

@Suite("footpath draw: a page to draw on, in a browser")
struct DrawTests {
    private struct Quiet: Decodable {
        let requests: [String]
        let complaints: [String]
    }

    private func draw(_ arguments: [String], in place: Workplace) throws -> CommandResult {
        try place.shell("exec \"$PROGRAM\" draw \"$@\"", arguments).wait()
    }

    /// Writes a page in a folder.
    private func page(_ arguments: String..., in place: Workplace) throws -> String {
        let result = try draw(arguments + ["-o", "draw.html"], in: place)
        try #require(result.status == 0, "\(result.errors)")
        return place.path("draw.html")
    }

    private func config(_ yaml: String, source: String) -> Data {
        Data(
            """
            output: {path: "-"}
            cameras:
              - name: entrance
                source: \(source)
            \(yaml)
            """.utf8)
    }

    private struct Drawn: Decodable {
        let drawn, moved, undone, redone: String
    }

    @Test("What is clicked and dragged comes back from the configuration as it was; undo and redo")
    func mouse() throws {
        let place = try Workplace(Clips.clip)
        let page = try page("clip.mp4", in: place)
        let drawn: Drawn = try Browser.run("draw-page", "mouse", page)
        let quiet: Quiet = try Browser.run("draw-page", "shown", page)
        #expect(quiet.requests.isEmpty && quiet.complaints.isEmpty)
        #expect(drawn.drawn.contains("- {name: door, points: [["))
        #expect(drawn.drawn.contains("lines:\n      - {name: line-1, points: [["))
        #expect(drawn.undone == drawn.drawn && drawn.redone == drawn.moved && drawn.moved != drawn.drawn)
        // A rectangle, and a mask of three corners.
        let masks = drawn.drawn.components(separatedBy: "masks:\n")[1].split(separator: "\n")
        #expect(masks.map { $0.split(separator: ",").count } == [4, 6])

        try place.write(config(drawn.drawn, source: place.path("clip.mp4")), "footpath.yaml")
        #expect(try footpath("check", place.path("footpath.yaml")).status == 0)
        let again = try draw(["entrance", "--config", "footpath.yaml", "-o", "again.html"], in: place)
        #expect(again.status == 0, "\(again.errors)")
        struct Shown: Decodable { let yaml, title: String }
        let shown: Shown = try Browser.run("draw-page", "shown", place.path("again.html"))
        #expect(shown.yaml == drawn.drawn && shown.title.hasPrefix("entrance"))
    }

    @Test("All of it by the keyboard, and by a finger on a phone")
    func keyboardAndTouch() throws {
        let place = try Workplace(Clips.oneFrame)
        let page = try page("one.mp4", in: place)
        struct Keyed: Decodable { let before, after, back, left: String }
        let keyed: Keyed = try Browser.run("draw-page", "keyboard", page)
        let lines = keyed.before.components(separatedBy: " \\\n")
        #expect(
            lines.count == 2 && lines[0].hasPrefix("--zone zone-1=0.5,0.5,") && lines[1].hasPrefix("--line line-1="))
        let points = lines[1].dropFirst("--line line-1=".count).split(separator: ",")
        #expect(keyed.after.hasSuffix("=\(points[2]),\(points[3]),\(points[0]),\(points[1])"), "the line is turned")
        #expect(!keyed.after.contains("=0.5,0.5,"), "a corner of the zone has moved")
        #expect(keyed.back.contains("=0.5,0.5,"), "and back by one undo")
        #expect(keyed.left.hasPrefix("--line"), "the zone is deleted")

        struct Touched: Decodable {
            let drawn, dragged, kept, whole, zoomed: String
            let width: [Int]
        }
        let touched: Touched = try Browser.run("draw-page", "touch", page)
        #expect(touched.drawn.contains("[[0.2, 0.3], [0.6, 0.3], [0.6, 0.8]]"))
        #expect(touched.dragged.contains("[[0.2, 0.3], [0.6, 0.3], [0.7, 0.85]]"))
        // Two fingers look closer and change nothing.
        #expect(touched.kept == touched.dragged && touched.zoomed != touched.whole)
        #expect(touched.width[0] <= touched.width[1], "a phone scrolls one way only")
    }

    @Test("Names are shown as they are, and those that the program refuses can't be copied")
    func names() throws {
        let place = try Workplace(Clips.oneFrame)
        struct Named: Decodable {
            let yaml, options, shown, problem: String?
            let elements: Int?
            let canCopy: Bool?
        }
        struct Result: Decodable {
            let names: [String: Named]
            let complaints: [String]
        }
        let result: Result = try Browser.run("draw-page", "names", page("one.mp4", in: place))
        #expect(result.complaints.isEmpty)
        let names = result.names
        #expect(names.count == 8)
        for (name, seen) in names where name != "crossed" {
            #expect(seen.elements == names["no"]?.elements, "\(name) became part of the page")
            if name.count < 28 { #expect(seen.shown == name) }
            // The program's word counts.
            guard let yaml = seen.yaml else { continue }
            try place.write(config(yaml, source: "rtsp://192.0.2.1/"), "footpath.yaml")
            let check = try footpath("check", place.path("footpath.yaml"))
            #expect((check.status == 0) == seen.canCopy, "\(name): \(check.errors)")
            #expect((seen.problem == "") == seen.canCopy)
        }
        #expect(names["crossed"]?.problem == "crosses itself")
        #expect(names["it's"]?.options?.hasPrefix("--zone 'it'\\''s=") == true)
    }

    @Test("Of a shape the page thinks as the program does")
    func judgement() throws {
        let place = try Workplace(Clips.oneFrame)
        var random = ScriptedRandom(seed: 5)
        // On a coarse grid corners meet, sides overlap, and some lie outside.
        func point() -> Point {
            Point(
                x: Double(Int.random(in: -1...9, using: &random)) / 8,
                y: Double(Int.random(in: 0...4, using: &random)) / 4)
        }
        let shapes = (0..<400).map { number in (0..<number % 6 + 1).map { _ in point() } }
        let kinds = shapes.indices.map { $0.isMultiple(of: 3) ? "line" : "zone" }
        let truth = zip(kinds, shapes).map { kind, points in
            (kind == "line" ? Polyline(points).problem : Polygon(points).problem) == nil
        }
        #expect(truth.count { $0 } > 40 && truth.count { !$0 } > 40)
        let json = zip(kinds, shapes).map { kind, points in [kind, points.map { [$0.x, $0.y] }] as [Any] }
        try place.write(JSONSerialization.data(withJSONObject: json), "shapes.json")
        struct Judged: Decodable { let right: [Bool] }
        let judged: Judged = try Browser.run(
            "draw-page", "judge", page("one.mp4", in: place), place.path("shapes.json"))
        for (index, isRight) in judged.right.enumerated() where isRight != truth[index] {
            Issue.record("\(kinds[index]) \(shapes[index]): \(isRight) on the page")
        }
        #expect(judged.right.count == truth.count)
    }

    @Test("Masks of the configuration are black in the page's picture, and stay to be moved")
    func masks() throws {
        let place = try Workplace(Clips.oneFrame)
        let masks = "    masks:\n      - [0.25, 0.25, 0.5, 0.5]\n"
        try place.write(config(masks, source: place.path("one.mp4")), "footpath.yaml")
        let page = try page("entrance", "--config", "footpath.yaml", in: place)
        let html = try String(contentsOfFile: page, encoding: .utf8)
        let start = try #require(html.range(of: "data:image/jpeg;base64,")).upperBound
        let picture = try #require(Data(base64Encoded: String(html[start...].prefix { $0 != "\"" })))
        try place.write(picture, "still.jpg")
        let image = try #require(try Decoded(place.path("still.jpg")).frames.first).picture.image()
        #expect(image.size.width == 768)
        let middle = (200..<560).flatMap { x in (120..<310).map { y in image.pixel(x, y).max()! } }
        #expect(middle.max()! <= 4)
        #expect(image.pixel(20, 20).min()! > 100)
        struct Shown: Decodable { let yaml: String }
        #expect(try (Browser.run("draw-page", "shown", page) as Shown).yaml == masks)
    }

    @Test("What can't be drawn on, or written to, is said with its code")
    func errors() throws {
        let place = try Workplace(Clips.oneFrame)
        try place.write(config("", source: place.path("one.mp4")), "footpath.yaml")
        func draw(_ arguments: String...) throws -> CommandResult { try self.draw(arguments, in: place) }
        let cases: [(CommandResult, Int32, String)] = [
            (try draw("missing.mp4", "-o", "a.html"), 66, "missing.mp4"),
            (try draw("footpath.yaml", "-o", "a.html"), 66, "footpath.yaml"),
            (try draw("one.mp4", "-o", "one.mp4", "--force"), 73, "is the source"),
            (try draw("one.mp4", "-o", "footpath.yaml"), 73, "exists"),
            (try draw("one.mp4", "-o", "a.html", "--camera", "x"), 64, "--config"),
            (try draw("one.mp4", "-o", "a.html", "--config", "footpath.yaml", "--camera", "x"), 64, "has entrance"),
            (try draw("-", "-o", "a.html"), 64, "give a file"),
        ]
        for (result, status, text) in cases {
            #expect(result.status == status && result.errors.contains(text), "\(result.errors)")
        }
        #expect(try place.names == ["footpath.yaml", "one.mp4"])
        #expect(try draw("one.mp4", "-o", "footpath.yaml", "--force").status == 0)
    }
}
