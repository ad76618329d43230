import Analyzing
import Decoding
import Following
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(30))) struct WindowedAnalysisTests {
    private struct Outcome {
        var session = "", lines: [String: Set<String>] = [:], progress: [FeedProgress] = []
    }

    private let clip: Clip
    private let source: SourceName

    init() throws {
        clip = try Clip()
        source = SourceName(clip.folder.path("gops.mp4"))
        let encoding = "-c:v libx264 -g 10 -bf 2 -x264-params scenecut=0 -metadata creation_time=2026-05-04T10:00:00Z"
        try ffmpeg(["-i", clip.source.text] + encoding.split(separator: " ").map(String.init) + [source.text])
    }

    private func analyze(_ window: SourceWindow?, fps: Double?) throws -> Outcome {
        var options = AnalysisOptions()
        (options.scales, options.inputSize, options.faceFPS, options.fps) = (1, .exact(Clip.size), 0, fps)
        let analysis = try Analysis(
            source, engine: ScriptedEngine.boxes(), modelFolder: clip.folder.url.path, options: options, version: "1",
            decoderThreads: 2, interrupt: InterruptFlag(), window: window)
        let sink = MemorySink()
        var outcome = Outcome(session: analysis.sessionID)
        _ = try analysis.run(output: NumberedSink(sink: sink), progress: { outcome.progress.append($0) })
        for line in sink.lines {
            let record = try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(record["session"] as? String == outcome.session)
            let place = ["frame", "pts_ms", "time"].map { "\(record[$0] ?? "")" }.joined(separator: " ")
            outcome.lines[record["event"] as? String ?? "", default: []].insert(place)
        }
        return outcome
    }

    @Test(arguments: [nil, 12.5])
    func aPieceHasTheSessionAndTheTimesOfTheWholeFile(fps: Double?) throws {
        let whole = try analyze(nil, fps: fps)
        let windows = try PacketScan(source, interrupt: InterruptFlag()).windows(
            pieceSeconds: 0.8, overlapSeconds: 0.4)
        #expect(windows.map(\.firstFrame) == [0, 10])
        var points: Set<String> = []
        for window in windows {
            let piece = try analyze(window, fps: fps)
            #expect(piece.session == whole.session)
            let places = try #require(piece.lines["path"])
            #expect(places.isSubset(of: try #require(whole.lines["path"])))
            points.formUnion(places)
            let last = try #require(piece.progress.last)
            #expect(piece.progress.first?.elapsed == 0 && last.elapsed < last.duration ?? 0)
            #expect(last.duration == (window.end ?? 2_000_000) - window.start)
        }
        #expect(points == whole.lines["path"])
    }
}
