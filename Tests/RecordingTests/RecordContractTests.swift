import PathModel
import Recording
import TestSupport
import Testing

/// The validator finds what it is there for; otherwise "every line validates" would say nothing.
@Suite struct RecordContractTests {
    @Test(arguments: [
        (#""seq":3"#, #""seq":4"#, "seq is 4; 3 was expected"),
        (#""time":"2024-05-01T12:00:00.067Z""#, #""time":"2024-05-01T11:00:00.067Z""#, "time goes back"),
        (#""time":"2024-05-01T12:00:00.067Z""#, #""time":"2024-05-01T12:00:00Z""#, "$.time"),
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
        #expect(try faults(of: String(session().dropLast())).contains(":9: no newline at the end"))
    }

    @Test func aFileWithoutRecordsIsNotValid() throws {
        #expect(try faults(of: "").contains("no records"))
    }

    @Test func keysThatALaterVersionAddsAreAccepted() throws {
        let later = session().replacing(#","track":1"#, with: #","new":{"a":1},"track":1"#)
        #expect(try faults(of: later).isEmpty)
    }

    private func session() -> String {
        let sink = MemorySink()
        let writer = RecordWriter(sink: sink, feed: "clip.mp4", session: Sample.session, origin: Sample.origin)
        for record in Sample.all { try? writer.write(record) }
        return sink.lines.map { $0 + "\n" }.joined()
    }

    private func faults(of records: String) throws -> String {
        try withTemporaryFolder { folder in
            let path = folder + "/records.jsonl"
            try write(records, to: path)
            do {
                try validateRecords(at: path)
                return ""
            } catch let invalid as InvalidRecords {
                return invalid.description
            }
        }
    }
}
