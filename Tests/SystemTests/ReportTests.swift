import Foundation
import TestSupport
import Testing

@Suite("footpath report and summary, as a user runs them and as a browser shows them")
struct ReportTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func run(_ verb: String, _ arguments: [String], input: String? = nil) throws -> CommandResult {
        try place.shell("exec \"$PROGRAM\" \(verb) \"$@\"", arguments, input: input).wait()
    }

    /// Two days of a shop, from Tests/Reports.
    private func makeRecords(_ name: String, _ options: String...) throws {
        let script = Project.root.appendingPathComponent("Tests/Reports/make_records.py").path
        let result = try Command("python3", [script] + options + [place.path(name)]).wait()
        try #require(result.status == 0, "\(result.errors)")
    }

    private func summary(_ arguments: String...) throws -> [String: Any] {
        let result = try run("summary", ["--json"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        try Data(result.output.utf8).write(to: URL(fileURLWithPath: place.path("summary.json")))
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private static let sample = Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl").path

    private struct Page: Decodable {
        let wrong, asked, complaints, notes, zones, peopleNotes: [String]
        let widths: [[Int]]
        let flows: [[Double]?]
        let compared, rows, trails, pictures: Int
        let title: String
        let picture, hatched: Bool
        let together: Together?

        struct Together: Decodable {
            let flow: [Double]
            let hatched, hasMaps: Bool
            let note: String
        }
    }

    private func look(_ page: String) throws -> Page {
        let found: Page = try Browser.run("report-page", place.path(page), place.path("summary.json"))
        #expect(found.wrong.isEmpty, "the page's numbers are the summary's")
        #expect(found.asked.isEmpty && found.complaints.isEmpty, "the page asks nobody")
        for width in found.widths { #expect(width[0] <= width[1], "it scrolls one way only") }
        return found
    }

    @Test("Two cameras and three details on one page: numbers, names, what wasn't observed")
    func shop() throws {
        let name = #"</script><img src=x onerror=alert(1)> "{{x}}""# + String(repeating: "🚶", count: 200)
        try makeRecords("shop.jsonl", "--zone", name, "--feed", "<b>shop</b>")
        try makeRecords("paths.jsonl", "--detail", "paths", "--seed", "2", "--feed", "yard")
        try makeRecords("counts.jsonl", "--detail", "counts", "--seed", "2", "--feed", "lane")
        _ = try place.shell("gzip paths.jsonl").wait()
        let files = ["shop.jsonl", "paths.jsonl.gz", "counts.jsonl"]
        let summary = try summary(files[0], files[1], files[2])
        let result = try run("report", files + ["-o", "report.html", "--timezone", "Europe/Berlin"])
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")

        let feeds = try #require(summary["feeds"] as? [[String: Any]])
        #expect(feeds.map { $0["feed"] as? String } == ["<b>shop</b>", "yard", "lane"])
        #expect(feeds.map { $0["unobserved_seconds"] as? Double } == [9600, 9600, 9600])
        // The same walks, told with and without single people.
        func door(_ feed: Int) -> [Int?] {
            let line = (feeds[feed]["lines"] as? [[String: Any]])?.first
            return ["in", "out"].map { line?[$0] as? Int }
        }
        #expect(door(1) == door(2) && door(1)[0] ?? 0 > 100)
        #expect(feeds[1]["points"] == nil && feeds[2]["paths"] == nil)

        let page = try look("report.html")
        #expect(page.title.hasPrefix("<b>shop</b>, yard, lane") && page.pictures == 0)
        #expect(page.compared > 100 && page.hatched)
        for feed in 0..<3 { #expect(page.flows[feed] == door(feed).map { Double($0 ?? -1) }) }
        #expect(page.peopleNotes[2].contains("Not in these records"))
        let together = try #require(page.together)
        #expect(together.flow == [0, 1].map { way in Double((0..<3).reduce(0) { $0 + (door($1)[way] ?? -1) }) })
        #expect(together.hatched && !together.hasMaps && together.note.contains("Sums of 2 cameras"))
        let content = try String(contentsOfFile: place.path("report.html"), encoding: .utf8)
        #expect(content.contains("\\u003c/script>") && content.utf8.count < 10_000_000)
    }

    @Test("Records 1.0 of the sample clip, over a frame of it")
    func sample() throws {
        let records = try String(contentsOfFile: Self.sample, encoding: .utf8)
        try place.write(Data(records.replacing(#""v":"1.1""#, with: #""v":"1.0""#).utf8), "old.jsonl")
        let summary = try summary("old.jsonl")
        try place.add(Project.sample)
        let options = ["old.jsonl", "--still", "crossing.mp4", "-o", "report.html"]
        #expect(try run("report", options).status == 0)
        let page = try look("report.html")
        #expect(page.trails == 4 && page.rows == 4 && page.picture)
        #expect(page.notes.contains { $0.contains("nobody knows when it was taken") })
        #expect((summary["total"] as? [String: Any])?["paths"] as? Int == 4)
        // A name that is taken is told, and kept.
        let again = try run("report", options)
        #expect(again.status == 73 && again.errors.contains("--force"))
        #expect(try run("report", options + ["--force"]).status == 0)
        let text = try run("summary", [Self.sample])
        let last = try #require(records.split(separator: "\n").last)
        let totals = try #require(last.firstMatch(of: /"paths":(\d+),"points":(\d+),"faces":(\d+)/)).output
        #expect(text.output.contains("\(totals.1) paths, \(totals.2) points, \(totals.3) faces"))
    }

    @Test("From standard input, the same bytes as from the file")
    func standardInput() throws {
        for verb in [["summary"], ["summary", "--json"]] {
            let piped = try run(verb[0], Array(verb.dropFirst()) + ["-"], input: Self.sample)
            let read = try run(verb[0], Array(verb.dropFirst()) + [Self.sample])
            #expect(piped.status == 0)
            #expect(piped.output == read.output.replacing(Self.sample, with: "standard input"))
        }
    }

    @Test("What is cut or damaged is left out, counted and said; what holds no records is refused")
    func damage() throws {
        var content = try Data(contentsOf: URL(fileURLWithPath: Self.sample))
        content.insert(contentsOf: Data("no record\n".utf8), at: (content.firstIndex(of: 10) ?? 0) + 1)
        try place.write(content.dropLast(20), "cut.jsonl")
        let summary = try summary("cut.jsonl")
        let file = try #require((summary["files"] as? [[String: Any]])?.first)
        #expect(file["damaged_lines"] as? Int == 1 && file["first_damaged_line"] as? Int == 2)
        #expect(file["last_line_cut"] as? Bool == true)
        let result = try run("report", ["cut.jsonl", "-o", "cut.html"])
        #expect(result.status == 0 && result.errors.contains("left out: cut.jsonl: 1 damaged line, the first"))
        #expect(try look("cut.html").notes.contains { $0.contains("1 damaged line") })

        for (name, content, words) in [
            ("text", "frame,id\n", "text: line 1: not a record of Footpath's"),
            ("new", #"{"v":"2.0","event":"path"}"# + "\n", "new: line 1: records of version 2.0"),
        ] {
            try place.write(Data(content.utf8), name)
            for verb in [["summary", name], ["report", name, "-o", "x.html"]] {
                let result = try run(verb[0], Array(verb.dropFirst()))
                #expect(result.status == 65 && result.errors.contains(words), "\(result.errors)")
            }
        }
        #expect(try run("summary", ["nothing.jsonl"]).status == 66)
        #expect(try run("summary", ["cut.jsonl", "--timezone", "Mars/Olympus"]).status == 64)
        #expect(try !place.names.contains("x.html"), "no half file stays")
    }

    @Test("Nothing at all: a page and a summary that say so")
    func nothing() throws {
        try place.write(Data(), "empty.jsonl")
        _ = try summary("empty.jsonl")
        #expect(try run("summary", ["empty.jsonl"]).output.contains("No records"))
        #expect(try run("report", ["empty.jsonl", "-o", "empty.html"]).status == 0)
        #expect(try look("empty.html").notes.contains { $0.contains("no records") })
    }
}
