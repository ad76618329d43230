import Glibc
import TestSupport
import Testing

@testable import Decoding

@Suite struct SourceNameTests {
    @Test(arguments: [
        ("rtsp://user:secret@camera:554/live", "rtsp://camera:554/live", "live"),
        ("https://host/a/b.mp4?token=secret#t=1", "https://host/a/b.mp4", "b.mp4"),
        ("rtsp://user:se@cret@camera/live", "rtsp://camera/live", "live"),
        ("rtsp://user:se/cr?et@camera/live", "rtsp://camera/live", "live"),
        ("concat:http://u:secret@a/1|http://u:secret@b/2?secret", "concat:http://a/1|http://b/2", "2"),
        ("http://host/v.mp4?from=http://u:secret@other/", "http://host/v.mp4", "v.mp4"),
        ("http://[::1]:8080/@name/v.mp4", "http://[::1]:8080/@name/v.mp4", "v.mp4"),
        ("http://host:80/@name/v.mp4", "http://name/v.mp4", "v.mp4"),
        ("rtsp://user:12/se@camera/live", "rtsp://camera/live", "live"),
        ("rtsp://user:12/se?cr#et@camera:554/live", "rtsp://hidden", "hidden"),
        ("rtsp://user:se@cr/et@camera/live", "rtsp://camera/live", "live"),
        ("rtsp://user:se://cr@camera/live", "rtsp://camera/live", "live"),
        ("rtsp://user:se://cret@camera/live?x=http://user:secret@h/", "rtsp://h/", "h"),
        ("https://u:secret@host/v.mp4?mail=a@b", "https://hidden", "hidden"),
        ("concat:http://u:se|cret@a/1|http://u:se|cret@b/2", "concat:http://a/1|http://b/2", "2"),
        ("rtsp://h:554/user=admin_password=secret_channel=1_stream=0.sdp", "rtsp://h:554/user=hidden", "user=hidden"),
        ("rtsp://h/ch0/passWd=se/cret&x=1", "rtsp://h/ch0/passWd=hidden", "passWd=hidden"),
        ("https://h/live/token/secret/a.m3u8", "https://h/live/token/hidden", "hidden"),
        ("https://h/live/token%3Dsecret/a.m3u8", "https://h/live/token%3Dhidden", "token%3Dhidden"),
        ("https://h/author/keys.mp4", "https://h/author/keys.mp4", "keys.mp4"),
        ("rtmp://h/live/secret", "rtmp://h/live/hidden", "hidden"), ("rtmps://h:443/app", "rtmps://h:443/app", "app"),
        ("rtmp://u:p@h/app/inst/secret pubUser=secret", "rtmp://h/app/hidden", "hidden"),
        ("rtsps://10.0.0.1:7441/bkVBGAHOo1sqIJB3?enableSrtp", "rtsps://10.0.0.1:7441/hidden", "hidden"),
        ("https://h/live/5f3a9b2c1d4e5f6a/index.m3u8", "https://h/live/hidden", "hidden"),
        ("https://h/live/3f2504e0-4f89-41d3-9a0c-0305e82c3301/a.m3u8", "https://h/live/hidden", "hidden"),
        ("rtsp://h/live/s3cr3t7k3y", "rtsp://h/live/hidden", "hidden"),
        ("http://h/stream/Zk9-xQ2_7bT4wLm8.mjpg", "http://h/stream/hidden", "hidden"),
        ("rtsp://h:554/admin:secret/ch1", "rtsp://h:554/hidden", "hidden"),
        ("rtsp://h/admin%3Asecret/ch1", "rtsp://h/hidden", "hidden"),
        ("http://h/stream_key/secret/a.flv", "http://h/stream_key/hidden", "hidden"),
        ("http://h/token-secret1/a.flv", "http://h/token-hidden", "token-hidden"),
        ("http://h/a;jsessionid=secret/v", "http://h/a;jsessionid=hidden", "a;jsessionid=hidden"),
        ("rtsp://h/uid=1&pw_hash=secret", "rtsp://h/uid=hidden", "uid=hidden"),
        ("rtsp://h/cam/realmonitor?channel=1&subtype=0", "rtsp://h/cam/realmonitor", "realmonitor"),
        ("rtsp://h/Streaming/Channels/101", "rtsp://h/Streaming/Channels/101", "101"),
        ("rtsp://h/h264Preview_01_main", "rtsp://h/h264Preview_01_main", "h264Preview_01_main"),
        ("rtsp://h/ISAPI/Streaming/channels/102/picture", "rtsp://h/ISAPI/Streaming/channels/102/picture", "picture"),
        ("rtsp://h/axis-media/media.amp", "rtsp://h/axis-media/media.amp", "media.amp"),
        ("rtsp://h/0/1:1/main", "rtsp://h/0/1:1/main", "main"),
        ("rtsp://h/live/ch00_0", "rtsp://h/live/ch00_0", "ch00_0"),
        ("rtsp://h/MediaInput/h264/stream_1", "rtsp://h/MediaInput/h264/stream_1", "stream_1"),
        ("http://h/axis-cgi/mjpg/video.cgi", "http://h/axis-cgi/mjpg/video.cgi", "video.cgi"),
        (
            "https://h/rec/cam1-2026-03-01T08-00-00Z-h264.mp4", "https://h/rec/cam1-2026-03-01T08-00-00Z-h264.mp4",
            "cam1-2026-03-01T08-00-00Z-h264.mp4"
        ),
        ("https://h/monkey-business.mp4", "https://h/monkey-business.mp4", "monkey-business.mp4"),
        ("user:secret@camera/live", "camera/live", "live"), ("rtsp:/user:se/cret@camera/live", "camera/live", "live"),
        ("12:30:05.mp4", "12:30:05.mp4", "12:30:05.mp4"),
        ("http://host/@name/v.mp4", "http://host/@name/v.mp4", "v.mp4"),
        ("clip@home?.mp4", "clip@home?.mp4", "clip@home?.mp4"), ("/videos/a.mp4", "/videos/a.mp4", "a.mp4"),
        ("-", "-", "stdin"),
    ])
    func credentialsAreLeftOut(name: String, redacted: String, base: String) {
        #expect(SourceName(name).redacted == redacted)
        #expect(SourceName(name).baseName == base)
    }

    @Test(arguments: [
        ("rtsp://h/x", false), ("rtsp://u@h/x", true), ("rtsp://u:p@h/x", true), ("rtsp://h/x?channel=1", false),
        ("rtsp://h/x?user=a&pwd=b", true), ("rtsp://h/user=a_password=b", true), ("rtmp://h/live/key", true),
        ("rtsps://h/bkVBGAHOo1sqIJB3", true), ("rtsp://h/Streaming/Channels/101", false), ("/dev/video0", false),
        ("/films/a@b.mp4", false),
    ])
    func whatHoldsSecretsIsSeen(name: String, isSecret: Bool) {
        #expect(SourceName(name).holdsSecrets == isSecret)
    }

    @Test func whatIsASecretAsAWholeIsShownByItsOtherName() {
        let name = SourceName("https://h/secret/a.m3u8", shown: "https://u:secret@h/x")
        #expect(name.redacted == "https://h/x" && name.baseName == "x")
    }

    @Test func aNameIsBytes() throws {
        let folder = try TemporaryFolder()
        let made = try Media("", "a.mp4").make(in: folder)
        let path = Array(folder.path("caf").utf8) + [0xe9, 0xff] + Array("é.mp4".utf8)
        try #require(rename(made, path.map(CChar.init(bitPattern:)) + [0]) == 0)
        let name = SourceName(path: path)
        #expect(name.baseName == "caf\\xE9\\xFFé.mp4" && name.scheme == "file" && name.isRegularFile)
        #expect(name.fingerprint?.isEmpty == false && name.absence == nil)
        let source = try VideoSource(name, threads: 2, interrupt: InterruptFlag())
        #expect(Decoded(source).frames.count == 20)
        #expect(SourceName(path: Array("/a/é.mp4".utf8)) == SourceName("/a/é.mp4"))
    }

    @Test func errorsDoNotTellCredentials() throws {
        let name = SourceName("http://user:secret@127.0.0.1:1/v.mp4?token=secret")
        let error = #expect(throws: DecodingError.self) {
            _ = try VideoSource(name, threads: 1, interrupt: InterruptFlag())
        }
        #expect(error?.description == "http://127.0.0.1:1/v.mp4: Connection refused")
    }
}
