import Capturing
import Decoding
import Dispatch
import Foundation
import Glibc
import Rekognition
import Synchronization
import TestSupport
import Testing

@testable import Buckets

@Suite(.timeLimit(.minutes(30))) struct DirectoryStoreTests {
    private let folder: TemporaryFolder
    private let store: DirectoryStore
    private let reasons = Reasons()

    /// `media/bucket` beside `outside.mp4`, which nothing may reach.
    init() throws {
        folder = try TemporaryFolder()
        let reasons = reasons
        for name in ["media/bucket/folder", "media/other"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        for (name, text) in [
            ("outside.mp4", "outside"), ("media/root.mp4", "root"), ("media/bucket/a.mp4", "inside"),
            ("media/bucket/folder/b c.mp4", "deeper"), ("media/other/o.mp4", "other"),
        ] { try text.write(toFile: folder.path(name), atomically: false, encoding: .utf8) }
        store = try DirectoryStore(folder: folder.path("media")) { reasons.add($0) }
    }

    private func open(_ name: String, _ bucket: String = "bucket", version: String? = nil) throws -> StoredObject {
        try store.open(S3Object(bucket: bucket, name: name, version: version))
    }

    @Test(arguments: [("a.mp4", "inside"), ("folder/b c.mp4", "deeper")])
    func aFileIsGiven(name: String, text: String) throws {
        let object = try open(name)
        #expect(object.size == text.utf8.count && object.request.name.redacted == "bucket/\(name)")
        #expect(try object.read(atMost: 100) == Array(text.utf8))
        #expect(try object.read(atMost: text.utf8.count) != nil)
        #expect(try object.read(atMost: text.utf8.count - 1) == nil)
    }

    /// Makes what a name is to lead to.
    private func prepare() throws {
        func link(_ name: String, _ target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path("media/\(name)"), withDestinationPath: target)
        }
        try link("bucket/link.mp4", "a.mp4")
        try link("bucket/way", "folder")
        try link("bucket/out", "../..")
        try link("bucket/absolute.mp4", folder.path("outside.mp4"))
        try link("bucket/magic", "/proc/self/root")
        try link("linked", "bucket")
        #expect(mkfifo(folder.path("media/bucket/pipe.mp4"), 0o600) == 0)
        if mknod(folder.path("media/bucket/device.mp4"), S_IFCHR | 0o600, 0x103) != 0 { #expect(geteuid() != 0) }
    }

    @Test(arguments: [
        "missing.mp4", "folder", "folder/", ".", "..", "./a.mp4", "folder/../a.mp4", "../bucket/a.mp4", "../root.mp4",
        "../../outside.mp4", "folder/../../../outside.mp4", "/etc/passwd", "//etc/passwd", "/a.mp4", "folder//b c.mp4",
        "link.mp4", "way/b c.mp4", "out/outside.mp4", "absolute.mp4", "magic/etc/passwd", "pipe.mp4", "device.mp4",
        "a.mp4\0", "a.mp4\0.mp4", "a.mp4/", "a.mp4/b", "", "x\n<3>forged",
        String(repeating: "n", count: 300), String(repeating: "n/", count: 3000),
    ]) func whatIsNoFileOfTheBucketIsRefusedAlike(name: String) throws {
        try prepare()
        // A pipe would be waited for without an end.
        #expect(throws: APIError.invalidS3Object) { try open(name) }
        #expect(reasons.all.count == 1, "the operator is told why")
        #expect(!reasons.all.contains { $0.contains(folder.url.path) || $0.contains("\n") })
    }

    @Test(arguments: ["..", ".", "", "bucket/folder", "../media/bucket", "linked", "root.mp4", "missing", "bucket\0"])
    func soAreBucketsThatAreNone(bucket: String) throws {
        try prepare()
        #expect(throws: APIError.invalidS3Object) { try open("a.mp4", bucket) }
    }

    @Test func aFolderHasNoVersions() { #expect(throws: APIError.invalidS3Object) { try open("a.mp4", version: "1") } }

    @Test func theIdentityIsTheContents() throws {
        let before = try open("a.mp4").identity
        #expect(try open("a.mp4").identity == before)
        try "INSIDE".write(toFile: folder.path("media/bucket/a.mp4"), atomically: false, encoding: .utf8)
        #expect(try open("a.mp4").identity != before, "the same file, size and second")
    }

    @Test func whatWasOpenedStays() throws {
        let object = try open("a.mp4")
        #expect(rename(folder.path("outside.mp4"), folder.path("media/bucket/a.mp4")) == 0)
        #expect(try object.read(atMost: 100) == Array("inside".utf8))
    }

    @Test func aRaceLeadsNowhereElse() throws {
        let isOver = Atomic<Bool>(false)
        let (file, link) = (folder.path("media/bucket/a.mp4"), folder.path("media/bucket/l"))
        let (outside, way) = (folder.path("outside.mp4"), folder.path("media/bucket/folder"))
        let group = DispatchGroup()
        DispatchQueue(label: "swap").async(group: group) {
            while !isOver.load(ordering: .relaxed) {
                symlink(outside, link)
                rename(link, file)
                try? "inside".write(toFile: link, atomically: false, encoding: .utf8)
                rename(link, file)
                rename(way, way + "2")
                symlink("../..", way)
                unlink(way)
                rename(way + "2", way)
            }
        }
        var given = 0
        for turn in 0..<5000 {
            guard let object = try? open(turn % 2 == 0 ? "a.mp4" : "folder/outside.mp4") else { continue }
            given += 1
            #expect(try object.read(atMost: 100) == Array("inside".utf8))
        }
        isOver.store(true, ordering: .relaxed)
        group.wait()
        #expect(given > 0)
    }
}

/// What the operator was told.
final class Reasons: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
