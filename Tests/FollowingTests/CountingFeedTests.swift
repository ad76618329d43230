import Analyzing
import Foundation
import PathModel
import TestSupport
import Testing

@testable import Following

/// What is counted of a camera over its runs and outages.
@Suite(.timeLimit(.minutes(30))) struct CountingFeedTests {
    /// Somebody stands in the whole frame's zone whenever there is a picture; nobody comes over the line.
    private static let layout = CountingLayout(
        zones: [Zone(name: "all", polygon: Polygon(.frame))],
        lines: [CountingLine(name: "far", polyline: Polyline([Point(x: 0.9, y: 0), Point(x: 0.9, y: 1)]))],
        interval: 10)

    /// Pictures for 20 s, then none for 40 s or so, three times.
    private func feed() throws -> SimulatedFeed {
        try SimulatedFeed(statsInterval: 1, layout: Self.layout) { connection in
            var script = ScriptedCamera.Script()
            (script.interval, script.frames) = (0.2, connection % 3 == 0 ? 100 : 0)
            script.opensAfter = connection % 3 == 0 ? 1 : 15
            return script
        }
    }

    private func counts(_ records: [PathRecord]) -> [IntervalCounts] {
        records.compactMap { if case .counts(let counts) = $0.event { counts } else { nil } }
    }

    @Test func whatIsNotObservedIsNotZero() throws {
        let feed = try feed()
        try feed.run(seconds: 150)
        let counts = counts(feed.records)
        #expect(counts.first?.from == Timestamp(microseconds: 0), "from the session's start")
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $0.to == $1.from }, "without a break")
        #expect(counts.allSatisfy { $0.to.seconds(since: $0.from) <= 10 })
        let blind = counts.filter { $0.observed == 0 }
        #expect(blind.count >= 4 && blind.allSatisfy { $0.zones.allSatisfy { $0.most == nil && $0.entered == 0 } })
        // A whole interval of pictures, 5 a second and no more, is wholly observed.
        #expect(counts.contains { $0.observed == 1 && $0.to.seconds(since: $0.from) == 10 })
        let observed = counts.reduce(0) { $0 + $1.observed * $1.to.seconds(since: $1.from) }
        #expect(abs(observed - feed.driver.session.status.observedSeconds) < 0.1)
        let seen = feed.records.compactMap { if case .path(let point) = $0.event { point } else { nil } }
        #expect(abs(observed - 0.2 * Double(seen.count)) < 1)
    }

    @Test(arguments: [30.0, 37, 160]) func anOutageInWhichTheSessionEndsIsWritten(seconds: Double) throws {
        let feed = try feed()
        try feed.run(seconds: seconds)
        let counts = counts(feed.records)
        let last = try #require(counts.last)
        #expect(last.observed == 0 && abs(last.to.seconds(since: Timestamp(microseconds: 0)) - seconds) < 1)
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $0.to == $1.from && $0.from < $0.to }, "\(counts)")
    }

    @Test func countersGoOnOverReconnectionsAndNobodyIsLeftBehind() throws {
        let feed = try feed()
        try feed.run(seconds: 150)
        let status = feed.driver.session.status
        #expect(status.runs >= 2)
        let zone = try #require(status.regions.zones.first)
        #expect(zone.entered == status.runs && zone.people == 0)
        #expect(status.regions.lines.map { [$0.inward, $0.outward] } == [[0, 0]])
        #expect(status.regions.observed != nil)
        let changes = feed.records.compactMap { if case .zone(let change) = $0.event { change } else { nil } }
        #expect(changes.count == 2 * status.runs)
        for (enter, leave) in zip(changes, changes.dropFirst()).enumerated().filter({ $0.offset % 2 == 0 }).map(
            \.element)
        {
            guard case .enter(appeared: true) = enter.action, case .leave(.streamEnd, _) = leave.action else {
                Issue.record("\(enter), \(leave)")
                continue
            }
            #expect(enter.people == 1 && leave.people == 0 && enter.track == leave.track)
        }
    }

    @Test func regionsAreNamedAtTheStartOfASession() throws {
        let feed = try feed()
        try feed.run(seconds: 5)
        let first = feed.records.prefix(4).map(\.event)
        guard case .sessionStart = first[0], case .region(let zone) = first[1], case .region(let line) = first[2] else {
            Issue.record("\(first)")
            return
        }
        #expect(zone.kind == .zone && zone.name == "all" && zone.anchor == .feet && line.kind == .line)
    }

    @Test func aTallyGoesOnFromTheOneBefore() {
        var before = RegionTally(Self.layout)
        let enter = ZoneChange(track: 1, name: "all", action: .enter(appeared: false), people: 1)
        before.take(PathRecord(time: Timestamp(microseconds: 0), event: .zone(enter)))
        var now = RegionTally(Self.layout)
        now.add(before)
        now.take(PathRecord(time: Timestamp(microseconds: 0), event: .zone(enter)))
        #expect(now.zones.map(\.entered) == [2] && now.zones.map(\.people) == [1])
    }
}
