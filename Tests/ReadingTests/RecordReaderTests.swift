import Foundation
import PathModel
import Reading
import TestSupport
import Testing

@Suite struct RecordReaderTests {
    private static let envelope = #""v":"1.1","feed":"door","session":"s","seq":7,"time":"2026-03-01T08:00:00.200Z""#
    private static let point =
        #"{\#(envelope),"event":"path","track":3,"frame":9,"pts_ms":360,"#
        + #""box":{"left":0.25,"top":0.5,"width":0.125,"height":0.3},"confidence":65.5,"source":"measured"}"#

    /// Reads a file of this content to its end.
    private func read(_ content: Data, faces: Bool = false) throws -> (records: [Record], reader: RecordReader) {
        let folder = try TemporaryFolder()
        try content.write(to: URL(fileURLWithPath: folder.path("records")))
        let reader = try RecordReader(path: folder.path("records"), faces: faces)
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        return (records, reader)
    }

    private func read(_ lines: String..., end: String = "\n") throws -> (records: [Record], reader: RecordReader) {
        try read(Data((lines.joined(separator: "\n") + end).utf8))
    }

    @Test func numbersThatNoLineHasAreCounted() throws {
        func point(_ sequence: Int, feed: String = "door") -> String {
            Self.point.replacing(#""seq":7"#, with: #""seq":\#(sequence)"#)
                .replacing(#""door""#, with: #""\#(feed)""#)
        }
        // The damaged line is one of those between; another feed has numbers of its own.
        let (_, reader) = try read(point(3), point(4), "{", point(9), point(40, feed: "hall"), point(41), point(40))
        #expect(reader.omissions.missingLines == 3)
        #expect(try read(Self.point, Self.point).reader.omissions.missingLines == 0)
    }

    /// Against a set of all numbers.
    @Test func recordsAreSeenOnceWhateverTheOrder() {
        var random = ScriptedRandom(seed: 5)
        for _ in 0..<200 {
            var seen = SeenRecords(), numbers: Set<Int> = []
            for run in 1..<30 {
                var number = Int.random(in: 0..<60, using: &random)
                for _ in 0..<Int.random(in: 1..<20, using: &random) {
                    #expect(seen.insert(number, run: run) == numbers.insert(number).inserted)
                    number += 1
                }
            }
        }
    }

    @Test func keysMayStandInAnyOrderWithSpacesAndUnknownOnes() throws {
        let other = """
            \t{ "box" : {"height":3e-1 ,"extra":[{}], "width":0.125,"top":5.0E-1,"left":25e-2}, "source":"measured",\
            "confidence":65.50, "pts_ms":360,"frame":9,"track":3 ,"new":{"a":[1,"}",null,true,{"b":"\\"]"}]},"event":"path",\
            "time":"2026-03-01T09:00:00.2+01:00","seq":7,"session":"s","feed":"do\\u006fr","v":"1.9"}\r
            """
        let (records, reader) = try read(Self.point, other)
        #expect(records.count == 2 && reader.omissions.isEmpty && reader.sources.count == 1)
        for record in records {
            guard case .point(let point) = record.event else { throw Unexpected() }
            #expect(record.sequence == 7 && record.time == 1_772_352_000_200)
            #expect(point.track == 3 && point.frame == 9 && point.pts == 360 && !point.isPredicted && !point.hasFace)
            #expect(point.box == BoundingBox(left: 0.25, top: 0.5, width: 0.125, height: 0.3))
            #expect(point.confidence == 0.655)
        }
        #expect(records.map(\.line) == [1, 2])
    }

    private struct Unexpected: Error {}

    @Test func whatTheSampleClipGaveIsReadAsFoundationReadsIt() throws {
        let file = Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl")
        let (records, reader) = try read(Data(contentsOf: file), faces: true)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(reader.omissions.isEmpty && records.count == lines.count)
        for (record, line) in zip(records, lines) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(record.sequence == object["seq"] as? Int)
            switch record.event {
            case .point(let point):
                let box = try #require(object["box"] as? [String: Double])
                #expect(point.box.left == box["left"] && point.box.height == box["height"])
                let face = object["face"] as? [String: Any]
                let landmarks = face?["landmarks"] as? [[String: Any]] ?? []
                #expect(point.face?.landmarks.map(\.position.x) ?? [] == landmarks.map { $0["x"] as? Double })
                #expect((point.face?.pose?.yaw) == (face?["pose"] as? [String: Double])?["yaw"])
            case .pathEnd(let end):
                #expect(end.end - end.start == object["duration_ms"] as? Int64)
                #expect(end.exit == object["exit"] as? String)
            case .streamStart(let stream):
                #expect(stream.frameSize == PixelSize(width: 768, height: 432) && stream.timeOrigin == "epoch")
            default: break
            }
        }
    }

    @Test func countsZonesAndLinesAreRead() throws {
        let (records, _) = try read(
            #"{\#(Self.envelope),"event":"region","kind":"zone","name":"<\/script>","points":[[0,0],[1,0],[0.5,1]],"anchor":"feet"}"#,
            #"{\#(Self.envelope),"event":"zone","track":1,"name":"till","action":"leave","pts_ms":9,"people":2,"cause":"gap","dwell_ms":1500}"#,
            #"{\#(Self.envelope),"event":"line","track":1,"name":"door","direction":"out","place":{"x":0.5,"y":0.75},"pts_ms":9,"in":3,"out":4,"people":5}"#,
            #"{\#(Self.envelope),"event":"counts","from":"2026-03-01T08:00:00.000Z","to":"2026-03-01T08:01:00.000Z","interval_ms":60000,"observed_share":0.5,"#
                + #""zones":[{"name":"till","people_min":0,"people_max":3,"people_mean":1.25,"entered":4,"left":3,"dwell_ms_mean":900}],"lines":[{"name":"door","in":1,"out":2,"people":2}]}"#,
            #"{\#(Self.envelope),"event":"path_end","track":1,"cause":"lost","start":"2026-02-28T23:59:59.999Z","end":"2026-03-01T00:00:01.000Z","points":2,"zones":[{"name":"till","dwell_ms":700,"entries":1}],"lines":[{"name":"door","in":1,"out":0}]}"#
        )
        guard case .region(let region) = records[0].event, case .zone(let visit) = records[1].event,
            case .line(let crossing) = records[2].event, case .counts(let counts) = records[3].event,
            case .pathEnd(let end) = records[4].event
        else { throw Unexpected() }
        #expect(region.name == "</script>" && region.points[2] == Point(x: 0.5, y: 1))
        #expect(visit.dwell == 1500 && visit.people == 2 && visit.cause == "gap" && !visit.appeared)
        #expect(!crossing.isInward && crossing.place == Point(x: 0.5, y: 0.75) && crossing.inward == 3)
        #expect(counts.observed == 0.5 && counts.to - counts.from == 60_000)
        #expect(counts.zones[0].mean == 1.25 && counts.zones[0].meanDwell == 900 && counts.lines[0].outward == 2)
        #expect(end.end - end.start == 1001 && end.zones[0].dwell == 700 && end.lines[0].inward == 1)
    }

    @Test(
        arguments: [
            #"{"v":"1.1","event":"path""#, "", "[]", "nonsense", String(repeating: "\0", count: 5000),
            String(repeating: "[", count: 5000), #"{"a":1}"#, point.replacing("0.25", with: "00.25"),
            point.replacing("0.25", with: ".25"), point.replacing("door", with: "do\u{1}or"), point + "x",
            point.replacing("door", with: #"do\xor"#), point.replacing(#","frame":9"#, with: ""),
            point.replacing("08:00", with: "25:00"), point.replacing("0.25", with: "1e999"),
            point.replacing("-03-01", with: "-02-30"), #"{"x":\#(String(repeating: "1", count: 600_000))}"#,
        ])
    func aDamagedLineIsLeftOutAndCounted(line: String) throws {
        let (records, reader) = try read(Self.point, line, Self.point)
        #expect(records.map(\.line) == [1, 3])
        #expect(reader.omissions.damagedLines == (line.isEmpty ? 0 : 1))
        #expect(reader.omissions.firstDamagedLine == (line.isEmpty ? nil : 2))
    }

    @Test func bytesThatAreNoTextAreDamage() throws {
        let line = Data(Self.point.utf8)
        let bad = Data(Self.point.replacing("door", with: "d%or").utf8.map { $0 == UInt8(ascii: "%") ? 0xFF : $0 })
        let (records, reader) = try read(line + [10] + bad + [10] + line)
        #expect(records.count == 2 && reader.omissions.damagedLines == 1)
    }

    @Test func aLastLineIsUsedWhereItIsWholeAndCountedWhereItIsCut() throws {
        #expect(try read(Self.point, Self.point, end: "").records.count == 2)
        let (records, reader) = try read(Self.point, String(Self.point.dropLast(9)), end: "")
        #expect(records.count == 1 && reader.omissions.lastLineIsCut && reader.omissions.damagedLines == 0)
        // All that a program had written when the disk was full.
        #expect(try read(String(Self.point.prefix(40)), end: "").records.isEmpty)
        #expect(try read(Data()).reader.omissions.isEmpty)
    }

    @Test func whatIsNoFileOfRecordsIsRefused() throws {
        for content in ["frame,id\n1,2\n", #"{"a":1}"#, String(repeating: "x\n", count: 1000)] {
            #expect { try read(Data(content.utf8)) } throws: { "\($0)".contains("line 1: not a record") }
        }
        #expect { try read(Self.point, Self.point.replacing("1.1", with: "2.0")) } throws: {
            "\($0)".hasSuffix("line 2: records of version 2.0; this program reads 1.x: use a newer one")
        }
        #expect(throws: ReadingError.self) { try RecordReader(path: "/nowhere/records.jsonl") }
        #expect(throws: ReadingError.self) { try RecordReader(path: "/") }
    }

    @Test func compressedFilesAreReadAsFarAsTheyGo() throws {
        let folder = try TemporaryFolder()
        let text = (0..<5000).map { Self.point.replacing(#""seq":7"#, with: #""seq":\#($0)"#) }.joined(separator: "\n")
        try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: folder.path("a")))
        _ = try Command("gzip", ["-k", folder.path("a")]).wait(seconds: 60)
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("a.gz")))

        #expect(try read(whole + whole).records.count == 10_000)
        let (records, reader) = try read(whole.prefix(whole.count / 2))
        #expect((1..<5000).contains(records.count) && reader.omissions.compressionIsCut)
        var damaged = whole
        damaged[whole.count * 3 / 4] ^= 0xFF
        let rest = try read(damaged)
        #expect((1..<5000).contains(rest.records.count) && rest.reader.omissions.compressionIsCut)
    }

    /// Lines with a byte or two wrong: nothing crashes, and what is taken for a record is JSON.
    @Test func whatIsTakenIsJSON() throws {
        let file = Project.root.appendingPathComponent("SampleVideos/crossing.expected.jsonl")
        let lines = try Data(contentsOf: file).split(separator: 10).map(Array.init)
        let bytes = Array(#"{}[]",:\0.-+1tfnu "#.utf8) + [0, 0x7F, 0xC3, 0xFF]
        var random = ScriptedRandom(seed: 5)
        var mutated: [[UInt8]] = []
        for _ in 0..<3000 {
            var line = lines[Int(random.next() % UInt64(lines.count))]
            for _ in 0...Int(random.next() % 2) {
                let (place, byte) = (
                    Int(random.next() % UInt64(line.count)), bytes[Int(random.next() % UInt64(bytes.count))]
                )
                switch random.next() % 3 {
                case 0: line[place] = byte
                case 1: line.insert(byte, at: place)
                default: line.remove(at: place)
                }
            }
            mutated.append(line)
        }
        // Another major version would end it.
        mutated.removeAll { !$0.starts(with: Array(#"{"v":"1."#.utf8)) }
        let (records, reader) = try read(Data(mutated.joined(separator: [10])) + [10], faces: true)
        #expect(records.count > 100 && reader.omissions.damagedLines > 1000)
        for record in records {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(mutated[record.line - 1])) }
        }
    }
}
