import Foundation
import PathModel
import Recording
import TestSupport
import Testing

@testable import Merging

/// Files that are one piece, pieces that are missing, and files that aren't what was written.
@Suite struct PiecesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// One person who walks through 400 frames in three pieces.
    private var scene: Scene {
        let walker = Scene.Person(frames: 10..<390) { frame in
            BoundingBox(left: 0.1 + 0.002 * Double(frame), top: 0.3, width: 0.1, height: 0.3)
        }
        return Scene(people: [walker], frameCount: 400, cuts: [150, 280])
    }

    private func body(_ line: String) -> Substring {
        line.range(of: #"Z","#).map { line[$0.upperBound...] } ?? ""
    }

    private func bodies(_ event: String, in lines: [String]) -> [Substring] {
        lines.filter { $0.contains(#""event":"\#(event)""#) }.map(body)
    }

    private func validate(_ lines: [String]) throws {
        let path = try folder.file("log.jsonl", lines.map { $0 + "\n" }.joined())
        try validateRecords(at: path)
    }

    // MARK: - One piece

    @Test func aFileOfOnePieceIsWhatThePieceHolds() throws {
        let lines = try scene.whole()
        let piece = try Scene.file(lines, number: 0, in: folder)
        #expect(try Scene.merge(PiecedVideo([piece], of: 0..<1), scene.options) == lines)
    }

    @Test func theNextFilesLinesAreNumberedOn() throws {
        // Longer than a buffer, so that a line lies across its end.
        let lines = (0..<4000).map { number in
            #"{"v":"1.1","event":"stats","feed":"a\",\"seq\":7","session":"s","seq":\#(number),"time":"2026-03-01T08:00:00.000Z","#
                + #""state":"\#(String(repeating: "x", count: 500))"}"#
        }
        let pieces = try (0...1).map { try Scene.file(lines, number: $0, in: folder) }
        var bytes: [UInt8] = []
        let output = LineOutput { lines throws(RecordingError) in bytes += lines }
        for piece in pieces {
            _ = try PiecedVideo([piece], of: piece.number..<piece.number + 1).merge(scene.options, to: output)
        }
        try output.flush()
        let merged = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(merged.count == 8000)
        for (number, line) in merged.enumerated() {
            let old = #""session":"s","seq":\#(number % 4000),"#
            #expect(line.replacing(#""session":"s","seq":\#(number),"#, with: old) == lines[number % 4000])
        }
    }

    // MARK: - Missing pieces

    @Test(arguments: [[0], [1], [2], [0, 1], [1, 2], [0, 2]]) func aMissingPieceIsAGapThatNoPathSpans(missing: [Int])
        throws
    {
        var scene = scene
        scene.layout.zones = [Zone(name: "all", polygon: Polygon(BoundingBox(left: 0, top: 0, width: 1, height: 1)))]
        let pieces = try scene.pieces(in: folder).filter { !missing.contains($0.number) }
        let end = Scene.time(400)
        let lines = try Scene.merge(PiecedVideo(pieces, of: 0..<3, end: end), scene.options)
        try validate(lines)
        let gaps = bodies("gap", in: lines)
        #expect(gaps.count == (missing == [0, 2] ? 2 : 1) && gaps.allSatisfy { $0.contains(#""reason":"missing""#) })
        // One path before and one behind a gap in the middle.
        #expect(bodies("path_start", in: lines).count == (missing == [1] ? 2 : 1))
        if missing == [1] {
            #expect(gaps[0].contains(#""from":"2023-11-14T22:13:25.960Z","to":"2023-11-14T22:13:29.080Z""#))
            let path = try #require(bodies("path_end", in: lines).first)
            #expect(path.contains(#""cause":"lost""#) && path.contains(#""points":140,"#))
            let zone = bodies("zone", in: lines).filter { $0.contains("leave") }
            #expect(zone.count == 2 && zone[0].contains(#""cause":"lost""#))
        }
        let counts = try #require(bodies("counts", in: lines).first)
        #expect(!counts.contains(#""observed_share":1,"#))
        // As many frames as were analysed, each once.
        let frames = pieces.reduce(into: Set<Int>()) { $0.formUnion(scene.frames(ofPiece: $1.number)) }
        #expect(bodies("session_end", in: lines)[0].contains(#""analyzed":\#(frames.count),"#))
    }

    @Test(arguments: [(60, 1, 2), (90, 0, 2), (120, 0, 1)])
    func aPieceThatBreaksOffIsAGapOrHandsOverThere(last: Int, gaps: Int, paths: Int) throws {
        let scene = scene
        var pieces = try scene.pieces(in: folder)
        // As if the decoder had given up there; the next piece begins at 97.
        var cut = try #require(pieces[0].cut)
        cut.observed = [ObservedStretch(from: Scene.time(0), to: Scene.time(last), analyzed: last + 1)]
        var short = scene
        (short.frameCount, short.cuts) = (last + 1, [])
        let lines = try short.lines(ofPiece: 0).map { $0.replacing("end_of_file", with: "decode_error") }
        pieces[0] = try Scene.file(lines, number: 0, cut: cut, in: folder)
        let merged = try Scene.merge(PiecedVideo(pieces, of: 0..<3), scene.options)
        try validate(merged)
        #expect(bodies("gap", in: merged).count { $0.contains(#""reason":"decode_error""#) } == gaps)
        #expect(bodies("path_start", in: merged).count == paths)
        #expect(bodies("stream_end", in: merged).count == 1)
    }

    /// Pictures of another size begin a run, which both pieces see where they overlap.
    @Test(arguments: [110, 140, 200]) func aRunThatBeginsInAnOverlapBeginsOnce(change: Int) throws {
        var scene = scene
        scene.people = []
        func line(_ frame: Int, _ event: PathRecord.Event) throws -> String {
            try Scene.format.line(for: PathRecord(time: Scene.time(frame), event: event), sequence: 9)
        }
        func end(_ reason: StreamEnd.Reason, frames: Int, analyzed: Int) -> PathRecord.Event {
            .streamEnd(StreamEnd(reason: reason, message: nil, frames: frames, analyzed: analyzed, decodeErrors: 0))
        }
        let pieces = try scene.pieces(in: folder).map { piece in
            let frames = scene.frames(ofPiece: piece.number)
            guard frames.contains(change) else { return piece }
            var (lines, cut) = (try scene.lines(ofPiece: piece.number), try #require(piece.cut))
            var opening = Scene.opening
            (opening.run, opening.frameSize) = (2, PixelSize(width: 320, height: 180))
            let rest = frames.upperBound - change
            lines[2...2] = [
                try line(change - 1, end(.sizeChanged, frames: change, analyzed: change - frames.lowerBound)),
                try line(change, .streamStart(opening)),
                try line(frames.upperBound - 1, end(.endOfFile, frames: rest, analyzed: rest)),
            ]
            cut.observed = cut.observed.flatMap { stretch in
                guard stretch.from < Scene.time(change), Scene.time(change) <= stretch.to else { return [stretch] }
                let before = Int(Scene.time(change).seconds(since: stretch.from) / 0.04 + 0.5)
                return [
                    ObservedStretch(from: stretch.from, to: Scene.time(change - 1), analyzed: before),
                    ObservedStretch(from: Scene.time(change), to: stretch.to, analyzed: stretch.analyzed - before),
                ]
            }
            return try Scene.file(lines, number: piece.number, cut: cut, in: folder)
        }
        let merged = try Scene.merge(PiecedVideo(pieces, of: 0..<3), scene.options)
        try validate(merged)
        #expect(bodies("stream_start", in: merged).map { $0.prefix(8) } == [#""run":1,"#, #""run":2,"#])
        let ends = bodies("stream_end", in: merged)
        #expect(ends.count == 2 && ends[0].contains(#""frames":\#(change),"analyzed":\#(change),"#), "\(ends)")
        #expect(ends[1].contains(#""frames":\#(400 - change),"analyzed":\#(400 - change),"#), "\(ends)")
    }

    // MARK: - Hostile pieces

    private func expectDamaged(_ change: (Int, inout [String]) -> Void) throws {
        let scene = scene
        let pieces = try scene.pieces(in: folder).map { piece in
            var lines = try scene.lines(ofPiece: piece.number)
            change(piece.number, &lines)
            return try Scene.file(lines, number: piece.number, cut: piece.cut, in: folder)
        }
        #expect {
            try Scene.merge(PiecedVideo(pieces, of: 0..<3), scene.options)
        } throws: { error in
            if case MergingError.damaged = error { true } else { false }
        }
    }

    @Test(arguments: [
        "", "{", "no record", #"{"v":"1.1","event":"path"}"#, #"{"v":"2.0","event":"path","feed":"a"}"#,
        String(repeating: "x", count: 100_000),
    ]) func aLineThatIsNoRecord(line: String) throws {
        for place in [0, 5, 100] { try expectDamaged { piece, lines in if piece == 1 { lines[place] = line } } }
    }

    @Test(arguments: [
        (#""track":"#, #""track":9999999999"#), (#""track":"#, #""track":-"#), (#""left":0."#, #""left":1e9,"#),
        (#""pts_ms":"#, #""pts_ms":1111111111111111111"#), (#""seq":"#, #""seq":x"#),
        (#""seq":"#, #""seq":99999999999999999999"#),
        (#""event":"path""#, #""event":"zone""#), (#""session":"0"#, #""session":"1"#),
        (#""width":0."#, #""width":0.1111111"#),
        (#""source":"measured"#, #""source":"guessed"#), (#"T22:"#, #"t22:"#),
    ]) func aLineThatWasChanged(from: String, to: String) throws {
        try expectDamaged { piece, lines in
            if piece == 1 { lines[60] = lines[60].replacing(from, with: to, maxReplacements: 1) }
        }
    }

    @Test func anotherSessionsPiece() throws {
        try expectDamaged { piece, lines in
            if piece == 1 { lines = lines.map { $0.replacing(#""session":"0"#, with: #""session":"1"#) } }
        }
    }

    @Test func moreOrFewerLinesThanThereMustBe() throws {
        let whole = try scene.whole()
        for isCut in [false, true] {
            for change in [-1, 1] {
                var piece = try isCut ? scene.pieces(in: folder)[1] : Scene.file(whole, number: 1, in: folder)
                piece.lines += change
                let pieces = try isCut ? [scene.pieces(in: folder)[0], piece] : [piece]
                let video = PiecedVideo(pieces, of: isCut ? 0..<2 : 1..<2)
                #expect(throws: MergingError.self) { try Scene.merge(video, scene.options) }
                #expect(throws: MergingError.self) { try video.check(scene.options) }
            }
        }
    }

    @Test func aPieceThatIsntThereOrWasCut() throws {
        var piece = try Scene.file(try scene.whole(), number: 0, in: folder)
        piece.bytes = piece.bytes.lowerBound..<piece.bytes.upperBound + 1000
        #expect(throws: MergingError.self) { try Scene.merge(PiecedVideo([piece], of: 0..<1), scene.options) }
        piece.path = folder.path("nowhere")
        #expect(throws: MergingError.self) { try Scene.merge(PiecedVideo([piece], of: 0..<1), scene.options) }
    }
}
