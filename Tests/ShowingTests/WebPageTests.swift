import Foundation
import PathModel
import Showing
import TestSupport
import Testing

@Suite("Pages in one file")
struct WebPageTests {
    private static let hostile = [
        "</script><script>alert(1)</script>", "\"'&<!--", "{{x}}", String(repeating: "😀", count: 200),
    ]

    @Test("What stands in a page's data can't end it, and comes out as it went in")
    func data() throws {
        let page = WebPage(title: "a<b", body: "", styles: [], scripts: ["let x"], data: Self.hostile)
        let html = String(decoding: page.html, as: UTF8.self)
        #expect(html.components(separatedBy: "</script>").count == 3)
        #expect(html.contains("<title>a&lt;b</title>"))
        let begin = try #require(html.range(of: "id=\"data\">")).upperBound
        let data = html[begin...].components(separatedBy: "</script>")[0]
        #expect(try JSONDecoder().decode([String].self, from: Data(data.utf8)) == Self.hostile)
    }

    @Test("Only the page's own styles and scripts run, by their digests")
    func policy() {
        let page = WebPage(title: "", body: "", styles: ["b {}"], scripts: ["let x = 1"], data: [String]())
        // printf 'let x = 1' | openssl dgst -sha256 -binary | base64
        #expect(page.policy.contains("script-src 'sha256-+9RIDzvx0TGl4PMcwUdjIf3oi5QYiuHS1C+f52uNBBc='"))
        for part in [
            "default-src 'none'", "connect-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'",
        ] { #expect(page.policy.contains(part)) }
        #expect(!page.policy.contains("unsafe"))
    }

    @Test("Every file of pages is in the program", arguments: PageFile.allCases)
    func files(file: PageFile) throws {
        let url =
            file == .chartLibrary
            ? URL(fileURLWithPath: "/usr/share/javascript/chart.js/\(file.rawValue)")
            : Project.root.appendingPathComponent("Sources/CPages/files/\(file.rawValue)")
        #expect(try String(contentsOf: url, encoding: .utf8) == file.text && file.text.count > 100)
        // They are put between tags of these names.
        #expect(!file.text.contains("</script") && !file.text.contains("</style"))
    }

    @Test("Shapes that are there come with a drawing page as they are")
    func shapes() {
        let corners = [Point(x: 0.1, y: 0.2), Point(x: 0.3, y: 0.2), Point(x: 0.3, y: 0.45)]
        let zone = Zone(
            name: Self.hostile[0], polygon: Polygon(corners), anchor: .head, loiter: 90,
            crowd: .init(people: 5, seconds: 1.5))
        let line = CountingLine(name: "way", polyline: Polyline(Array(corners[..<2])))
        let page = DrawPage(
            source: "a", picture: [1, 2, 3], size: PixelSize(width: 4, height: 3),
            layout: CountingLayout(zones: [zone], lines: [line]), masks: [Polygon(corners)])
        let html = String(decoding: page.html, as: UTF8.self)
        #expect(html.contains(#""points":[[0.1,0.2],[0.3,0.2],[0.3,0.45]]"#))
        #expect(html.contains(#""anchor":"head","crowd":{"for":"1.5s","people":5},"kind":"zone","loiter":"90s""#))
        #expect(html.contains(#""picture":"data:image/jpeg;base64,AQID""#))
    }
}
