import Buckets
import Capturing
import Decoding
import Foundation
import Glibc
import Rekognition
import Synchronization
import TestSupport
import Testing

@testable import Jobs

@Suite(.serialized, .timeLimit(.minutes(30))) struct JobServiceTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    @Test func aJobFindsWhatAnalyzeFindsAndFacesOfTheSameObjectAreThereAtOnce() throws {
        try workshop.putClip(frames: 60)
        try workshop.open()
        let id = try workshop.start("clip.mp4")
        let first = try workshop.end(of: id)
        let (media, log, page) = (
            workshop.folder.path("media/b/clip.mp4"), workshop.folder.path("log.jsonl"), workshop.folder.path("r.json")
        )
        #expect(try footpath("analyze", media, "--output", log).status == 0)
        #expect(try footpath("convert", log, "--to", "rekognition", "--output", page).status == 0)
        let bytes = try #require(FileManager.default.contents(atPath: page))
        let expected = try #require(try JSONSerialization.jsonObject(with: bytes) as? NSDictionary)
        let rows = try #require(first.rows)
        let persons = try JSONSerialization.jsonObject(
            with: Data(rows.page(.personTracking, .timestamp, from: 0, count: 10_000)))
        #expect(rows.count(of: .personTracking) > 60)
        #expect(expected["Persons"] as? NSArray == persons as? NSArray)
        #expect(first.metadata?.codec == "h264" && first.message == nil)

        // The second doesn't begin: nothing decodes.
        chmod(media, 0)
        let faces = try workshop.service?.job(workshop.start("clip.mp4", .faceDetection), .faceDetection)
        #expect(faces?.status == .succeeded && (faces?.rows?.count(of: .faceDetection) ?? 0) > 0)
        #expect { try workshop.service?.job(id, .faceDetection) } throws: {
            ($0 as? APIError)?.code == .resourceNotFound
        }
    }

    @Test func whatIsNoVideoFailsAndSaysWhyAndTheNextJobRuns() throws {
        try Data("just text, and more of it\n".utf8).write(
            to: workshop.folder.url.appendingPathComponent("media/b/text.mp4"))
        try workshop.put("sound.mp4", "-f", "lavfi", "-i", "sine=duration=1")
        try workshop.putClip("gone.mp4")
        try workshop.putClip()
        workshop.settings.parallelJobs = 1
        try workshop.open(running: false)
        let ids = try ["text.mp4", "sound.mp4", "gone.mp4", "clip.mp4"].map { try workshop.start($0) }
        try FileManager.default.removeItem(atPath: workshop.folder.path("media/b/gone.mp4"))
        workshop.service?.run()
        let ends = try ids.map { try workshop.end(of: $0) }
        #expect(ends.map(\.status) == [.failed, .failed, .failed, .succeeded])
        #expect(ends[0].message?.contains("not a media file") == true)
        #expect(ends[1].message?.contains("no video") == true)
        #expect(ends[2].message?.contains("can't be opened any more") == true)
    }

    @Test func whatIsCutShortOrDamagedIsToldAndNobodyIsNoFailure() throws {
        try workshop.put(
            "whole.mp4", "-i", Project.sample.path, "-t", "3", "-c", "copy", "-movflags", "+faststart")
        let whole = try #require(FileManager.default.contents(atPath: workshop.folder.path("media/b/whole.mp4")))
        try whole.prefix(whole.count * 6 / 10).write(to: workshop.folder.url.appendingPathComponent("media/b/cut.mp4"))
        try workshop.put("empty.mp4", "-f", "lavfi", "-i", "color=gray:s=320x192:d=0.4")
        try workshop.open()
        let cut = try workshop.end(of: workshop.start("cut.mp4"))
        #expect(cut.status == .succeeded && (cut.rows?.count(of: .personTracking) ?? 0) > 0)
        #expect(cut.message?.contains("is cut short") == true)
        let empty = try workshop.end(of: workshop.start("empty.mp4"))
        #expect(empty.status == .succeeded && empty.message == nil)
        #expect(try empty.rows?.page(.personTracking, .index, from: 0, count: 10) == Array("[]".utf8))
    }

    @Test(arguments: [SIGSEGV, SIGKILL, SIGSTOP])
    func aProcessThatCrashesOrHangsFailsItsJobAlone(signal: Int32) throws {
        // The other one may well be silent for so long on a busy machine.
        workshop.change = {
            if signal == SIGSTOP && $0.request.name.redacted == "b/long.mp4" { $0.request.options.readTimeout = 0.5 }
        }
        // Longer than anybody takes to end its process.
        try workshop.put("long.mp4", "-stream_loop", "9", "-i", Project.sample.path, "-an", "-c", "copy")
        try workshop.putClip()
        workshop.settings.parallelJobs = 1
        try workshop.open()
        let ids = try ["long.mp4", "clip.mp4"].map { try workshop.start($0) }
        let process = try workshop.process()
        usleep(500_000)
        kill(process, signal)
        let ends = try ids.map { try workshop.end(of: $0) }
        #expect(ends.map(\.status) == [.failed, .succeeded])
        #expect(ends[0].message?.contains(signal == SIGSTOP ? "silent" : "its process died: signal \(signal)") == true)
        #expect(try workshop.processes().isEmpty)
    }

    @Test func aVideoThatIsTooLongOrTooLargeIsRefused() throws {
        try workshop.putClip(frames: 100)
        // Its container doesn't say how long it is.
        try workshop.put("endless.h264", "-i", workshop.folder.path("media/b/clip.mp4"), "-c", "copy")
        workshop.settings.limits.seconds = 1
        try workshop.open()
        for name in ["clip.mp4", "endless.h264"] {
            let end = try workshop.end(of: workshop.start(name))
            #expect(end.status == .failed && end.message?.contains("the longest that is analysed is 1 s") == true)
        }
        try workshop.close()
        workshop.settings.limits.bytes = 100
        try workshop.open()
        #expect { try workshop.start("clip.mp4") } throws: { ($0 as? APIError)?.code == .videoTooLarge }
        #expect { try workshop.start("none.mp4") } throws: { ($0 as? APIError)?.code == .invalidS3Object }
    }

    @Test func aStopPutsWhatRunsBackAndItEndsAfterTheNextStart() throws {
        try workshop.putClip(frames: 200)
        workshop.settings.parallelJobs = 1
        try workshop.open()
        let ids = try [workshop.start("clip.mp4"), workshop.start("clip.mp4", .faceDetection)]
        _ = try workshop.process()
        try workshop.close()
        #expect(try workshop.processes().isEmpty)
        let service = try workshop.open(running: false)
        #expect(try service.counts().queued == 2)
        service.run()
        #expect(try workshop.end(of: ids[0]).status == .succeeded)
        #expect(try workshop.end(of: ids[1], .faceDetection).status == .succeeded)
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a tmpfs"))
    func aFullDiskLosesNoJob() throws {
        try workshop.putClip()
        let disk = try SmallDisk(at: workshop.settings.folder, kilobytes: 2048)
        defer { disk.unmount() }
        let service = try workshop.open(running: false)
        let id = try workshop.start("clip.mp4")
        let filler = workshop.settings.folder + "/filler"
        _ = try run("dd", ["if=/dev/zero", "of=" + filler, "bs=1k"])
        #expect { try workshop.start("clip.mp4", .faceDetection) } throws: {
            ($0 as? APIError)?.code == .internalServerError
        }
        service.run()
        _ = try workshop.wait { workshop.log.lines.withLock { $0.contains { $0.contains("full") } ? true : nil } }
        #expect(try service.job(id, .personTracking).status == .inProgress)
        try FileManager.default.removeItem(atPath: filler)
        #expect(try workshop.end(of: id).status == .succeeded)
        #expect(try workshop.end(of: workshop.start("clip.mp4", .faceDetection), .faceDetection).status == .succeeded)
        try workshop.close()
    }

    /// As `footpath jobs cancel` and `delete` do beside a running `footpath serve`.
    @Test func anotherProgramCancelsAndDeletesWhatRuns() throws {
        try workshop.putClip(frames: 250)
        try workshop.putClip("next.mp4")
        workshop.settings.parallelJobs = 1
        try workshop.open()
        let others = try JobStore(folder: workshop.settings.folder)
        let ids = try ["clip.mp4", "next.mp4"].map { try workshop.start($0) }
        let process = try workshop.process()
        try others.cancel(ids[0])
        #expect(try workshop.end(of: ids[0], seconds: 1).message == "The job was cancelled.")
        #expect(try workshop.end(of: ids[1]).status == .succeeded)
        #expect(kill(process, 0) == -1)
        try others.delete(ids[1])
        try workshop.waitUntilUnknown(ids[1])
        let results = try FileManager.default.contentsOfDirectory(atPath: workshop.settings.folder + "/results")
        #expect(results.isEmpty)
    }

    @Test func jobsExpireWhileTheProgramRuns() throws {
        try workshop.putClip()
        workshop.settings.keep = 1
        try workshop.open()
        let id = try workshop.start("clip.mp4")
        let results = workshop.settings.folder + "/results"
        _ = try workshop.wait { try FileManager.default.contentsOfDirectory(atPath: results).isEmpty ? nil : true }
        _ = try workshop.wait { try FileManager.default.contentsOfDirectory(atPath: results).isEmpty ? true : nil }
        #expect { try workshop.service?.job(id, .personTracking) } throws: {
            ($0 as? APIError)?.code == .resourceNotFound
        }
    }
}
