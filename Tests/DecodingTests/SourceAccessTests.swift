import Foundation
import PathModel
import TestSupport
import Testing

@testable import Decoding

/// What a file or an address may have FFmpeg open besides itself: as little as possible.
@Suite(.timeLimit(.minutes(30))) struct SourceAccessTests {
    private let folder: TemporaryFolder
    private let port: QuietPort

    init() throws {
        folder = try TemporaryFolder()
        port = try QuietPort()
        // The bait: a video that a list beside it may name.
        try ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.4", "-c:v", "libx264", folder.path("bait.ts"))
    }

    /// Lists that have a player open `target`.
    private static func lists(_ target: String) -> [(name: String, text: String)] {
        [
            ("hls.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(target)\n#EXT-X-ENDLIST\n"),
            ("variants.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\(target)\n"),
            ("list.ffconcat", "ffconcat version 1.0\nfile '\(target)'\n"),
            (
                "dash.mpd",
                """
                <?xml version="1.0"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011"
                    type="static" mediaPresentationDuration="PT1S"><Period>
                <AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" codecs="avc1.4d400b">
                <BaseURL>\(target)</BaseURL><SegmentList duration="1"><Initialization sourceURL="\(target)"/>
                <SegmentURL media="\(target)"/></SegmentList></Representation></AdaptationSet></Period></MPD>
                """
            ),
            ("stream.sdp", "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"),
        ]
    }

    private func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: folder.path(name), atomically: false, encoding: .utf8)
        return folder.path(name)
    }

    private func open(_ path: String, found: Bool = false) throws -> VideoSource {
        var options = SourceOptions()
        options.mayNameFiles = !found
        options.openTimeout = 20
        return try VideoSource(SourceName(path), options: options, threads: 1, interrupt: InterruptFlag())
    }

    @Test("A list that calls itself .mp4 is refused by what it is", arguments: 0..<5)
    func disguised(kind: Int) throws {
        let target = kind % 2 == 0 ? folder.path("bait.ts") : "bait.ts"
        let path = try write(Self.lists(target)[kind].text, to: "lobby.mp4")
        let error = #expect(throws: DecodingError.self) { try open(path) }
        guard case .unreadable(path, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("other files"))
    }

    @Test("No list leads to an address", arguments: 0..<5)
    func toAPort(kind: Int) throws {
        for (target, scheme) in [("/bait.ts", "http://"), ("/bait.m3u8", "http://"), ("", "tcp://")] {
            let (name, text) = Self.lists("\(scheme)127.0.0.1:\(port.number)\(target)")[kind]
            for name in [name, "lobby.mp4"] {
                let path = try write(text, to: name)
                #expect(throws: DecodingError.self) { try open(path) }
                #expect(throws: DecodingError.self) { try open(path, found: true) }
            }
        }
        #expect(!port.wasAsked)
    }

    @Test("A list that names itself ends soon and takes little memory", arguments: 0..<5, [nil, "lobby.mp4"])
    func toItself(kind: Int, name: String?) throws {
        let own = name ?? Self.lists("")[kind].name
        let path = try write(Self.lists(own)[kind].text, to: own)
        let isInTime = isDone(within: 10) {
            let start = ContinuousClock.now
            #expect(throws: DecodingError.self) { try open(path) }
            return (ContinuousClock.now - start) / .seconds(1)
        }
        #expect(isInTime)
        #expect(try peakMegabytes(of: path) < 400)
    }

    /// What a process takes that opens a file, and does nothing else: this one runs other tests, too.
    private func peakMegabytes(of path: String) throws -> Int {
        let script = """
            import resource, subprocess, sys
            subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
            """
        let result = try run("python3", ["-c", script, Project.program.path, "probe", path])
        return try #require(Int(result.output.dropLast()), "\(result.errors)")
    }

    @Test(
        "So does a list of what is to come, which is waited for",
        arguments: ["live.m3u8", "/live.m3u8", "http"], [1, 10])
    func toItselfWithoutEnd(target: String, seconds: Int) throws {
        let item = target == "/live.m3u8" ? folder.path("live.m3u8") : "live.m3u8"
        let items = String(repeating: "#EXTINF:\(seconds),\n\(item)\n", count: 3)
        let path = try write("#EXTM3U\n#EXT-X-TARGETDURATION:\(seconds)\n" + items, to: "live.m3u8")
        let server = try WebServer(folder.url.path)
        let isInTime = isDone(within: 5) {
            let start = ContinuousClock.now
            let error = #expect(throws: DecodingError.self) {
                try open(target == "http" ? server.url("live.m3u8") : path)
            }
            let text = error?.description ?? ""
            #expect(text.contains("playlists where videos belong"), "\(text)")
            return (ContinuousClock.now - start) / .seconds(1)
        }
        #expect(isInTime)
    }

    @Test(arguments: ["file:a.m3u8", "/x/a.m3u8", "http://h/x/a.m3u8?k=1"]) func aListIsKnownByItsName(url: String) {
        var items = PlaylistItems()
        let answers = [
            ("#EXTM3U\n#EXTINF:1,\n../b.ts\n", url), ("G", "http://h/b.ts"), ("#EXTM3U", "b.ts"),
            ("#EXTM3U\r\n#EXTINF:1,\r\na.m3u8\r\n", url),
        ].map { items.allow(Array($0.0.utf8), of: $0.1) }
        #expect(answers == [true, true, false, false])
    }

    @Test func aListUnderTheNameOfASegmentIsNone() throws {
        _ = try write("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nb.ts\n", to: "b.ts")
        let path = try write("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nb.ts\n", to: "a.m3u8")
        let error = #expect(throws: DecodingError.self) { try open(path) }
        #expect(error?.description.contains("playlists where videos belong") == true, "\(String(describing: error))")
    }

    @Test func aRedirectionLeadsToNoFileAndNoOtherPort() throws {
        let server = try WebServer(folder.url.path)
        for url in ["/bait.ts", server.url("bait.ts"), server.url("go?/go?/bait.ts")] {
            #expect(Decoded(try open(server.url("go?\(url)"))).frames.count == 10)
        }
        let bait = folder.path("bait.ts")
        let targets = [
            "file:\(bait)", "file://\(bait)", "concat:\(bait)", "http://127.0.0.1:\(port.number)/bait.ts?token=secret",
            "http://localhost:\(port.number)/bait.ts", "http://[::ffff:127.0.0.1]:\(port.number)/",
            "rtsp://127.0.0.1:\(port.number)/", "tcp://127.0.0.1:\(port.number)",
            server.url("go?http://127.0.0.1:\(port.number)/"),
        ]
        for target in targets {
            let error = #expect(throws: DecodingError.self) { try open(server.url("go?\(target)")) }
            let text = error?.description ?? ""
            #expect(text.contains("it leads to ") && !text.contains("secret"), "\(target): \(text)")
        }
        for (name, text) in Self.lists("go?http://127.0.0.1:\(port.number)/bait.ts").prefix(2) {
            _ = try write(text, to: name)
            #expect(throws: DecodingError.self) { try open(server.url(name)) }
        }
        #expect(!port.wasSpokenTo)
    }

    @Test(arguments: [
        ("http://10.0.0.5/x", "http://10.0.0.5/y", true), ("http://10.0.0.5/x", "https://10.0.0.5/y", true),
        ("http://10.0.0.5/x", "http://10.0.0.5:8080/y", true), ("http://10.0.0.5/x", "http://10.0.0.6/y", false),
        ("http://10.0.0.5/x", "http://127.0.0.1/y", false), ("http://10.0.0.5/x", "http://192.0.2.10/y", true),
        ("http://127.0.0.1:80/x", "http://127.0.0.1:80/y", true),
        ("http://127.0.0.1:80/x", "http://127.0.0.1:81/y", false),
        ("http://localhost:80/x", "https://localhost/y", false), ("http://1.1.1.1/x", "http://169.254.169.254/", false),
        ("http://1.1.1.1/x", "rtsp://1.1.1.1/x", false), ("http://1.1.1.1/x", "file:///x", false),
        ("rtsp://10.0.0.5/x", "rtsp://10.0.0.5:8554/y", true), ("rtsp://10.0.0.5/x", "rtsp://10.0.0.6/y", false),
        ("rtsp://10.0.0.5:80/x", "http://10.0.0.5:80/y", true), ("RTSP://10.0.0.5/x", "rtsp://127.0.0.1:554/y", false),
        ("tcp://10.0.0.5:80", "http://127.0.0.1/y", true),
    ])
    func whereARedirectionMayLead(source: String, target: String, isAllowed: Bool) {
        #expect(SourceAccess(SourceName(source), SourceOptions()).allowsRedirect(to: target) == isAllowed)
    }

    @Test func aPlaylistUnderItsOwnNameIsReadIfSomebodyNamedIt() throws {
        for (name, text) in Self.lists("bait.ts") where name == "hls.m3u8" {
            let path = try write(text, to: name)
            #expect(Decoded(try open(path)).frames.count == 10)
            #expect(throws: DecodingError.self) { try open(path, found: true) }
        }
        let secret = try write("no video", to: "secret.txt")
        #expect(throws: DecodingError.self) { try open(try write(Self.lists(secret)[0].text, to: "a.m3u8")) }
    }

    @Test func aFileFromAFolderIsNoSequenceOfPictures() throws {
        try ffmpeg("-i", folder.path("bait.ts"), "-frames:v", "3", folder.path("p%d.png"))
        #expect(Decoded(try open(folder.path("p%d.png"))).frames.count == 3)
        #expect(throws: DecodingError.self) { try open(folder.path("p%d.png"), found: true) }
    }

    @Test func aCamerasPlaylistLeadsToNoFileAndNoOtherPort() throws {
        let server = try WebServer(folder.url.path)
        func url(_ name: String) -> String { server.url(name) }
        for (name, text) in Self.lists("bait.ts").prefix(2) {
            _ = try write(text, to: name)
            #expect(Decoded(try open(url("hls.m3u8"))).frames.count == 10)
        }
        let targets = [
            "file:" + folder.path("bait.ts"), folder.path("bait.ts"), "http://127.0.0.1:\(port.number)/bait.ts",
            "http://localhost:\(port.number)/bait.ts", "tcp://127.0.0.1:\(port.number)",
            "concat:\(folder.path("bait.ts"))",
        ]
        for target in targets {
            for (name, text) in Self.lists(target).prefix(2) {
                _ = try write(text, to: "x-" + name)
                #expect(throws: DecodingError.self, "\(target)") { try open(url("x-" + name)) }
            }
        }
        #expect(!port.wasAsked)
    }

    @Test(arguments: [
        ("http://192.0.2.10/a/x.m3u8", "http://192.0.2.10:80/b.ts", true),
        ("http://192.0.2.10/a/x.m3u8", "http://192.0.2.10:8080/b.ts", true),
        ("http://10.0.0.5/x.m3u8", "http://10.0.0.5/b.ts", true),
        ("http://10.0.0.5/x.m3u8", "http://10.0.0.5:9464/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "http://10.0.0.6/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "http://user@127.0.0.1/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "http://10.0.0.5@127.0.0.1/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "http://[::1]:80/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "http://[::ffff:192.168.1.1]/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "crypto+http://169.254.169.254/latest", false),
        ("http://10.0.0.5/x.m3u8", "http://2130706433/b.ts", false),
        ("http://10.0.0.5/x.m3u8", "tcp://10.0.0.5:80", false),
        ("https://example.invalid/x.m3u8", "https://1.1.1.1/b.ts", true),
    ])
    func whereAPlaylistMayLead(source: String, target: String, isAllowed: Bool) {
        #expect(SourceAccess(SourceName(source), SourceOptions()).allows(url: target) == isAllowed)
    }

    @Test(arguments: [
        ("lobby.mp4", "file"), ("a:b.mp4", "a"), ("file:lobby.mp4", "file"), ("HTTP://x/y", "http"),
        ("subfile,,start,0,end,9,,:x.mp4", "subfile"), ("crypto+http://x", "crypto"), ("concat:a|b", "concat"),
        ("/srv/a:b.mp4", "file"), ("-x", "file"),
    ])
    func protocolsByName(name: String, scheme: String) { #expect(SourceName(name).scheme == scheme) }

}

/// Gives a folder's files by HTTP, and at `/go?URL` sends to another address.
private final class WebServer {
    private static let script = """
        import functools, http.server, sys
        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                if not self.path.startswith("/go?"): return super().do_GET()
                self.send_response(302)
                self.send_header("Location", self.path[4:])
                self.end_headers()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
        print(server.server_port, flush=True)
        server.serve_forever()
        """
    private let command: Command
    private let port: Int

    init(_ folder: String) throws {
        command = try Command("python3", ["-c", Self.script, folder])
        for _ in 0..<3000 where command.isRunning && !command.output.hasSuffix("\n") { usleep(20_000) }
        port = try #require(Int(command.output.dropLast()))
    }

    deinit { command.signal(SIGKILL) }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }
}

/// A port of this machine at which nobody should ask.
private final class QuietPort: Sendable {
    let number: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 5) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(code)
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(listener) }

    /// Whether somebody who connected said anything.
    var wasSpokenTo: Bool {
        while wasAsked {
            let connection = accept(listener, nil, nil)
            defer { close(connection) }
            var byte: UInt8 = 0
            if recv(connection, &byte, 1, 0) > 0 { return true }
        }
        return false
    }

    /// Whether somebody connected.
    var wasAsked: Bool {
        var poller = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, 0) > 0
    }
}
