import Analyzing
import Foundation
import GRDB
import Notifying
import Rekognition
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// A database in a folder of its own, and a clock that is set.
private final class Desk {
    let folder: TemporaryFolder
    private let clock = Clock()
    var settings: JobSettings
    private(set) var store: JobStore

    init() throws {
        folder = try TemporaryFolder()
        settings = JobSettings(folder: folder.path("state"), options: AnalysisOptions())
        store = try JobStore(folder: settings.folder, mayCreate: true)
        try restart()
    }

    /// As another start of the program opens it.
    func restart() throws {
        store = try JobStore(folder: settings.folder, mayCreate: true) { [clock] in clock.time.withLock { $0 } }
        try store.recover()
    }

    func pass(seconds: Double) { clock.time.withLock { $0 += Int64(seconds * 1000) } }

    /// Starts a job.
    @discardableResult
    func start(
        _ name: String, _ kind: JobKind = .personTracking, token: String? = nil, tag: String? = nil, key: String = "",
        notifies: Bool = false
    ) throws -> String {
        let video = S3Object(bucket: "b", name: name)
        let request = JobRequest(
            kind: kind, video: video, clientRequestToken: token,
            channel: .init(topic: "arn:t", role: "arn:r"), jobTag: tag, accessKey: key)
        let object = AnalysisKey(video, identity: "1", settings: "")
        return try store.start(request, object, notifies: notifies, settings: settings).id
    }

    func stage(_ id: String) throws -> StoredJob.Stage? { try store.job(id, keep: settings.keep)?.stage }

    /// Works on the first in the queue, whose results are one file.
    @discardableResult
    func work(_ message: String? = nil, isPartial: Bool = false) throws -> AnalysisClaim {
        let claim = try #require(try store.claim())
        let folder = store.resultFolder(claim.id)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("found".utf8).write(to: URL(fileURLWithPath: folder + "/rows"))
        let result = AnalysisResult(metadata: .sample, message: message, isPartial: isPartial)
        _ = try store.finish(claim.id, result, failsPartial: settings.failsPartial)
        return claim
    }

    var results: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store.resultsFolder)) ?? []).sorted()
    }

    /// What the files of the database hold.
    func holds(_ text: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: settings.folder).contains { name in
            let bytes = FileManager.default.contents(atPath: settings.folder + "/" + name)
            return bytes?.range(of: Data(text.utf8)) != nil
        }
    }
}

/// Milliseconds since 1970 UTC.
private final class Clock: Sendable {
    let time = Mutex<Int64>(1_800_000_000_000)
}

extension VideoMetadata {
    fileprivate static let sample = VideoMetadata(
        codec: "h264", duration: 12_000, format: "QuickTime / MOV", frameRate: 25, frameWidth: 640, frameHeight: 360)
}

@Suite struct JobStoreTests {
    private let desk: Desk

    init() throws { desk = try Desk() }

    @Test func jobsAreTakenInOrderAndTheirIDsAre64HexadecimalDigits() throws {
        let ids = try ["a", "b", "c"].map { try desk.start($0) }
        #expect(ids.allSatisfy { $0.count == 64 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
        #expect(Set(ids).count == 3)
        #expect(try desk.work().video.name == "a")
        let second = try #require(try desk.store.claim())
        #expect(second.video.name == "b" && second.attempt == 1)
        #expect(try ids.map { try desk.stage($0) } == [.succeeded, .running, .queued])
        #expect(try desk.store.jobs().map(\.video.name) == ["c", "b", "a"])
        #expect(try desk.store.job(ids[0], keep: 1)?.metadata == .sample)
    }

    @Test func aTokenStandsForItsJobForSevenDaysForEachOperationAndKeyApart() throws {
        let id = try desk.start("a", token: "t", tag: "x")
        #expect(try desk.start("a", token: "t", tag: "x") == id)
        let others = [
            try desk.start("a", .faceDetection, token: "t", tag: "x"),
            try desk.start("a", token: "t", tag: "x", key: "K"),
            try desk.start("a", tag: "x"),
        ]
        #expect(!others.contains(id) && Set(others).count == 3)
        for change in [{ try desk.start("b", token: "t", tag: "x") }, { try desk.start("a", token: "t") }] {
            #expect { try change() } throws: { ($0 as? APIError)?.code == .idempotentParameterMismatch }
        }
        try desk.restart()
        desk.pass(seconds: 7 * 86400 - 1)
        #expect(try desk.start("a", token: "t", tag: "x") == id)
        desk.pass(seconds: 2)
        #expect(try desk.start("b", token: "t", tag: "x") != id)
    }

    @Test func aTokenOfADeletedJobStartsAnew() throws {
        let id = try desk.start("a", token: "t")
        try desk.store.delete(id)
        let second = try desk.start("a", token: "t")
        #expect(second != id)
        #expect(try desk.start("a", token: "t") == second)
    }

    @Test func jobsOnOneObjectShareItsAnalysisAlsoWhileItRuns() throws {
        let waiting = try [desk.start("a"), desk.start("a", .faceDetection)]
        let claim = try #require(try desk.store.claim())
        let late = try desk.start("a")
        #expect(try desk.store.claim() == nil)
        _ = try desk.store.finish(
            claim.id, AnalysisResult(metadata: .sample, message: "m", isPartial: true), failsPartial: false)
        let after = try desk.start("a", .faceDetection)
        for id in waiting + [late, after] {
            let job = try #require(try desk.store.job(id, keep: 1))
            #expect(job.stage == .succeeded && job.message == "m" && job.analysis == claim.id)
        }
        #expect(try desk.store.claim() == nil)
    }

    @Test func whatFailedIsTriedAnewByTheNextJob() throws {
        let first = try desk.start("a")
        let claim = try #require(try desk.store.claim())
        try desk.store.fail(claim.id, "no video")
        #expect(try desk.store.job(first, keep: 1)?.message == "no video")
        try desk.start("a")
        #expect(try desk.store.claim() != nil)
    }

    @Test func partialResultsFailAJobWhereTheSettingsSaySo() throws {
        desk.settings.failsPartial = true
        let id = try desk.start("a")
        try desk.work("cut short", isPartial: true)
        let again = try desk.start("a")
        #expect(try [id, again].map { try desk.stage($0) } == [.failed, .failed])
        #expect(try desk.store.job(again, keep: 1)?.message == "cut short")
    }

    @Test func aFullQueueTakesNoMoreButWhatIsKnown() throws {
        try desk.start("done")
        try desk.work()
        desk.settings.limits.queue = 3
        for name in ["a", "b", "c"] { try desk.start(name, token: name) }
        #expect { try desk.start("d") } throws: { ($0 as? APIError)?.code == .limitExceeded }
        try desk.start("a", token: "a")
        try desk.start("done", .faceDetection)
        try desk.work()
        try desk.start("d")
    }

    @Test func afterACrashWhatRanBeginsAgainInItsPlaceAndTwentyTimesAtMost() throws {
        let ids = try ["a", "b"].map { try desk.start($0) }
        try desk.start("done")
        for attempt in 1...20 {
            let claim = try #require(try desk.store.claim())
            #expect(claim.video.name == "a" && claim.attempt == attempt)
            try FileManager.default.createDirectory(
                atPath: desk.store.resultFolder(claim.id) + ".part", withIntermediateDirectories: true)
            try desk.restart()
            #expect(desk.results.isEmpty)
        }
        #expect(try desk.stage(ids[0]) == .failed)
        #expect(try desk.store.job(ids[0], keep: 1)?.message?.contains("20 times") == true)
        #expect(try desk.work().video.name == "b")
        try desk.restart()
        #expect(try desk.stage(ids[1]) == .succeeded && desk.results.count == 1)
    }

    @Test func resultsThatSomebodyRemovedAreMissedAtTheNextStart() throws {
        let id = try desk.start("a")
        let claim = try desk.work()
        try FileManager.default.removeItem(atPath: desk.store.resultFolder(claim.id))
        try desk.restart()
        #expect(try desk.store.job(id, keep: 1)?.message == "The results are not there any more.")
        try desk.start("a")
        #expect(try desk.store.claim() != nil)
    }

    @Test func aStopDoesNotCountAndAPauseIsKept() throws {
        try desk.start("a")
        for _ in 0..<9 { try desk.store.requeue(try #require(try desk.store.claim()), counts: false) }
        let claim = try #require(try desk.store.claim())
        #expect(claim.attempt == 1)
        try desk.store.requeue(claim, due: desk.store.now + 5000, counts: true)
        #expect(try desk.store.claim() == nil)
        #expect(try desk.store.nextDue() == desk.store.now + 5000)
        desk.pass(seconds: 5)
        #expect(try desk.store.claim()?.attempt == 2)
    }

    @Test func aCancelledJobIsFailedAndItsAnalysisGoesOnWhereAnotherNeedsIt() throws {
        let ids = try [desk.start("a", notifies: true), desk.start("a")]
        let waiting = try desk.start("b")
        let claim = try #require(try desk.store.claim())
        #expect(try desk.store.cancel(ids[0]))
        #expect(try desk.store.isWanted(claim.id))
        #expect(try desk.store.cancel(ids[1]))
        #expect(try !desk.store.isWanted(claim.id))
        let end = try desk.store.finish(
            claim.id, AnalysisResult(metadata: .sample, message: nil, isPartial: false), failsPartial: false)
        #expect(!end.isWanted)
        #expect(try ids.map { try desk.stage($0) } == [.failed, .failed])
        #expect(try desk.store.nextMessage()?.message.text.contains("\"FAILED\"") == true)
        try desk.store.cancel(waiting)
        #expect(try desk.store.claim() == nil)
        #expect(try !desk.store.cancel(waiting), "it is done")
    }

    @Test func whoStartsWhileAnAbandonedAnalysisEndsGetsItAnew() throws {
        let first = try desk.start("a")
        let claim = try #require(try desk.store.claim())
        try desk.store.cancel(first)
        let second = try desk.start("a")
        try desk.store.requeue(claim, counts: true)
        #expect(try desk.store.claim() != nil)
        #expect(try desk.stage(second) == .running)
    }

    @Test func afterItsTimeNothingOfAJobIsLeft() throws {
        desk.settings.keep = 3600
        let id = try desk.start("secret-lobby", .faceDetection, tag: "secret-tag", notifies: true)
        let other = try desk.start("other")
        try desk.work("secret-message")
        #expect(desk.results.count == 1)
        #expect(try desk.holds("secret-lobby") && desk.holds("secret-tag"))
        desk.pass(seconds: 1800)
        try desk.work()
        desk.pass(seconds: 1799)
        #expect(try desk.store.removeExpired(keep: 3600) == desk.store.now + 1000)
        #expect(try desk.stage(id) == .succeeded)
        desk.pass(seconds: 1)
        #expect(try desk.stage(id) == nil, "also before it is removed")
        #expect(try desk.store.removeExpired(keep: 3600) == desk.store.now + 1_800_000)
        #expect(try desk.stage(other) == .succeeded && desk.results.count == 1)
        #expect(try desk.store.counts().messages == 0)
        #expect(try !desk.holds("secret"))
    }

    @Test func aDeletedJobLeavesItsResultsToOthers() throws {
        let ids = try [desk.start("a"), desk.start("a", .faceDetection)]
        try desk.work()
        try desk.store.delete(ids[0])
        #expect(try desk.stage(ids[0]) == nil && desk.results.count == 1)
        try desk.store.delete(ids[1])
        #expect(desk.results.isEmpty)
        let running = try desk.start("a")
        let claim = try #require(try desk.store.claim())
        try desk.store.delete(running)
        #expect(try !desk.store.isWanted(claim.id))
    }

    @Test func aMessageComesWithTheEndOfItsJobAndStaysUntilItIsDelivered() throws {
        let ids = try [desk.start("a", tag: "T", notifies: true), desk.start("b"), desk.start("c", notifies: true)]
        for _ in ids { try desk.work() }
        try desk.start("c", .faceDetection, notifies: true)
        #expect(try desk.store.counts().messages == 3)
        let (first, due) = try #require(try desk.store.nextMessage())
        #expect(first.topic == "arn:t" && first.attempts == 0 && due == first.created)
        let text = try #require(try JSONSerialization.jsonObject(with: Data(first.text.utf8)) as? NSDictionary)
        #expect(
            text == [
                "JobId": ids[0], "Status": "SUCCEEDED", "API": "StartPersonTracking", "JobTag": "T",
                "Timestamp": desk.store.now, "Video": ["S3ObjectName": "a", "S3Bucket": "b"],
            ])
        try desk.store.postpone(first.id, attempts: 1, until: due.addingTimeInterval(9))
        try desk.restart()
        let (second, _) = try #require(try desk.store.nextMessage())
        #expect(second.text.contains(ids[2]))
        try desk.store.delivered(second.id)
        try desk.store.abandon(try #require(try desk.store.nextMessage()).message.id)
        let (last, later) = try #require(try desk.store.nextMessage())
        #expect(last.id == first.id && last.attempts == 1 && later == due.addingTimeInterval(9))
    }

    @Test func countsAreByState() throws {
        #expect(try desk.store.counts() == JobCounts())
        try desk.start("a")
        try desk.work()
        try desk.start("b")
        try desk.store.fail(try #require(try desk.store.claim()).id, "")
        try desk.start("c")
        _ = try desk.store.claim()
        desk.pass(seconds: 3)
        for name in ["d", "e"] { try desk.start(name, notifies: true) }
        desk.pass(seconds: 4)
        var expected = JobCounts()
        (expected.queued, expected.running, expected.succeeded, expected.failed) = (2, 1, 1, 1)
        expected.oldest = 7
        #expect(try desk.store.counts() == expected)
    }

    @Test func anObjectThatBecameAnotherIsSharedAsWhatItIs() throws {
        try desk.start("a")
        let claim = try #require(try desk.store.claim())
        let video = S3Object(bucket: "b", name: "a")
        try desk.store.note(AnalysisKey(video, identity: "2", settings: ""), of: claim.id)
        try desk.start("a")
        #expect(try desk.store.claim()?.identity == "1", "what was there before is another video")
        try desk.store.note(AnalysisKey(video, identity: "1", settings: ""), of: claim.id)
        #expect(try desk.store.isWanted(claim.id))
    }

    @Test func anIDMayBeShortened() throws {
        let id = try desk.start("a")
        #expect(try desk.store.job(beginning: String(id.prefix(8)).uppercased()).id == id)
        #expect(throws: JobsError.unknownJob("x")) { try desk.store.job(beginning: "x") }
        #expect(throws: JobsError.unknownJob("")) { try desk.store.job(beginning: "") }
        for number in 0..<17 { try desk.start("\(number)") }
        let digit = try #require(
            Dictionary(grouping: try desk.store.jobs()) { $0.id.first }.first { $0.value.count > 1 }?.key)
        #expect(throws: JobsError.ambiguous(String(digit))) { try desk.store.job(beginning: String(digit)) }
    }

    @Test func theVerbListsShowsCancelsAndDeletes() throws {
        let state = desk.settings.folder
        let id = try desk.start("lobby\n.mp4", tag: "T", notifies: true)
        let done = try desk.start("done.mp4", .faceDetection)
        _ = try desk.store.claim()
        try desk.work()
        let list = try footpath("jobs", "list", "--state", state)
        let lines = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(list.status == 0 && lines[0] == ["job", "of", "state", "started", "ended", "video"])
        #expect(lines[1].first == String(done.prefix(12)) && lines[1][1...2] == ["FaceDetection", "succeeded"])
        #expect(lines[2][1...2] == ["PersonTracking", "running"] && lines[2].last == #"b/lobby\x0A.mp4"#)
        let show = try footpath("jobs", "show", String(done.prefix(8)), "--state", state).output
        #expect(show.contains(done) && show.contains("h264 640x360, QuickTime / MOV, 12.0 s"))
        #expect(try footpath("jobs", "cancel", id, done, "--state", state).output.hasSuffix(": was done already\n"))
        #expect(try desk.store.job(beginning: id).stage == .failed)
        #expect(try desk.store.nextMessage()?.message.text.contains(id) == true)
        #expect(try footpath("jobs", "delete", id, done, "--state", state).status == 0)
        #expect(try desk.store.jobs().isEmpty && desk.results.isEmpty)
        let unknown = try footpath("jobs", "show", id, "--state", state)
        #expect(unknown.status == 64 && unknown.errors.contains("not known; footpath jobs list"))
        let absent = try footpath("jobs", "list", "--state", desk.folder.path("none"))
        #expect(absent.status == 66 && absent.errors.contains("holds no jobs"))
    }

    @Test func aFolderThatHoldsNoJobsOrIsNewerOrInUseIsSaidToBe() throws {
        let empty = desk.folder.url.path
        #expect(throws: JobsError.absent(path: empty)) { try JobStore(folder: empty) }
        let lock = try StateLock(folder: desk.settings.folder)
        #expect(throws: JobsError.inUse(path: desk.settings.folder)) { try StateLock(folder: desk.settings.folder) }
        withExtendedLifetime(lock) {}
        try Data("no database at all, but text".utf8).write(to: URL(fileURLWithPath: empty + "/jobs.sqlite"))
        #expect {
            try JobStore(folder: empty)
        } throws: {
            "\($0)".hasPrefix("state \(empty): SQLite: file is not a database")
        }
        try desk.store.database.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')")
        }
        #expect { try desk.restart() } throws: { "\($0)".contains("a newer Footpath") }
    }
}
