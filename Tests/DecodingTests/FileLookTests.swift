import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Decoding

@Suite struct FileLookTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aVideoIsDescribedAsItsSourceDoes() throws {
        let path = try Media("", "a.mkv", "-c:v libx264").make(in: folder)
        let look = try FileLook(SourceName(path), interrupt: InterruptFlag())
        let source = try open(path)
        #expect(look.description == source.description && look.description.duration == 800_000)
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
        for (path, reason) in [
            (folder.path("none.mp4"), "No such file"), (folder.url.path, "is a directory"), (empty, "is empty"),
            (text, "not a media file"), (pipe, "is no regular file"), (sound, "no video stream"),
            (headless, "cut off or damaged"), ("-", "No such file"),
        ] {
            let error = #expect(throws: DecodingError.self) {
                try FileLook(SourceName(path), interrupt: InterruptFlag())
            }
            #expect(error?.description.hasPrefix(path) == true && error?.reason?.contains(reason) == true, "\(path)")
            if reason != "not a media file", reason != "no video stream", reason != "cut off or damaged" {
                #expect(FileLook.identity(of: SourceName(path)) == nil || path == empty)
            }
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
