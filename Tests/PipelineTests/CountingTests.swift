import Analyzing
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

@testable import Pipeline

/// People counted in a file: two boxes walk, the one from left to right, the other from right to left.
@Suite struct CountingTests {
    private let clip: Clip

    init() throws {
        clip = try Clip()
    }

    private func options(_ detail: Detail = .points) -> AnalysisOptions {
        var options = AnalysisOptions()
        options.faceFPS = 0
        options.detail = detail
        options.recorded = [.init("detail", .text(detail.rawValue))]
        // Going up along it, left is left. The first box's feet come over it after a second.
        options.layout.lines = [
            CountingLine(name: "up", polyline: Polyline([Point(x: 0.28, y: 1), Point(x: 0.28, y: 0)]))
        ]
        options.layout.zones = [
            Zone(name: "left", polygon: Polygon(BoundingBox(left: 0, top: 0, width: 0.25, height: 1))),
            Zone(name: "right", polygon: Polygon(BoundingBox(left: 0.5, top: 0, width: 0.5, height: 1))),
        ]
        options.masks = [.rectangle(BoundingBox(left: 0, top: 0, width: 0.1, height: 0.1))]
        return options
    }

    private func text(_ options: AnalysisOptions, engine: ScriptedEngine = .boxes()) throws -> String {
        let sink = MemorySink()
        _ = try clip.analysis(options, engine: engine).run(output: NumberedSink(sink: sink))
        return sink.text()
    }

    private func validate(_ text: String) throws {
        try Data(text.utf8).write(to: clip.folder.url.appendingPathComponent("records.jsonl"))
        try validateRecords(at: clip.folder.path("records.jsonl"))
    }

    /// What a line says of an event, without the envelope, whose numbers depend on what else is written.
    private func bodies(_ event: String, in text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.contains(#""event":"\#(event)""#) }.map { line in
            line[(line.range(of: #"Z","#)?.upperBound ?? line.startIndex)...]
        }
    }

    @Test func whoWalksOverALineAndOutOfAZoneIsCounted() throws {
        let text = try text(options())
        try validate(text)
        let crossings = bodies("line", in: text)
        #expect(crossings.count == 1)
        #expect(crossings.first?.contains(#""direction":"in","place":{"x":0.28,"#) == true)
        #expect(crossings.first?.contains(#""in":1,"out":0,"people":1"#) == true)
        let zones = bodies("zone", in: text)
        #expect(zones.count { $0.contains(#""action":"enter","appeared":true"#) } == 2)
        #expect(zones.contains { $0.contains(#""name":"left","action":"leave","cause":"walked_out""#) })
        #expect(zones.contains { $0.contains(#""name":"right","action":"leave","cause":"stream_end""#) })
        let counts = try #require(bodies("counts", in: text).last)
        #expect(counts.contains(#""observed_share":1,"#), "\(counts)")
        #expect(bodies("region", in: text).count == 4)
        let end = bodies("path_end", in: text).filter { $0.contains(#""lines":[{"name":"up","in":1,"out":0}]"#) }
        #expect(end.count == 1 && end[0].contains(#""zones":[{"name":"left","dwell_ms":"#))
    }

    @Test func theSameBytesWithAnyNumberOfWorkers() throws {
        var options = options()
        let texts = try [1, 3, 8].map { workers in
            options.workers = workers
            return try text(options, engine: .boxes { usleep(.random(in: 0...2000)) })
        }
        #expect(Set(texts).count == 1)
    }

    @Test func aFewPicturesASecondAreWhollyObservedAndCountAlike() throws {
        var options = options()
        options.fps = 5
        let text = try text(options)
        #expect(bodies("line", in: text).count == 1)
        #expect(bodies("counts", in: text).allSatisfy { $0.contains(#""observed_share":1,"#) })
    }

    @Test func theCountsAreTheSameInAllDetails() throws {
        let texts = try Detail.allCases.map { try text(options($0)) }
        for text in texts { try validate(text) }
        for event in ["counts", "region", "stream_end", "session_end"] {
            #expect(Set(texts.map { bodies(event, in: $0) }).count == 1, "\(event)")
        }
        #expect(bodies("path", in: texts[1]).isEmpty && bodies("path_end", in: texts[1]).count == 2)
        #expect(bodies("zone", in: texts[0]) == bodies("zone", in: texts[1]))
    }

    @Test func withCountsAloneNothingIsSaidOfAnybody() throws {
        let (whole, counts) = (try text(options()), try text(options(.counts)))
        for word in ["track", "\"box\"", "confidence\":", "entry", "cause", "pts_ms"] {
            #expect(whole.contains(word) && !counts.contains(word), "\(word)")
        }
        // Nor when somebody came, went or was seen, but at the stream's ends.
        let time = /"time":"([^"]+)"/
        let ends = Set(
            whole.split(separator: "\n").filter { $0.contains("stream_") || $0.contains("session_") }
                .compactMap { $0.firstMatch(of: time)?.output.1 })
        for line in whole.split(separator: "\n") where line.contains("track") {
            guard let seen = line.firstMatch(of: time)?.output.1, !ends.contains(seen) else { continue }
            #expect(!counts.contains(seen), "\(seen)")
        }
    }
}
