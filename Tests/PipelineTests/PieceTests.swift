import Analyzing
import Following
import PathModel
import Recording
import TestSupport
import Testing

@testable import Pipeline

/// What is recorded of a piece of a file.
@Suite struct PieceTests {
    private let clip: Clip

    init() throws {
        clip = try Clip()
    }

    private func options(_ detail: Detail, _ still: AnalysisOptions.StillHandling) -> AnalysisOptions {
        var options = AnalysisOptions()
        options.faceFPS = 0
        (options.detail, options.still) = (detail, still)
        options.recorded = [.init("detail", .text(detail.rawValue))]
        options.layout.zones = [
            Zone(name: "left", polygon: Polygon(BoundingBox(left: 0, top: 0, width: 0.5, height: 1)))
        ]
        return options
    }

    @Test func everyPointIsRecordedAndNothingCounted() throws {
        let sink = MemorySink()
        let options = options(.counts, .drop)
        let analysis = try clip.analysis(options.ofPiece(handovers: [Timestamp(microseconds: 1_000_000)]))
        let summary = try analysis.run(output: NumberedSink(sink: sink))
        let events = sink.lines.map { line in
            String(line.dropFirst(#"{"v":"1.1","event":""#.count).prefix { $0 != "\"" })
        }
        #expect(events.count { $0 == "path" } == summary.points && summary.points > 50)
        #expect(
            Set(events) == [
                "session_start", "region", "stream_start", "path_start", "path", "path_end", "stream_end",
                "session_end",
            ])
        // The session is that of the whole file.
        #expect(analysis.sessionID == (try clip.analysis(options).sessionID))
        // 25 frames a second: the one at the handover is the next stretch's.
        #expect(summary.observed.map(\.analyzed) == [25, 25])
        #expect(summary.observed.map(\.from.milliseconds) == [0, 1000])
        #expect(summary.observed.map(\.to.milliseconds) == [960, 1960])
    }

    @Test func thoseWhoDontStirAreMarked() throws {
        let clip = try Clip(noise: 4)
        let sink = MemorySink()
        _ = try clip.analysis(options(.points, .drop).ofPiece(handovers: [])).run(output: NumberedSink(sink: sink))
        #expect(sink.lines.contains { $0.contains(#""still":true"#) })
        let kept = MemorySink()
        _ = try clip.analysis(options(.points, .keep).ofPiece(handovers: [])).run(output: NumberedSink(sink: kept))
        #expect(!kept.text().contains(#""still":true"#))
    }
}
