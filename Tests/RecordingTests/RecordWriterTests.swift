import Foundation
import PathModel
import Recording
import Testing

@Suite struct RecordWriterTests {
    @Test func everyEventIsWrittenByteForByte() throws {
        let sink = MemorySink()
        let writer = RecordWriter(sink: sink, feed: "clip.mp4", session: Sample.session, origin: Sample.origin)
        for record in Sample.all { try writer.write(record) }
        #expect(sink.lines == golden)
    }

    @Test func whatNobodyKnowsIsLeftOut() throws {
        let sink = MemorySink()
        let writer = RecordWriter(sink: sink, feed: "f", session: Sample.session, origin: 0)
        try writer.write(
            Sample.record(
                0,
                .streamStart(
                    StreamStart(
                        run: 2, codec: "gif", container: "gif", frameSize: PixelSize(width: 1, height: 1),
                        frameRate: nil, durationMilliseconds: nil, pixelFormat: "bgra", colorRange: "unknown",
                        clock: .estimated, timeOrigin: .epoch, source: "-"))))
        let zero = Timestamp(microseconds: 0)
        try writer.write(Sample.record(0, .gap(Gap(from: zero, to: zero, reason: .overload, framesLost: nil))))
        try writer.write(
            Sample.record(
                0,
                .pathEnd(
                    PathEnd(
                        track: 1, cause: .lost, start: zero, end: zero, points: 1, distance: 0, entry: .inside,
                        exit: .inside, bestFaceConfidence: nil))))
        try writer.write(
            Sample.record(
                0,
                .streamEnd(StreamEnd(reason: .endOfFile, message: nil, frames: 1, analyzed: 1, decodeErrors: 0))))
        let unknown = ["frame_rate", "frames_lost", "best_face_confidence", "message", "null"]
        #expect(!sink.lines[0].contains("duration_ms"))
        for key in unknown { #expect(!sink.lines.contains { $0.contains(key) }) }
        #expect(sink.lines[2].contains(#""duration_ms":0,"points":1,"distance":0,"mean_speed":0,"#))
    }

    @Test func sequenceGoesOnOverSessionsOfOneOutputAndSkipsNothingThatFailed() throws {
        let sink = MemorySink()
        let output = NumberedSink(sink: sink)
        for feed in ["a.mp4", "b.mp4"] {
            let writer = RecordWriter(output: output, feed: feed, session: Sample.session, origin: 0)
            try writer.write(Sample.path)
            sink.refusal = .noSpace(path: "disk")
            #expect(throws: RecordingError.noSpace(path: "disk")) { try writer.write(Sample.path) }
            sink.refusal = nil
            try writer.write(Sample.path)
        }
        let sequences = sink.lines.compactMap { $0.firstMatch(of: /"seq":(\d+)/)?.output.1 }
        #expect(sequences == ["0", "1", "2", "3"])
    }

    @Test func onlyLiveLinesSayWhenTheyWereMade() throws {
        let sink = MemorySink()
        let writer = RecordWriter(
            sink: sink, feed: "door", session: Sample.session, origin: Sample.origin,
            observed: { Sample.origin + 250 })
        try writer.write(Sample.sessionEnd)
        #expect(
            sink.lines[0].contains(
                #""time":"2024-05-01T12:00:01.200Z","observed":"2024-05-01T12:00:00.250Z","analyzed":35"#))
    }

    @Test func negativeTimesAndOriginsBeyondTheCalendarAreWritten() throws {
        let sink = MemorySink()
        try RecordWriter(sink: sink, feed: "f", session: Sample.session, origin: 0)
            .write(Sample.record(-1500, Sample.sessionEnd.event))
        try RecordWriter(sink: sink, feed: "f", session: Sample.session, origin: .max)
            .write(Sample.record(0, Sample.sessionEnd.event))
        #expect(sink.lines[0].contains(#""time":"1969-12-31T23:59:59.998Z""#))
        #expect(sink.lines[1].contains(#""time":"9999-12-31T23:59:59.999Z""#))
    }

    @Test func longTextsAreCutSoThatALineFits() throws {
        let sink = MemorySink()
        let long = String(repeating: "\u{1}\"人", count: 5_000)
        let writer = RecordWriter(sink: sink, feed: long, session: long, origin: 0)
        try writer.write(
            Sample.record(
                0,
                .streamEnd(StreamEnd(reason: .decodeError, message: long, frames: 1, analyzed: 1, decodeErrors: 1))))
        try writer.write(
            Sample.record(
                0,
                .sessionStart(
                    SessionStart(
                        version: long, models: [.init(name: long, sha256: long)],
                        settings: (0..<40).map { .init("setting_\($0)", .text(long)) }))))
        #expect(sink.lines.allSatisfy { $0.utf8.count < RecordWriter.maximumLineBytes })
        let feeds = try sink.lines.map { try #require($0.firstMatch(of: /"feed":"(.*?…)"/)).output.1 }
        #expect(feeds[0] == feeds[1] && feeds[0].utf8.count > 240 && feeds[0].utf8.count <= 256)
        let message = try #require(sink.lines[0].firstMatch(of: /"message":"(.*?…)"/)).output.1
        #expect(message.utf8.count > 1008 && message.utf8.count <= 1024)
    }

    @Test func aLineThatCannotBeCutIsRefusedAndTheNextOneWritten() throws {
        let sink = MemorySink()
        let writer = RecordWriter(sink: sink, feed: "f", session: Sample.session, origin: 0)
        let settings = (0..<1_000).map { SessionStart.Setting("setting_\($0)", .flag(true)) }
        let error = #expect(throws: RecordingError.self) {
            try writer.write(
                Sample.record(0, .sessionStart(SessionStart(version: "0", models: [], settings: settings))))
        }
        guard case .lineTooLong("session_start", let bytes) = error else {
            Issue.record("not lineTooLong: \(String(describing: error))")
            return
        }
        #expect(bytes > RecordWriter.maximumLineBytes)
        try writer.write(Sample.path)
        #expect(sink.lines.count == 1 && sink.lines[0].contains(#""seq":0,"#))
    }

    private var golden: [String] {
        let face =
            #"{"box":{"left":0.02,"top":0.26,"width":0.03,"height":0.06},"confidence":90,"landmarks":["#
            + #"{"type":"eyeLeft","x":0.025,"y":0.275},{"type":"eyeRight","x":0.026,"y":0.275},"#
            + #"{"type":"nose","x":0.027,"y":0.275},{"type":"mouthLeft","x":0.028,"y":0.275},"#
            + #"{"type":"mouthRight","x":0.029,"y":0.275}],"#
            + #""pose":{"roll":-3.25,"yaw":12.5,"pitch":0.13},"quality":{"brightness":61.5,"sharpness":42}}"#
        let box = #""box":{"left":-0.0125,"top":0.25,"width":0.12346,"height":0.5}"#
        let sha256 = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
        return [
            envelope("session_start", 0, "00.000")
                + #""version":"0.1.0","shard":"2/5","models":[{"name":"footpath-person.onnx","sha256":"\#(sha256)"}],"#
                + #""settings":{"confidence":50,"fps":12.5,"input_size":"448x256","faces":true}}"#,
            envelope("region", 1, "00.000")
                + #""kind":"zone","name":"door","points":[[0,0.5],[0.25,0.5],[0.25,1],[0,1]],"anchor":"feet"}"#,
            envelope("region", 2, "00.000")
                + #""kind":"line","name":"</b> \"é","points":[[0.12346,0],[1,1]],"anchor":"head"}"#,
            envelope("region", 3, "00.000") + #""kind":"mask","points":[[0,0],[1,0],[1,1]]}"#,
            envelope("stream_start", 4, "00.000")
                + #""run":1,"codec":"h264","container":"mov,mp4,m4a,3gp,3g2,mj2","frame_width":768,"#
                + #""frame_height":432,"frame_rate":29.97003,"duration_ms":46513,"pixel_format":"yuv420p","#
                + #""color_range":"tv","clock":"file","time_origin":"option","source":"clip.mp4"}"#,
            envelope("path_start", 5, "00.033") + #""track":1,"frame":1,"pts_ms":33,\#(box),"entry":"left"}"#,
            envelope("path", 6, "00.033")
                + #""track":1,"frame":1,"pts_ms":33,\#(box),"confidence":87.65,"source":"measured","#
                + #""face_pts_ms":33,"face":\#(face)}"#,
            envelope("path", 7, "00.067")
                + #""track":1,"frame":2,"pts_ms":67,"time_estimated":true,\#(box),"confidence":87.65,"#
                + #""source":"predicted"}"#,
            envelope("zone", 8, "00.040")
                + #""track":1,"name":"door","action":"enter","appeared":true,"pts_ms":40,"people":1}"#,
            envelope("line", 9, "00.050")
                + #""track":1,"name":"</b> \"é","direction":"in","place":{"x":0.5,"y":0.25},"pts_ms":50,"#
                + #""in":1,"out":0,"people":1}"#,
            envelope("zone", 10, "00.055")
                + #""track":1,"name":"door","action":"loiter","state":"begin","dwell_ms":15,"pts_ms":55,"people":1}"#,
            envelope("crowd", 11, "00.056") + #""name":"door","state":"begin","pts_ms":56,"people":1}"#,
            envelope("zone", 12, "00.058")
                + #""track":1,"name":"door","action":"loiter","state":"end","dwell_ms":18,"pts_ms":58,"people":0}"#,
            envelope("zone", 13, "00.058")
                + #""track":1,"name":"door","action":"leave","cause":"walked_out","dwell_ms":18,"pts_ms":58,"people":0}"#,
            envelope("crowd", 14, "00.060")
                + #""name":"door","state":"end","duration_ms":4,"pts_ms":60,"people":0}"#,
            envelope("path_end", 15, "01.100")
                + #""track":1,"cause":"left_frame","start":"2024-05-01T12:00:00.033Z","#
                + #""end":"2024-05-01T12:00:00.067Z","duration_ms":34,"points":2,"distance":0.0125,"#
                + #""mean_speed":0.37463,"entry":"left","exit":"right","#
                + #""zones":[{"name":"door","dwell_ms":18,"entries":1}],"#
                + #""lines":[{"name":"</b> \"é","in":1,"out":0}],"best_face_confidence":98.77}"#,
            envelope("gap", 16, "01.200")
                + #""from":"2024-05-01T12:00:01.100Z","to":"2024-05-01T12:00:01.200Z","reason":"decode_error","#
                + #""frames_lost":3}"#,
            envelope("counts", 17, "01.200")
                + #""from":"2024-05-01T12:00:00.000Z","to":"2024-05-01T12:00:01.200Z","interval_ms":1200,"#
                + #""observed_share":0.91667,"zones":[{"name":"door","people_min":0,"people_max":1,"people_mean":0.015,"#
                + #""entered":1,"left":1,"dwell_ms_mean":18}],"lines":[{"name":"</b> \"é","in":1,"out":0,"people":1}]}"#,
            envelope("stream_end", 18, "01.200")
                + #""reason":"decode_error","message":"Invalid data found when processing input","frames":36,"#
                + #""analyzed":35,"decode_errors":1}"#,
            envelope("session_end", 19, "01.200") + #""analyzed":35,"paths":1,"points":2,"faces":1}"#,
        ]
    }

    private func envelope(_ event: String, _ sequence: Int, _ seconds: String) -> String {
        #"{"v":"1.1","event":"\#(event)","feed":"clip.mp4","session":"11111111-2222-3333-4444-555555555555","#
            + #""seq":\#(sequence),"time":"2024-05-01T12:00:\#(seconds)Z","#
    }
}
