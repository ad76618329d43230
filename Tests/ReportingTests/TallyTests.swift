import Foundation
import Reading
import Recording
import TestSupport
import Testing

@testable import Reporting

@Suite struct TallyTests {
    /// Lines of one session, numbered from 0; times in seconds after 2026-03-01T00:00:00Z, or after 1970.
    struct Lines {
        var feed = "door", session = "s"
        /// Seconds since 1970.
        var zero = 1_772_323_200.0
        private(set) var texts: [String] = []

        init(feed: String = "door", session: String = "s") {
            (self.feed, self.session) = (feed, session)
        }

        func stamp(_ seconds: Double) -> String {
            UTCTime(milliseconds: Int64(((zero + seconds) * 1000).rounded())).description
        }

        mutating func add(_ event: String, _ seconds: Double, _ keys: String = "") {
            texts.append(
                #"{"v":"1.1","event":"\#(event)","feed":"\#(feed)","session":"\#(session)","seq":\#(texts.count),"#
                    + #""time":"\#(stamp(seconds))"\#(keys.isEmpty ? "" : ",")\#(keys)}"#)
        }

        mutating func stream(_ seconds: Double) {
            add(
                "stream_start", seconds,
                #""run":1,"frame_width":1280,"frame_height":720,"clock":"file","time_origin":"option","source":"x""#)
        }

        /// A point every second from `start` to `end`, standing at `x`.
        mutating func path(_ track: Int, _ start: Int, _ end: Int, x: Double = 0.5) {
            let box = #""box":{"left":\#(x - 0.05),"top":0.2,"width":0.1,"height":0.5}"#
            add(
                "path_start", Double(start),
                #""track":\#(track),"frame":0,"pts_ms":\#(start * 1000),\#(box),"entry":"left""#)
            for second in start...end {
                add("path", Double(second), #""track":\#(track),"frame":\#(second),"pts_ms":\#(second * 1000),\#(box)"#)
            }
            add(
                "path_end", Double(end),
                #""track":\#(track),"cause":"lost","start":"\#(stamp(Double(start)))","end":"\#(stamp(Double(end)))","#
                    + #""points":\#(end - start + 1),"distance":0,"mean_speed":0,"entry":"left","exit":"inside""#)
        }
    }

    /// Of files of these lines, read in this order.
    private func report(_ files: [String]...) throws -> Report { try report(files) }

    private func report(_ files: [[String]]) throws -> Report {
        var all = Tally()
        let folder = try TemporaryFolder()
        for (index, lines) in files.enumerated() {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(fileURLWithPath: folder.path("\(index)")))
            try all.take(RecordReader(path: folder.path("\(index)")))
        }
        return Report(all, time: .utc, version: "0")
    }

    @Test func peopleAreCountedByTheirPaths() throws {
        var lines = Lines()
        lines.stream(0)
        lines.path(1, 0, 10)
        lines.path(2, 5, 15)
        lines.add("stream_end", 20, #""reason":"end_of_file""#)
        let report = try report(lines.texts)
        let feed = try #require(report.summary.feeds.first)
        #expect(feed.paths == 2 && feed.points == 22 && feed.faces == 0 && feed.unfinishedPaths == 0)
        #expect(feed.peopleMean == 1 && feed.peopleMost == 2)
        #expect(feed.observedSeconds == 20 && feed.unobservedSeconds == 0 && feed.pathSeconds?.mean == 10)
        #expect(report.feeds[0].heat?.total == 20)
        let people = try #require(report.feeds[0].people)
        #expect(people.width == 1 && people.labels[0] == "2026-03-01 00:00:00" && people.labels.count == 20)
        #expect(people.series[0].values == (0..<20).map { $0 < 5 || $0 >= 10 && $0 < 15 ? 1 : $0 < 10 ? 2 : 0 })
        #expect(report.rows.map(\.track) == [1, 2] && report.rows[1].seconds == 10)
    }

    @Test func severalCamerasAreSummedAndKnownInPartWhereOneWasNotWatched() throws {
        var door = Lines(), yard = Lines(feed: "yard", session: "y"), undated = Lines(feed: "old", session: "o")
        door.stream(0)
        door.path(1, 0, 10)
        door.path(2, 5, 15)
        door.add("stream_end", 20, #""reason":"end_of_file""#)
        yard.stream(10)
        yard.path(1, 10, 20)
        yard.add("stream_end", 40, #""reason":"end_of_file""#)
        undated.zero = 0
        undated.stream(0)
        undated.path(1, 0, 10)
        let report = try report(door.texts, yard.texts, undated.texts)
        let people = try #require(report.together?.people)
        let wanted: [Double] = (0..<40).map { $0 < 5 ? 1 : $0 < 15 ? 2 : $0 < 20 ? 1 : 0 }
        #expect(people.series.map(\.name) == ["mean"] && people.series[0].values == wanted)
        #expect(people.observed == (0..<40).map { $0 >= 10 && $0 < 20 ? 1 : 0.5 })
        let flow = try #require(report.together?.flows.first)
        #expect(flow.series.map { $0.values.reduce(0) { $0 + ($1 ?? 0) } } == [3, 3])
        let all = try #require(report.summary.together)
        #expect(all.paths == 3 && all.points == 33 && all.observedSeconds == 50 && all.unobservedSeconds == 30)
        let means = report.summary.feeds.prefix(2).compactMap(\.peopleMean)
        #expect(all.peopleMean == means.reduce(0, +).toThousandths && all.peopleMost == nil)
        #expect(all.pathSeconds?.count == 3 && all.pathSeconds?.mean == 10)
        #expect(report.feeds.count == 3)
        let alone = try self.report(door.texts, undated.texts)
        #expect(alone.summary.together == nil && alone.together == nil)
    }

    @Test func whatWasNotWatchedIsUnknownNotZero() throws {
        var lines = Lines(), next = Lines(session: "t")
        lines.stream(0)
        lines.path(1, 0, 10)
        lines.add("gap", 40, #""from":"\#(lines.stamp(10))","to":"\#(lines.stamp(40))","reason":"stalled""#)
        lines.path(2, 40, 50)
        lines.add("stream_end", 50, #""reason":"interrupted""#)
        next.stream(80)
        next.path(1, 80, 90)
        // It was cut off: no end.
        let report = try report(lines.texts, next.texts)
        let feed = report.summary.feeds[0]
        #expect(feed.sessions == 2 && feed.paths == 3)
        #expect(feed.observedSeconds == 30 && feed.unobservedSeconds == 60 && feed.gaps.seconds == 30)
        let people = try #require(report.feeds[0].people)
        #expect(people.series[0].values[20] == nil && people.observed[20] == 0)
        #expect(people.series[0].values[45] == 1 && people.observed[45] == 1)
        #expect(people.series[0].values[60] == nil)
        #expect(report.feeds[0].gaps.map(\.reason) == ["stalled", "between sessions"])
    }

    private func counts(_ lines: Lines, _ minute: Int, observed: Double, entered: Int, inward: Int) -> String {
        let (from, to) = (lines.stamp(Double(minute) * 60), lines.stamp(Double(minute) * 60 + 60))
        let people = observed > 0 ? #""people_min":0,"people_max":2,"people_mean":0.5,"# : ""
        let dwell = entered > 0 ? #","dwell_ms_mean":4000"# : ""
        return #""from":"\#(from)","to":"\#(to)","interval_ms":60000,"observed_share":\#(observed),"#
            + #""zones":[{"name":"till",\#(people)"entered":\#(entered),"left":\#(entered)\#(dwell)}],"#
            + #""lines":[{"name":"gate","in":\#(inward),"out":0,"people":\#(inward)}]"#
    }

    /// The same minutes, told with and without single people.
    @Test func countsAreTheSameWhateverIsWritten() throws {
        var whole = Lines(), bare = Lines(session: "b")
        for withPeople in [true, false] {
            var lines = withPeople ? whole : bare
            lines.add("session_start", 0, #""settings":{"detail":"\#(withPeople ? "points" : "counts")"}"#)
            lines.stream(0)
            if withPeople {
                lines.path(1, 10, 14)
                lines.add(
                    "zone", 10, #""track":1,"name":"till","action":"enter","pts_ms":0,"people":1,"appeared":true"#)
                lines.add(
                    "zone", 14, #""track":1,"name":"till","action":"leave","pts_ms":0,"people":0,"dwell_ms":4000"#)
                lines.add("line", 12, #""track":1,"name":"gate","direction":"in","pts_ms":0,"in":1,"out":0,"people":1"#)
            }
            lines.add("counts", 61, counts(lines, 0, observed: 1, entered: 1, inward: 1))
            lines.add("counts", 121, counts(lines, 1, observed: 0, entered: 0, inward: 0))
            lines.add("counts", 181, counts(lines, 2, observed: 0.5, entered: 0, inward: 0))
            if withPeople { whole = lines } else { bare = lines }
        }
        let feeds = try [report(whole.texts), report(bare.texts)].map { $0.summary.feeds[0] }
        for feed in feeds {
            #expect(feed.lines[0].in == 1 && feed.lines[0].out == 0)
            #expect(feed.zones[0].entered == 1 && feed.zones[0].left == 1 && feed.zones[0].dwellSeconds?.mean == 4)
            #expect(feed.zones[0].peopleMean == 0.5 && feed.zones[0].peopleMost == 2)
            #expect(feed.observedSeconds == 90 && feed.unobservedSeconds == 90)
        }
        #expect(feeds[0].paths == 1 && feeds[0].lines[0].people == 1 && feeds[0].zones[0].dwellSeconds?.median != nil)
        // What isn't there is missing, not 0.
        #expect(feeds[1].detail == ["counts"] && feeds[1].paths == nil && feeds[1].points == nil)
        #expect(
            feeds[1].lines[0].people == nil && feeds[1].peopleMean == nil
                && feeds[1].zones[0].dwellSeconds?.median == nil)
    }

    /// A damaged or made-up file adds up to nothing that doesn't fit.
    @Test func absurdNumbersAreNoNumbers() throws {
        var lines = Lines()
        lines.stream(0)
        for minute in 0..<20 {
            let text = counts(lines, minute, observed: 1, entered: 0, inward: 0)
            lines.add(
                "counts", Double(minute) * 60 + 61,
                text.replacing(#""entered":0"#, with: #""entered":900000000000000000"#)
                    .replacing(#""people_mean":0.5"#, with: #""people_mean":1e308"#)
                    .replacing(#""in":0"#, with: #""in":1e18"#))
        }
        lines.add(
            "path_start", 1300,
            #""track":1,"frame":0,"pts_ms":-999999999999999999,"box":{"left":0,"top":0,"width":0,"height":0}"#)
        let report = try report(lines.texts)
        #expect(report.summary.feeds[0].zones[0].entered == 0 && report.summary.feeds[0].lines[0].in == 0)
        #expect(report.summary.json.count > 100)
    }

    @Test func whatTwoFilesHaveCountsOnce() throws {
        var lines = Lines()
        lines.stream(0)
        lines.path(1, 0, 10)
        lines.path(2, 20, 30)
        let half = Array(lines.texts.prefix(15))
        let report = try report(half, lines.texts)
        #expect(report.summary.feeds[0].paths == 2 && report.summary.feeds[0].points == 22)
        #expect(report.summary.files.map(\.repeatedRecords) == [0, 15])
        #expect(report.summary.total.records == lines.texts.count)
    }

    /// Rotated files, a copy of one of them, and one stream of both in the wrong order.
    @Test func partsOfASessionCountOnceInAnyOrder() throws {
        var lines = Lines()
        lines.stream(0)
        lines.path(1, 0, 10)
        lines.path(2, 20, 30)
        let (first, second) = (Array(lines.texts.prefix(15)), Array(lines.texts.dropFirst(15)))
        for files in [[first, second], [second, first, first], [second + first]] {
            let summary = try report(files).summary
            #expect(summary.feeds[0].points == 22 && summary.total.records == lines.texts.count)
            #expect(summary.files.map(\.missingLines).allSatisfy { $0 == 0 })
        }
        let torn = try report([first.dropLast(3) + second]).summary
        #expect(torn.files[0].missingLines == 3 && torn.text.contains("3 lines that aren't there, by seq"))
    }

    @Test func aFileWhosePicturesChangeIsOneRecording() throws {
        var lines = Lines()
        lines.add("session_start", 0, #""version":"1""#)
        lines.zero = 0
        for start in [0, 20] {
            lines.stream(Double(start))
            lines.path(1, start, start + 10)
            lines.add("stream_end", Double(start) + 10, #""reason":"format_change""#)
        }
        let feed = try report(lines.texts).summary.feeds[0]
        #expect(feed.recordings == 1 && feed.peopleMost == 1)
    }

    /// Whoever's leaving is told late was in the zone for no longer than the counts say.
    @Test func theMostInAZoneIsWhatCountsSay() throws {
        var lines = Lines()
        lines.add("session_start", 0, #""version":"1""#)
        lines.stream(0)
        for (people, at) in [(1, 1.0), (2, 2), (3, 4)] {
            lines.add("zone", at, #""track":\#(people),"name":"till","action":"enter","pts_ms":0,"people":\#(people)"#)
        }
        lines.add("zone", 3, #""track":1,"name":"till","action":"leave","pts_ms":0,"people":2,"dwell_ms":2000"#)
        #expect(try report(lines.texts).summary.feeds[0].zones[0].peopleMost == 3)
        lines.add("counts", 61, counts(lines, 0, observed: 1, entered: 1, inward: 0))
        #expect(try report(lines.texts).summary.feeds[0].zones[0].peopleMost == 2)
    }

    /// A camera whose recordings are files: when the program ran says nothing of them.
    @Test(arguments: [0.0, 1_772_323_200]) func recordingsHaveTheirOwnTime(zero: Double) throws {
        var lines = Lines()
        lines.zero = 1_800_000_000
        lines.add("session_start", 0, #""version":"1""#)
        lines.add("stats", 1, #""people":0"#)
        lines.zero = zero
        for _ in 0..<2 {
            lines.stream(0)
            lines.path(1, 0, 10)
            lines.add("stream_end", 10, #""reason":"end_of_file""#)
        }
        lines.zero = 1_800_000_000
        lines.add("stats", 60, #""people":0"#)
        lines.add("session_end", 61)
        // The program is started once more, and nothing comes.
        var idle = Lines(session: "idle")
        idle.zero = 1_800_000_100
        idle.add("session_start", 0, #""version":"1""#)
        idle.add("session_end", 9)
        let summary = try report([lines.texts, idle.texts]).summary
        #expect(summary.feeds.count == 1 && summary.feeds[0].unobservedSeconds == 0)
        #expect(summary.feeds[0].recordings == (zero == 0 ? 2 : nil))
        #expect((summary.feeds[0].peopleMost == nil) == (zero == 0))
    }

    @Test func zonesBeyondThoseThatAreKeptAreLeftOut() throws {
        var lines = Lines()
        lines.stream(0)
        for zone in 0..<510 {
            lines.add("zone", 1, #""track":1,"frame":1,"pts_ms":1000,"name":"z\#(zone)","action":"enter","people":1"#)
        }
        let summary = try report([lines.texts]).summary
        #expect(summary.feeds[0].zones.allSatisfy { $0.entered == 1 } && summary.feeds[0].zones.count == 500)
        #expect(summary.text.contains("more than 500 zones or lines"))
    }

    @Test func pathsWithoutAnEndAreCountedAndSaid() throws {
        var lines = Lines()
        lines.stream(0)
        lines.path(1, 0, 10)
        let report = try report(Array(lines.texts.dropLast()))
        #expect(report.summary.feeds[0].paths == 1 && report.summary.feeds[0].unfinishedPaths == 1)
        #expect(report.rows[0].cause == "unfinished" && report.rows[0].seconds == 10)
    }

    @Test func emptyFilesOnePointAndNobody() throws {
        #expect(try report([]).summary.feeds.isEmpty)
        #expect(try report([]).summary.text.contains("No records"))
        var nobody = Lines()
        nobody.stream(0)
        nobody.add("stream_end", 60, #""reason":"end_of_file""#)
        let empty = try report(nobody.texts)
        #expect(empty.summary.feeds[0].paths == 0 && empty.summary.feeds[0].peopleMean == 0)
        #expect(empty.summary.text.contains("nobody was seen") && empty.summary.text.contains("no zones or lines"))
        var point = Lines()
        point.stream(0)
        point.path(1, 0, 0)
        let one = try report(point.texts)
        #expect(one.summary.feeds[0].points == 1 && one.feeds[0].trails[0].points == [500, 700])
        #expect(one.feeds[0].people?.labels.count == 1)
    }

    @Test func manyPathsAreSampledAndTheTotalsExact() throws {
        var tally = Tally()
        var lines = Lines()
        lines.stream(0)
        for track in 1...12_000 { lines.path(track, track, track + 1, x: Double(track % 10) / 10) }
        let folder = try TemporaryFolder()
        try Data(lines.texts.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: folder.path("a")))
        try tally.take(RecordReader(path: folder.path("a")))
        let report = Report(tally, time: .utc, version: "0")
        #expect(report.rows.count == 5000 && report.rowCount == 12_000 && report.summary.feeds[0].paths == 12_000)
        #expect(report.feeds[0].trails.count == 300 && report.feeds[0].trailCount == 12_000)
        // Evenly: each half of the time has about half of the rows.
        #expect(abs(report.rows.count { $0.track <= 6000 } - 2500) < 200)
    }
}
