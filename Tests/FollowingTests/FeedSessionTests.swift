import Analyzing
import Capturing
import Decoding
import Foundation
import Inference
import PathModel
import TestSupport
import Testing
import Waiting

@testable import Following

@Suite(.timeLimit(.minutes(30))) struct FeedSessionTests {
    private func script(
        frames: Int, interval: Double = 0.2, _ change: (inout ScriptedCamera.Script) -> Void = { _ in }
    ) -> ScriptedCamera.Script {
        var script = ScriptedCamera.Script()
        (script.frames, script.interval) = (frames, interval)
        change(&script)
        return script
    }

    @Test func aMonthOfAFailingCamera() throws {
        let feed = try SimulatedFeed { connection in
            var script = ScriptedCamera.Script()
            script.interval = 0.5
            // Good for a while, then a while of short runs, of refusals, of silence, and a clock that is set.
            switch connection % 12 {
            case 0: script.frames = 60
            case 1...6: script.frames = connection % 4
            case 7, 8: script.opensAfter = 15
            case 9: (script.frames, script.error) = (4, .stalled(source: "camera", reason: "silent"))
            case 10: (script.frames, script.clockStepAt) = (20, 10)
            default: (script.frames, script.isAhead) = (8, 2)
            }
            return script
        }
        try feed.run(seconds: 30 * 86400 + 1)

        #expect(feed.sink.isWhole && feed.sink.count > 100_000)
        let status = feed.driver.session.status
        #expect(feed.camera.opened > 5000 && status.runs > 3000 && status.failures > 5000)
        // A gap before each run but the first.
        #expect(status.gaps.values.reduce(0, +) == status.runs - 1)
        #expect(Set(status.gaps.keys) == [.disconnected, .stalled, .clockChanged])
        // What it holds grows with people and frames at work, not with time.
        #expect(feed.sizes.count == 30)
        #expect(feed.sizes.allSatisfy { $0 < 2000 }, "\(feed.sizes)")
        #expect(status.state == .stopped)
    }

    @Test func aGapReachesFromTheLastPictureToTheNext() throws {
        let feed = try SimulatedFeed { _ in script(frames: 5) }
        try feed.run(seconds: 100)
        var last: Timestamp?
        for record in feed.records {
            switch record.event {
            case .path: last = record.time
            case .gap(let gap): #expect(gap.from == last && gap.to == record.time && gap.reason == .disconnected)
            case .streamStart(let start) where start.run > 1: #expect(feed.gaps.map(\.to).contains(record.time))
            default: break
            }
        }
        #expect(feed.gaps.count == feed.driver.session.status.runs - 1 && feed.gaps.count > 3)
    }

    @Test func aSessionEndsNotBeforeItsLastPictureThoughTheCamerasClockIsAhead() throws {
        let feed = try SimulatedFeed { _ in script(frames: 1000) { $0.isAhead = 2 } }
        try feed.run(seconds: 30)
        let (end, before) = (try #require(feed.records.last), feed.records.dropLast())
        guard case .sessionEnd = end.event else {
            Issue.record("\(end.event)")
            return
        }
        #expect(before.count > 100 && before.allSatisfy { $0.time <= end.time })
    }

    @Test func whatIsOfAnOlderRunIsDropped() throws {
        var session = FeedSession(
            FeedSettings(name: "a", source: .camera(.live), options: AnalysisOptions()),
            start: SessionStart(version: "1", models: [], settings: []), jitter: { 1 })
        var now = Moment(utc: 0, monotonic: .zero)
        func opened(_ effects: [FeedEffect]) -> [Int] {
            effects.compactMap { if case .open(_, let run) = $0 { run } else { nil } }
        }
        let first = opened(session.take(.begin, at: now))
        #expect(first == [1])
        let end = SourceEvent.ended(.stalled(source: "a", reason: "b"), SourceCounts())
        _ = session.take(.source(end, run: 1), at: now)
        #expect(session.status.state == .waiting && session.status.failures == 1)
        let late = session.take(.source(end, run: 1), at: now)
        #expect(late.isEmpty, "it has ended already")
        now.monotonic += .seconds(1)
        let second = opened(session.take(.woke, at: now))
        #expect(second == [2])
        for stale in [
            FeedMessage.source(end, run: 1), .worker(.failed(.failed(network: "n", reason: "r")), run: 1),
            .worker(.detected(number: 0, people: []), run: 1),
        ] {
            let effects = session.take(stale, at: now)
            #expect(effects.isEmpty)
        }
        #expect(session.status.failures == 1 && session.status.state == .opening)
    }

    @Test func aClockThatIsSetBackAtTheMachineChangesNoWait() throws {
        let feed = try SimulatedFeed { _ in script(frames: 10) }
        feed.clock.after(8.5) { [clock = feed.clock] in clock.setUTC(bySeconds: -7200) }
        try feed.run(seconds: 300)
        // 1 s until it opens, 2 s of pictures and a pause that grows to a minute: all by the monotonic clock.
        #expect((7...12).contains(feed.camera.opened))
        #expect(feed.gaps.contains { $0.reason == .clockChanged && $0.to <= $0.from })
    }

    @Test func whatACameraSendsAgainIsCountedAndNotRecorded() throws {
        // The second connection begins with pictures from before the first one broke off, all at once.
        let feed = try SimulatedFeed { connection in
            script(frames: connection == 0 ? 20 : 200) {
                $0.buffered = connection == 0 ? 0 : 60
                $0.ends = connection == 0
            }
        }
        try feed.run(seconds: 60)
        let status = feed.driver.session.status
        #expect((30...60).contains(status.dropped) && status.gaps == [.disconnected: 1], "\(status)")
        let times = feed.records.compactMap { if case .path = $0.event { $0.time } else { nil } }
        #expect(times == times.sorted())
    }

    @Test func aCameraWhoseClockWasSetBackMeanwhileIsRecordedAfterASecondOrThree() throws {
        let feed = try SimulatedFeed { connection in
            script(frames: 100) { $0.isAhead = connection == 0 ? 0 : -20 }
        }
        try feed.run(seconds: 40)
        let status = feed.driver.session.status
        #expect(status.gaps == [.clockChanged: 1] && (14...17).contains(status.dropped))
    }

    @Test func aDeviceThatHangsHoldsUpNeitherTheEndNorItsRecords() throws {
        let feed = try SimulatedFeed { _ in
            script(frames: 10) {
                $0.ends = false
                $0.obeys = false
            }
        }
        try feed.run(seconds: 30)
        #expect(feed.clock.now.monotonic <= .seconds(32))
        guard case .sessionEnd(let end) = feed.records.last?.event else {
            Issue.record("\(feed.records.suffix(2))")
            return
        }
        #expect(end.paths == 1 && end.points >= 9)
        #expect(feed.driver.session.status.state == .stopped)
    }

    @Test func workersThatNeverAnswerDoNotHoldUpTheEnd() throws {
        let feed = try SimulatedFeed(answer: { $0 < 5 ? SimulatedFeed.onePerson($0) : nil }) { _ in
            script(frames: 100)
        }
        try feed.run(seconds: 30)
        #expect(feed.clock.now.monotonic <= .seconds(32))
        #expect(
            feed.records.contains {
                if case .streamEnd(let end) = $0.event { end.reason == .interrupted } else { false }
            })
    }

    @Test func howFarACamerasClockIsAheadIsRememberedForTheNextConnection() throws {
        let asked = Mailbox<Int64?>()
        let feed = try SimulatedFeed(onOpen: { asked.post($0.clockSkew) }) { connection in
            script(frames: connection == 0 ? 5 : 0) { $0.isAhead = 2 }
        }
        try feed.run(seconds: 12)
        #expect(asked.take() == .some(nil) && asked.take() == 2_000_000 && asked.take() == 2_000_000)
    }

    @Test func waitingGrowsFromOneSecondToAMinuteAndIsNeverTheSame() {
        var backoff = Backoff()
        let waits = (0..<50).map { _ in backoff.next() }
        for (wait, middle) in zip(waits, [1.0, 2, 4, 8, 16, 32]) {
            #expect((middle / 2...middle * 1.5).contains(wait))
        }
        #expect(waits.allSatisfy { $0 <= 60 })
        #expect(waits.dropFirst(6).allSatisfy { $0 >= 30 })
        #expect(Set(waits).count > 20)
    }

    @Test func statsTellOfTheIntervalAlone() throws {
        var interval = StatsInterval(seconds: 10)
        for hundredth in 1...100 { interval.add(latency: Double(hundredth) / 100) }
        var status = FeedStatus()
        (status.read, status.analyzed, status.dropped, status.people) = (50, 40, 10, 3)
        let early = interval.finish(status, at: .seconds(9))
        #expect(early == nil)
        let first = interval.finish(status, at: .seconds(10))
        var stats = try #require(first)
        #expect(stats.figures.map(\.key) == ["frames_read", "frames_analyzed", "frames_dropped", "people"])
        #expect(stats.figures.map(\.value) == [50, 40, 10, 3])
        #expect(stats.latencyP50Milliseconds == 510 && stats.latencyP99Milliseconds == 1000)
        #expect(stats.intervalMilliseconds == 10_000)
        (status.read, status.analyzed) = (51, 41)
        let second = interval.finish(status, at: .seconds(20))
        stats = try #require(second)
        #expect(stats.figures.map(\.value) == [1, 1, 0, 3])
        #expect(stats.latencyP50Milliseconds == nil)
    }
}
