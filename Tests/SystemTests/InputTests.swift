import Foundation
import TestSupport
import Testing

@Suite("Inputs that are not what a user hoped for")
struct InputTests {
    @Test(
        "What can't be read ends with 66, a reason, and no output",
        arguments: [
            ("missing.mp4", "No such file or directory"), ("folder", "is a directory"),
            ("empty.mp4", "the file is empty"),
            ("text.mp4", "not a media file"), ("no-moov.mp4", "not a media file, or cut off"),
            ("sound.m4a", "there is no video stream"),
        ])
    func unreadable(name: String, reason: String) throws {
        let place = try Workplace(Clips.withoutIndex, Clips.sound)
        try FileManager.default.createDirectory(atPath: place.path("folder"), withIntermediateDirectories: false)
        try place.write(Data(), "empty.mp4")
        try place.write(Data("not a video\n".utf8), "text.mp4")
        let before = try place.names
        let result = try place.analyze(name)
        #expect(result.status == 66)
        #expect(result.errors.hasPrefix("footpath: \(name): "))
        #expect(result.errors.contains(reason))
        #expect(try place.names == before)
    }

    @Test("A file cut in a frame gives the records up to there and ends with 65")
    func cutShort() throws {
        let place = try Workplace(Clips.cutShort)
        let result = try place.analyze("cut.mp4")
        #expect(result.status == 65)
        #expect(result.errors.contains("cut.mp4: it breaks off at"))
        #expect(result.errors.contains("the records reach up to there"))
        let records = try place.records("cut.mp4.paths.jsonl")
        #expect(records.values("reason", of: "stream_end") == ["decode_error"])
        #expect(records.values("message", of: "stream_end").contains { (text: String) in text.contains("cut short") })
        #expect(records.all("path").count > 10)
    }

    @Test("Damaged frames are counted, the rest is analysed, and the end is 65")
    func flippedBits() throws {
        let place = try Workplace(Clips.noisy)
        let result = try place.analyze("noisy.mkv", "--quiet")
        #expect(result.status == 65)
        #expect(result.errors.hasPrefix("footpath: noisy.mkv: damaged packets or frames: "))
        let records = try place.records("noisy.mkv.paths.jsonl")
        for key in ["decode_errors", "analyzed"] {
            let counts: [Int] = records.values(key, of: "stream_end")
            #expect(counts.count == 1 && counts[0] > 0)
        }
    }

    @Test(
        "Single frames and unusual sizes are analysed",
        arguments: [
            (Clips.oneFrame, 768, 432), (Clips.picture, 768, 432), (Clips.onePixel, 1, 1), (Clips.wide, 16384, 64),
        ])
    func singleFrames(clip: URL, width: Int, height: Int) throws {
        let place = try Workplace(clip)
        let result = try place.analyze(clip.lastPathComponent)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("1 frame analysed"))
        let records = try place.records(clip.lastPathComponent + ".paths.jsonl")
        #expect(records.values("frame_width", of: "stream_start") == [width])
        #expect(records.values("frame_height", of: "stream_start") == [height])
        #expect(records.values("analyzed", of: "session_end") == [1])
    }

    @Test("Where the frame's size changes, a new run begins")
    func resized() throws {
        let place = try Workplace(Clips.resized)
        let result = try place.analyze("resized.h264")
        #expect(result.status == 0, "\(result.errors)")
        let records = try place.records("resized.h264.paths.jsonl")
        #expect(records.values("run", of: "stream_start") == [1, 2])
        #expect(records.values("frame_width", of: "stream_start") == [768, 384])
        #expect(records.values("reason", of: "stream_end") == ["size_changed", "end_of_file"])
        #expect(records.values("analyzed", of: "stream_end") == [25, 25])
    }

    @Test("Standard input is analysed to standard output")
    func standardInput() throws {
        let place = try Workplace()
        let result = try place.analyze("-", "--output", "-", input: Clips.streamed.path)
        #expect(result.status == 0, "\(result.errors)")
        try place.write(Data(result.output.utf8), "out.jsonl")
        #expect(try !place.records("out.jsonl").all("path").isEmpty)
    }

    @Test(
        "Any file name will do",
        arguments: [
            "two words.mp4", "10:30:00.mp4", "żółć 人.mp4", "-q.mp4", "100%03d.mp4", "a#b?c&d.mp4", "new\nline.mp4", "x",
        ])
    func fileNames(name: String) throws {
        let place = try Workplace()
        try place.add(Clips.oneFrame, as: name)
        let result = try place.analyze("--", name)
        #expect(result.status == 0, "\(result.errors)")
        let records = name + ".paths.jsonl"
        #expect(try place.names == [name, records].sorted())
        #expect(try place.records(records).values("source", of: "stream_start") == [name])
    }

    @Test("Of several files a bad one fails and the others are analysed")
    func badAmongGood() throws {
        let place = try Workplace(Clips.oneFrame, Clips.picture)
        let result = try place.analyze("one.mp4", "missing.mp4", "folder/none.mp4", "picture.png")
        #expect(result.status == 66)
        #expect(try place.names == ["one.mp4", "one.mp4.paths.jsonl", "picture.png", "picture.png.paths.jsonl"])
        for name in ["one.mp4.paths.jsonl", "picture.png.paths.jsonl"] { _ = try place.records(name) }
    }

    @Test("Of several failures the first one gives the exit code")
    func firstFailure() throws {
        let place = try Workplace(Clips.cutShort)
        #expect(try place.analyze("cut.mp4", "missing.mp4").status == 65)
        #expect(try place.analyze("missing.mp4", "cut.mp4", "--force").status == 66)
    }

    @Test("A password in a URL shows neither in messages nor in records nor in names", arguments: ["", "/clip.mp4"])
    func credentials(path: String) throws {
        let place = try Workplace(Clips.streamed)
        let server = """
            import http.server, subprocess, sys, threading
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    content = open('clip.mkv', 'rb').read()
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
            with http.server.HTTPServer(('127.0.0.1', 0), Handler) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                url = f'http://user:secret@127.0.0.1:{server.server_port}{sys.argv[1]}'
                sys.exit(subprocess.run([*sys.argv[2:], url]).returncode)
            """
        let result = try place.shell("python3 -c '\(server.replacing("'", with: "\""))' '\(path)' \(Workplace.analyze)")
            .wait()
        #expect(result.status == 0, "\(result.errors)")
        let name = try #require(try place.names.first { $0.hasSuffix(".jsonl") })
        #expect(try place.records(name).all("stream_start").count == 1)
        let text = try String(contentsOfFile: place.path(name), encoding: .utf8)
        #expect(!(name + text + result.errors).contains("secret"))
    }

    @Test("A password in the URL of a server that doesn't answer is not shown")
    func credentialsOfNoServer() throws {
        let place = try Workplace()
        let result = try place.analyze("http://user:secret@127.0.0.1:9/clip.mp4")
        #expect(result.status == 66)
        #expect(result.errors.contains("127.0.0.1:9/clip.mp4: Connection refused"))
        #expect(!result.errors.contains("secret"))
    }

    private static let warns: Bool = {
        let warned = try? asNobody("ffprobe -v error \"$FOLDER/one.mp4\"")
        return warned?.errors.contains("insecure memory") == true
    }()

    /// As a user who may lock no memory, with a file that all may read.
    private static func asNobody(_ command: String) throws -> CommandResult {
        let place = try Workplace(Clips.oneFrame)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.folder.url.path)
        let script = "ulimit -l 0; exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '\(command)'"
        return try place.shell(script).wait()
    }

    @Test("libgcrypt's warning is not for a camera's user", .enabled(if: warns, "this FFmpeg's libraries don't warn"))
    func insecureMemory() throws {
        let result = try Self.asNobody("\"$PROGRAM\" probe \"$FOLDER/one.mp4\"")
        #expect(result.status == 0 && result.errors == "")
    }

    @Test("A name is bytes, for every verb")
    func names() throws {
        let place = try Workplace(Clips.oneFrame)
        let script = """
            for byte in 350 351; do cp one.mp4 "$(printf "caf\\\\$byte.mp4")"; done; "$PROGRAM" probe "$(printf 'caf\\351.mp4')"
            \(Workplace.analyze) caf*.mp4 --output all.jsonl && \(Workplace.analyze) "$(printf 'caf\\351.mp4')"
            """
        let result = try place.shell(script).wait()
        #expect(result.status == 0 && result.output.contains("caf\\xE9.mp4"), "\(result.errors)")
        let sources: [String] = try place.records("all.jsonl").values("source", of: "stream_start")
        #expect(sources == ["caf\\xE8.mp4", "caf\\xE9.mp4"])
        #expect(try place.records("caf\\xE9.mp4.paths.jsonl").all("stream_end").count == 1)
    }

    /// Compiling networks takes about a second of processor time; of 500 clips a frame each, all else takes some ten.
    @Test("Networks are loaded once for five hundred clips of a call")
    func fiveHundredClips() throws {
        let place = try Workplace(Clips.oneFrame)
        for number in 0..<500 {
            try FileManager.default.linkItem(atPath: place.path("one.mp4"), toPath: place.path("\(number).mp4"))
        }
        let script = "ulimit -t 100; exec \(Workplace.analyze) [0-9]*.mp4 --output all.jsonl --quiet"
        let result = try place.shell(script).wait(seconds: 300)
        #expect(result.status == 0, "\(result.errors)")
        #expect(Set(try place.records("all.jsonl").all("session_start").map { $0["session"] as? String }).count == 500)
    }
}
