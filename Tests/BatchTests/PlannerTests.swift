@testable import Batch
import Analyzing
import Decoding
import Foundation
import Recording
import Settings
import TestSupport
import Testing

@Suite("What is to be planned")
struct PlannerTests {
    let folder = try! TemporaryFolder()

    private func names(_ arguments: [String]) throws -> (names: [SourceName], others: Int, links: Int) {
        var names = VideoNames(arguments.map { SourceName($0) })
        var all: [SourceName] = []
        while let name = try names.next() { all.append(name) }
        return (all, names.others, names.links)
    }

    @Test("Folders are walked by name, with links to files, without hidden ones; lists have any name on a line")
    func walk() throws {
        for name in ["b", "a", ".hidden"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        let files = ["z.mp4", "b/2.MKV", "b/10.ts", "a/x.mp4", "a/x.txt", ".hidden/h.mp4", ".h.mp4", "Ü.mov", "list"]
        for name in files { _ = try folder.file(name, "odd\r\n\nz.mp4\n/x/y.avi") }
        for (name, target) in [("b/l.mp4", "../z.mp4"), ("b/loop", ".."), ("c.mp4", "gone.mp4")] {
            try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
        }
        let root = folder.url.path
        let latin1 = Array(root.utf8) + Array("/b/caf".utf8) + [0xE9] + Array(".mp4".utf8)
        let file = open(latin1.map(CChar.init(bitPattern:)) + [0], O_CREAT | O_WRONLY, 0o600)
        try #require(file >= 0)
        close(file)
        let found = try names([root])
        let expected = ["a/x.mp4", "b/10.ts", "b/2.MKV", "b/caf\\xE9.mp4", "b/l.mp4", "c.mp4", "z.mp4", "Ü.mov"]
        #expect(found.names.map(\.text) == expected.map { "\(root)/\($0)" })
        #expect(found.names[3].pathBytes == latin1)
        #expect((found.others, found.links) == (2, 1))
        #expect(
            try names([folder.path("list"), folder.path("z.mp4")]).names.map(\.text)
                == ["odd", "z.mp4", "/x/y.avi", folder.path("z.mp4")])
    }

    @Test("Results come in order, whoever is quicker, and no more are under way than may be")
    func inOrder() throws {
        var random = ScriptedRandom(seed: 5)
        let pauses = (0..<300).map { _ in UInt32.random(in: 0..<2000, using: &random) }
        var (next, results) = (0, [Int]())
        try InOrder.map(
            threads: 8, ahead: 20,
            next: {
                guard next < 300 else { return nil }
                defer { next += 1 }
                #expect(next - results.count < 20)
                return next
            },
            work: { (number: Int) in
                usleep(pauses[number])
                return number
            }, tick: {},
            take: { results.append($0) })
        #expect(results == Array(0..<300))
    }

    @Test("An overlap is long enough for whoever is out of sight, and a piece for two overlaps")
    func lengths() throws {
        func lengths(_ piece: String, _ overlap: String?, _ texts: [String: [String]] = [:]) throws -> PieceLengths {
            try PieceLengths(piece: piece, overlap: overlap, options: AnalysisOptions(texts, cores: 1))
        }
        #expect(try lengths("10m", nil) == lengths("600", "10s"))
        #expect(try lengths("1h", nil, ["max_lost": ["1m"]]).overlap == 120)
        for (piece, overlap) in [("10m", "3s"), ("15s", "10s"), ("0", nil), ("31d", nil), ("10", "x"), ("nan", nil)] {
            #expect(throws: SettingsError.self) { try lengths(piece, overlap) }
        }
        #expect(throws: SettingsError.self) { try lengths("10m", nil, ["max_lost": ["10m"]]) }
    }
}
