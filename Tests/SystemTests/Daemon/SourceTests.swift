import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite("Kinds of sources")
    struct SourceTests {
        @Test("RTSP over UDP, HTTP, MJPEG, HLS, RTMP, SRT, MPEG-TS over UDP, and libavdevice's: all are followed")
        func all() throws {
            let cameras = try TestCameras(["a": Clips.camera])
            let folder = try TemporaryFolder()
            let ports = try (0..<6).map { _ in try freePort() }
            let live = ["-re", "-stream_loop", "-1", "-i", Project.sample.path, "-an"]
            let copied = live + ["-c", "copy"]
            let senders = try [
                copied + ["-f", "mpegts", "-listen", "1", "http://127.0.0.1:\(ports[0])/x.ts"],
                live + ["-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1", "http://127.0.0.1:\(ports[1])/x"],
                copied + ["-f", "flv", "-listen", "1", "rtmp://127.0.0.1:\(ports[2])/live/x"],
                copied + ["-f", "mpegts", "srt://127.0.0.1:\(ports[3])?mode=listener"],
                copied + ["-f", "mpegts", "udp://127.0.0.1:\(ports[4])"],
                copied + ["-f", "hls", "-hls_time", "1", folder.path("x.m3u8")],
            ].map { try Command("ffmpeg", ["-v", "error", "-nostdin"] + $0) }
            let web = try Command(
                "python3", ["-m", "http.server", "\(ports[5])", "--bind", "127.0.0.1", "-d", folder.url.path])
            defer { for command in senders + [web] { command.signal(SIGKILL) } }
            let daemon = try RunningDaemon([
                "rtsp: \(cameras.url("a")), transport: udp", "http: 'http://127.0.0.1:\(ports[0])/x.ts'",
                "mjpeg: 'http://127.0.0.1:\(ports[1])/x'",
                "rtmp: 'rtmp://127.0.0.1:\(ports[2])/live/x', open_timeout: 20s",
                "srt: 'srt://127.0.0.1:\(ports[3])'", "udp: 'udp://127.0.0.1:\(ports[4])'",
                "hls: 'http://127.0.0.1:\(ports[5])/x.m3u8', read_timeout: 10s",
                "lavfi: 'movie=filename=\(Clips.clip.path)', format: lavfi",
            ])
            let containers = [
                "rtsp": "rtsp", "http": "mpegts", "mjpeg": "mpjpeg", "rtmp": "flv", "srt": "mpegts", "udp": "mpegts",
                "hls": "hls", "lavfi": "lavfi",
            ]
            for (name, container) in containers {
                try daemon.awaitEvent("path", of: name, count: 3)
                let start = try #require(daemon.lines(name).first { $0["event"] as? String == "stream_start" })
                #expect((start["container"] as? String)?.contains(container) == true)
                let clock = try #require(start["clock"] as? String)
                #expect((name == "lavfi" ? ["file"] : ["ntp", "arrival"]).contains(clock))
            }
            #expect(daemon.stop().status == 0)
            for name in containers.keys { _ = try daemon.place.records("\(name).jsonl") }
        }
    }
}
