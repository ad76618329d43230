import Dispatch
import Foundation
import PathModel
import Synchronization
import TestSupport
import Testing

@testable import Decoding

@Suite struct FileLookTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        Media("", "a.mp4", "-c:v libx264"), Media("", "a.mkv", "-c:v libx265 -x265-params log-level=none"),
        Media("", "a.ts", "-c:v libx264"), Media("", "a.avi", "-c:v mpeg4"),
        Media("", "a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"), Media("", "a.mp4", "-c:v mjpeg"),
        Media("", "a.mp4", "-c:v libx264 -bf 2 -g 8", cut: "-ss 0.35"), Media("", "a.gif"),
    ])
    func aVideoIsLookedAtAsItsSourceIs(media: Media) throws {
        let path = try media.make(in: folder)
        let look = try FileLook(SourceName(path), interrupt: InterruptFlag())
        let source = try open(path)
        #expect(look.duration == source.description.duration)
        #expect(abs(look.start - source.description.start.microseconds) < 400_000)
        #expect(look.fingerprint == source.fingerprint())
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
        let identity = try #require(FileLook.identity(of: SourceName(path)))
        #expect(look.size == size && identity == (look.size, look.fingerprint))
    }

    @Test func whatIsNoVideoIsToldByNameAndReason() throws {
        let empty = folder.path("empty.mp4")
        try Data().write(to: URL(fileURLWithPath: empty))
        let text = folder.path("text.mp4")
        try Data(String(repeating: "I am no video. ", count: 1000).utf8).write(to: URL(fileURLWithPath: text))
        let pipe = folder.path("pipe.mp4")
        #expect(mkfifo(pipe, 0o600) == 0)
        let sound = folder.path("sound.mkv")
        try ffmpeg(["-f", "lavfi", "-i", "sine=duration=0.2", sound])
        let video = try Data(contentsOf: URL(fileURLWithPath: Media("", "a.mp4", "-c:v libx264").make(in: folder)))
        let headless = folder.path("headless.mp4")
        try video.prefix(video.count / 2).write(to: URL(fileURLWithPath: headless))
        // The headers are right, but of the pictures nothing is.
        let hollow = folder.path("hollow.mp4")
        try ffmpeg(["-i", folder.path("a.mp4"), "-c", "copy", "-bsf:v", "noise=amount=1", hollow])
        for (path, reason) in [
            (hollow, "not one frame of its video"),
            (folder.path("none.mp4"), "No such file"), (folder.url.path, "is a directory"), (empty, "is empty"),
            (text, "not a media file"), (pipe, "is no regular file"), (sound, "no video stream"),
            (headless, "cut off or damaged"), ("-", "No such file"),
        ] {
            let error = #expect(throws: DecodingError.self) {
                try FileLook(SourceName(path), interrupt: InterruptFlag())
            }
            #expect(error?.description.hasPrefix(path) == true && error?.reason?.contains(reason) == true, "\(path)")
        }
    }

    @Test func whatIsNoFileHasNoIdentity() {
        for path in [folder.path("none.mp4"), folder.url.path, "-", "/dev/null"] {
            #expect(FileLook.identity(of: SourceName(path)) == nil)
        }
    }

    @Test func manyThreadsMayLook() throws {
        let paths = try ["a.mp4", "b.ts", "c.avi"].map { try Media("", $0, "-c:v mpeg4").make(in: folder) }
        let expected = try paths.map { try FileLook(SourceName($0), interrupt: InterruptFlag()).fingerprint }
        let wrong = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 60) { index in
            let look = try? FileLook(SourceName(paths[index % 3]), interrupt: InterruptFlag())
            if look?.fingerprint != expected[index % 3] { wrong.add(1, ordering: .relaxed) }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
