import Capturing
import Decoding
import Foundation
import Rekognition
import Signing
import TestSupport
import Testing
import Waiting

@testable import Buckets

/// What camera processes make of objects.
@Suite(.timeLimit(.minutes(30))) struct StoredVideoTests {
    private let folder: TemporaryFolder
    private let server: Server
    private let bait: Server
    private let reasons = Reasons()

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("media/plain"), withIntermediateDirectories: true)
        bait = try Server("object-store", [folder.path("media/plain")])
        server = try Server(
            "object-store", [folder.path("media/plain"), "http://127.0.0.1:\(bait.port)/plain/a%20b.mp4"])
    }

    private func store(_ kind: String) throws -> any ObjectStore {
        let reasons = reasons
        if kind == "folder" { return try DirectoryStore(folder: folder.path("media")) { reasons.add($0) } }
        let addresses = try ObjectAddresses(
            endpoint: "http://127.0.0.1:\(server.port)", style: .path, region: "eu-north-1",
            credentials: Credentials(id: "store", secret: "wJalrXUtnFEMI"))
        return S3Store(addresses) { reasons.add($0) }
    }

    /// - Returns: how many pictures came, and why no more.
    private func watch(_ object: StoredObject) -> (frames: Int, error: DecodingError?) {
        let events = Mailbox<SourceEvent>()
        let connection = CaptureProcesses(program: Project.program.path, feed: "test", file: object.file)
            .open(object.request) { events.post($0) }
        defer {
            connection.stop()
            _ = connection.hasEnded(within: 2)
        }
        var frames = 0
        while let event = events.take() {
            switch event {
            case .frame:
                frames += 1
                connection.permit()
            case .ended(let error, _): return (frames, error)
            default: continue
            }
        }
        return (frames, nil)
    }

    private func makeVideo(_ name: String = "a b.mp4", seconds: Double = 0.4) throws {
        try ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=\(seconds)", "-c:v", "libx264",
            folder.path("media/plain/\(name)"))
    }

    @Test(arguments: ["folder", "s3"]) func aVideoIsReadWhole(kind: String) throws {
        try makeVideo()
        let object = try store(kind).open(S3Object(bucket: "plain", name: "a b.mp4"))
        let seen = watch(object)
        #expect(seen.frames == 10 && seen.error == nil, "\(seen)")
        let size = try FileManager.default.attributesOfItem(atPath: folder.path("media/plain/a b.mp4"))[.size]
        #expect(object.size == size as? Int64)
    }

    @Test func anOpenFileIsReadWhateverItsNameLeadsToByThen() throws {
        try makeVideo()
        let object = try store("folder").open(S3Object(bucket: "plain", name: "a b.mp4"))
        try "nothing".write(toFile: folder.path("media/plain/a b.mp4"), atomically: true, encoding: .utf8)
        #expect(watch(object).frames == 10)
    }

    @Test(arguments: ["cut", "busy"]) func aStoreThatBreaksOffOrIsBusyIsAskedAgain(bucket: String) throws {
        try makeVideo(seconds: 10)
        let object = S3Object(bucket: bucket, name: "a b.mp4")
        let store = try store("s3")
        let seen = watch(try (try? store.open(object)) ?? store.open(object))
        #expect(seen.frames == 250 && seen.error == nil, "\(seen)")
    }

    @Test(arguments: ["folder", "s3"]) func aListOpensNoFileAndNoAddress(kind: String) throws {
        try makeVideo("bait.ts")
        let (file, address) = (folder.path("media/plain/bait.ts"), "http://127.0.0.1:\(bait.port)/plain/bait.ts")
        let own = "http://127.0.0.1:\(server.port)/plain/bait.ts"
        for (index, target) in [file, "bait.ts", address, own].enumerated() {
            for (name, text) in Self.lists(target) {
                let name = "\(index)\(name)"
                try text.write(toFile: folder.path("media/plain/\(name)"), atomically: false, encoding: .utf8)
                let seen = watch(try store(kind).open(S3Object(bucket: "plain", name: name)))
                #expect(seen.frames == 0 && seen.error != nil, "\(name): \(seen)")
            }
        }
        #expect(bait.lines.isEmpty)
        #expect(!server.lines.contains { $0.contains("bait") }, "\(server.lines)")
    }

    private static func lists(_ target: String) -> [(name: String, text: String)] {
        let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(target)\n#EXT-X-ENDLIST\n"
        return [
            ("hls.m3u8", hls), ("hls.mp4", hls),
            ("variants.mp4", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\(target)\n"),
            ("list.mp4", "ffconcat version 1.0\nfile '\(target)'\n"),
            ("sdp.mp4", "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"),
            ("text.mp4", "no video\n"),
        ]
    }

    @Test func aRedirectionIsNotFollowed() throws {
        try makeVideo()
        #expect(throws: APIError.invalidS3Object) { try store("s3").open(S3Object(bucket: "moved", name: "a b.mp4")) }
        // Nor one that comes later.
        var request = try store("s3").open(S3Object(bucket: "plain", name: "a b.mp4")).request
        request.source.replace("/plain/", with: "/moved/")
        let seen = watch(
            StoredObject(size: 1, identity: "", request: request, file: nil, reading: { _ throws(APIError) in nil }))
        #expect(seen.frames == 0 && seen.error != nil)
        #expect(bait.lines.isEmpty)
    }

    @Test func whatIsWrongWithAStoreIsToldAndHidesItsSecrets() throws {
        try makeVideo()
        try "no video".write(toFile: folder.path("media/plain/t.mp4"), atomically: false, encoding: .utf8)
        let store = try store("s3")
        for (bucket, name) in [("plain", "missing.mp4"), ("denied", "a b.mp4")] {
            #expect(throws: APIError.invalidS3Object) { try store.open(S3Object(bucket: bucket, name: name)) }
        }
        let error = #expect(throws: APIError.self) { try store.open(S3Object(bucket: "down", name: "a b.mp4")) }
        #expect(error?.code == .internalServerError)
        #expect(reasons.all.count == 3)
        let shown = watch(try store.open(S3Object(bucket: "plain", name: "t.mp4"))).error.map { "\($0)" }
        #expect(shown?.hasPrefix("plain/t.mp4: ") == true)
        for text in reasons.all + [shown ?? ""] {
            #expect(!text.contains("X-Amz") && !text.contains("Signature") && !text.contains("wJalr"), "\(text)")
        }
    }

    @Test func aStoreThatShowsNobodysCertificateIsNotRead() throws {
        try makeVideo()
        let secured = try Server("object-store", [folder.path("media/plain"), "", certificate(in: folder)])
        let url = "https://localhost:\(secured.port)"
        let addresses = try ObjectAddresses(
            endpoint: url, style: .path, region: "r", credentials: Credentials(id: "store", secret: "s3cr3t"))
        let reasons = reasons
        let object = S3Object(bucket: "plain", name: "a b.mp4")
        let error = #expect(throws: APIError.self) { try S3Store(addresses) { reasons.add($0) }.open(object) }
        #expect(error?.code == .internalServerError && reasons.all.first?.contains("no secure connection") == true)
        // Nor by the process that decodes.
        let found = try store("s3").open(object)
        for (options, frames) in [(RemoteFile.verification, 0), ([:], 10)] {
            var request = found.request
            request.source = "\(url)/plain/a%20b.mp4"
            request.options.parameters = options
            let seen = watch(
                StoredObject(size: 1, identity: "", request: request, file: nil, reading: { _ throws(APIError) in nil })
            )
            #expect(seen.frames == frames, "\(seen)")
        }
    }

    @Test func aStoreThatDoesNotAnswerIsGivenUp() throws {
        let isInTime = isDone(within: 15) {
            let start = ContinuousClock.now
            let error = #expect(throws: APIError.self) { try store("s3").open(S3Object(bucket: "mute", name: "a.mp4")) }
            #expect(error?.code == .internalServerError)
            return (ContinuousClock.now - start) / .seconds(1)
        }
        #expect(isInTime)
        #expect(reasons.all.first?.contains("no answer in time") == true, "\(reasons.all)")
    }

    @Test func identityAndVersion() throws {
        try makeVideo()
        let store = try store("s3")
        let object = S3Object(bucket: "plain", name: "a b.mp4")
        #expect(try store.open(object).identity == store.open(object).identity)
        var other = object
        other.bucket = "other"
        #expect(try store.open(other).identity != store.open(other).identity)
        other = S3Object(bucket: "plain", name: "a b.mp4", version: "3/4")
        #expect(try store.open(other).identity != store.open(object).identity)
        #expect(server.lines.contains { $0.hasPrefix("HEAD /plain/a%20b.mp4 versionId=3%2F4&") })
    }

    @Test func aPictureIsReadAsFarAsIsAllowed() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path("media/plain/p.jpg")))
        for kind in ["folder", "s3"] {
            let object = try store(kind).open(S3Object(bucket: "plain", name: "p.jpg"))
            #expect(try object.read(atMost: 200_000) == bytes)
            #expect(try object.read(atMost: 199_999) == nil)
        }
    }
}

/// A server of `Tests/Servers`.
final class Server {
    private let command: Command
    let port: Int

    init(_ name: String, _ arguments: [String]) throws {
        command = try Command(Project.root.appendingPathComponent("Tests/Servers/\(name)").path, arguments)
        for _ in 0..<3000 where command.isRunning && !command.output.contains("\n") { usleep(20_000) }
        port = try #require(command.output.split(separator: "\n").first.flatMap { Int($0) })
    }

    deinit { command.signal(SIGKILL) }

    /// What it printed since.
    var lines: [Substring] { Array(command.output.split(separator: "\n").dropFirst()) }
}
