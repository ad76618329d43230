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
        ("/dev/video0", false), ("/films/a@b.mp4", false),
    ])
    func whatHoldsSecretsIsSeen(name: String, isSecret: Bool) {
        #expect(SourceName(name).holdsSecrets == isSecret)
    }

    @Test func whatIsASecretAsAWholeIsShownByItsOtherName() {
        let name = SourceName("https://h/secret/a.m3u8", shown: "https://u:secret@h/x")
        #expect(name.redacted == "https://h/x" && name.baseName == "x")
    }

    @Test func errorsDoNotTellCredentials() throws {
        let name = SourceName("http://user:secret@127.0.0.1:1/v.mp4?token=secret")
        let error = #expect(throws: DecodingError.self) {
            _ = try VideoSource(name, threads: 1, interrupt: InterruptFlag())
        }
        #expect(error?.description == "http://127.0.0.1:1/v.mp4: Connection refused")
    }
}
