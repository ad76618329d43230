import Foundation
import PathModel
import Recording
import TestSupport
import Testing

/// The validator finds what it is there for; otherwise "every line validates" would say nothing.
@Suite struct RecordContractTests {
    @Test(arguments: [
        (#""seq":3,"#, #""seq":4,"#, "seq is 4; 3 was expected"),
        (#""time":"2024-05-01T12:00:00.067Z""#, #""time":"2024-05-01T11:00:00.067Z""#, "time goes back"),
        (#""time":"2024-05-01T12:00:00.067Z""#, #""time":"2024-05-01T12:00:00Z""#, "$.time"),
        (#""name":"door","points""#, #""name":"gate","points""#, "no zone door was named"),
        (#""in":1,"out":0,"people":1"#, #""in":2,"out":0,"people":1"#, "counts 2 in, 0 out after 0, 0"),
        (#""action":"leave","cause":"walked_out""#, #""action":"leave""#, "'cause' is a required property"),
        (#""faces":true"#, #""detail":"paths""#, "a path with detail: paths"),
        (#""faces":true"#, #""detail":"counts""#, "a zone with detail: counts"),
        (#""anchor":"feet""#, #""anchor":"knee""#, "'knee' is not one of"),
        (#""points":2,"distance""#, #""points":3,"distance""#, "but 2 were recorded"),
        (#""event":"path_end""#, #""event":"stats""#, "the stream ends before the paths of tracks [1]"),
        (#""event":"path_start""#, #""event":"stats""#, "has not started"),
        (#""confidence":87.65"#, #""confidence":100.01"#, "$.confidence"),
        (#""type":"nose""#, #""type":"Nose""#, "'Nose' is not one of"),
        (#""x":0.025"#, #""x":"0.025""#, "$.face.landmarks[0].x"),
        (#""left":-0.0125,"#, "", "'left' is a required property"),
        (#""left":-0.0125"#, #""left":NaN"#, "NaN is no JSON number"),
        (#""track":1,"#, #""track":1,"track":1,"#, "a key stands twice"),
        (#""decode_errors":1"#, #""decode_errors":1.5"#, "$.decode_errors"),
        ("\n{", "\n\n{", "not JSON"),
    ])
    func aBrokenRecordIsFound(found: String, replacement: String, reason: String) throws {
        let broken = session().replacing(found, with: replacement, maxReplacements: 1)
        #expect(try faults(of: broken).contains(reason))
    }

    @Test func aLineThatIsTooLongIsFound() throws {
        let long = String(repeating: "x", count: 8192)
        #expect(try faults(of: session().replacing("Invalid data", with: long)).contains("at most 8192 are allowed"))
    }

    @Test func aCutOffLineIsFound() throws {
        #expect(try faults(of: String(session().dropLast())).contains(":20: no newline at the end"))
    }

    @Test func aFileWithoutRecordsIsNotValid() throws {
        #expect(try faults(of: "").contains("no records"))
    }

    @Test func keysThatALaterVersionAddsAreAccepted() throws {
        let later = session().replacing(#","track":1"#, with: #","new":{"a":1},"track":1"#)
        #expect(try faults(of: later).isEmpty)
    }

    /// A reader of 1.0 skips events that it doesn't know, as docs/records.md always said, and takes 1.x for 1.0.
    @Test func aReaderOfVersion1_0StillWorks() throws {
        let known = [
            "session_start", "stream_start", "path_start", "path", "path_end", "gap", "stats", "stream_end",
            "session_end",
        ]
        let lines = session().split(separator: "\n").filter { line in
            known.contains { line.contains(#""event":"\#($0)""#) }
        }
        #expect(lines.count == 9)
        let old = lines.enumerated().map { number, line in
            line.replacing(#""v":"1.1""#, with: #""v":"1.0""#)
                .replacing(/"seq":\d+/) { _ in #""seq":\#(number)"# } + "\n"
        }
        let schema = Project.root.appendingPathComponent("Tests/Contract/footpath-records-1.0.schema.json").path
        #expect(try faults(of: old.joined(), schema: schema).isEmpty)
        #expect(try faults(of: session(), schema: schema).contains("'region' is not one of"))
    }

    private func session() -> String {
        let sink = MemorySink()
        let writer = RecordWriter(sink: sink, feed: "clip.mp4", session: Sample.session, origin: Sample.origin)
        for record in Sample.all { _ = try? writer.write(record) }
        return sink.lines.map { $0 + "\n" }.joined()
    }

    private func faults(of records: String, schema: String? = nil) throws -> String {
        try withTemporaryFolder { folder in
            let path = folder + "/records.jsonl"
            try write(records, to: path)
            do {
                try validateRecords(at: path, schema: schema)
                return ""
            } catch let invalid as InvalidRecords {
                return invalid.description
            }
        }
    }
}
