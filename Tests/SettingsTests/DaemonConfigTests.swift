import Decoding
import Foundation
import Recording
import TestSupport
import Testing

@testable import Pipeline
@testable import Settings

@Suite struct DaemonConfigTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(_ text: String, environment: [String: String] = [:], needsSecrets: Bool = true) throws
        -> DaemonConfig
    {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
        return try DaemonConfig(
            path: folder.path("c.yaml"), environment: environment, needsSecrets: needsSecrets, cores: 4)
    }

    /// What is wrong, without the folder's name.
    private func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try read(text, environment: environment)
            return []
        } catch let error as SettingsError {
            return error.problems.map { $0.replacing(folder.url.path + "/", with: "") }
        } catch {
            return ["\(error)"]
        }
    }

    /// A camera's settings from its keys.
    private func camera(_ keys: String, defaults: String = "{}") throws -> CameraSettings {
        let text = "output: {path: '-'}\ndefaults: \(defaults)\ncameras: [{name: a, \(keys)}]"
        return try #require(try read(text).cameras.first)
    }

    private func request(_ keys: String, defaults: String = "{}") throws -> CameraRequest {
        switch try camera(keys, defaults: defaults).source {
        case .camera(let request), .file(let request), .directory(let request): request
        }
    }

    @Test func everythingHasADefault() throws {
        let config = try read(
            "output: {path: /x/{feed}.jsonl}\ncameras: [{name: a, source: rtsp://h/x}]".replacing(
                "{path: /x/{feed}.jsonl}", with: "{path: '/x/{feed}.jsonl'}"))
        #expect(config.output == .init(path: "/x/{feed}.jsonl", sync: .standard, rotation: nil, queueBytes: 4_000_000))
        #expect(config.output.path(for: "a") == "/x/a.jsonl")
        #expect(config.http == nil)
        #expect(config.logLevel == .info)
        #expect(config.workers == 4)
        let request = try request("source: rtsp://h/x")
        #expect(request.isLive)
        #expect(request.options.parameters == ["rtsp_transport": "tcp"])
        #expect(request.options.openTimeout == 15)
        #expect(request.options.readTimeout == 10)
    }

    @Test func unitsAreThoseThatPeopleWrite() throws {
        #expect(Units.seconds("30s") == 30)
        #expect(Units.seconds("1h30m") == 5400)
        #expect(Units.seconds("1.5 h") == 5400)
        #expect(Units.seconds("250ms") == 0.25)
        for text in ["", "30", "s", "-3s", "3x", "1e9s", "3s s", "∞s", "٣s"] { #expect(Units.seconds(text) == nil) }
        #expect(Units.bytes("64MB") == 64_000_000)
        #expect(Units.bytes("64 MiB") == 67_108_864)
        #expect(Units.bytes("1g") == 1_073_741_824)
        for text in ["", "64", "MB", "-1MB", "1MB2", "9999999999TB"] { #expect(Units.bytes(text) == nil) }
    }

    @Test func aCamerasKeysComeBeforeTheDefaults() throws {
        let defaults = "{fps: 5, confidence: 60, transport: udp, read_timeout: 20s}"
        let settings = try camera("source: rtsp://h/x, fps: 2", defaults: defaults)
        #expect(settings.options.sampleRate == 2)
        #expect(settings.options.minimumConfidence == 0.6)
        let request = try request("source: rtsp://h/x, transport: tcp", defaults: defaults)
        #expect(request.options.parameters["rtsp_transport"] == "tcp")
        #expect(request.options.readTimeout == 20)
    }

    @Test(
        "What a source is follows from its name",
        arguments: [
            ("rtsp://h/x", true, nil), ("https://h/x.m3u8", true, nil), ("srt://h:9000", true, nil),
            ("/dev/video0", true, "v4l2"), ("/videos/a.mp4", false, nil), ("file:///videos/a.mp4", false, nil),
        ])
    func sources(source: String, isLive: Bool, format: String?) throws {
        let request = try request("source: '\(source)'")
        #expect(request.isLive == isLive)
        #expect(request.options.format == format)
    }

    @Test func everyMistakeIsToldAtOnceWithLineAndPath() {
        let found = problems(
            """
            output: {path: "x/{name}.jsonl", sync: often, rotate: {keep: 3}, queue: 1}
            http: {listen: "0.0.0.0:80"}
            log: {level: loud, colour: red}
            workers: 0
            stats_interval: 10
            defaults: {fps: fast, source: x}
            cameras:
              - name: a
                source: rtsp://h/x
                directory: /d
              - name: a
                source: http://h/x
                transport: udp
                masks: [[0, 0, 2, 2]]
              - {name: ../b, source: "-"}
              - {source: rtsp://h/y}
              - {name: c, source: rtsp://h/x, options: [1], hwaccel: fpga, open_timeout: 1000d}
            """)
        let wanted = [
            "c.yaml:1: output.path: ", "c.yaml:1: output.sync: often: give one of never, interval, line",
            "c.yaml:1: output.rotate: give size, age or both", "c.yaml:1: output.queue: ",
            "c.yaml:2: http.listen: 0.0.0.0:80: ",
            "c.yaml:3: log.level: loud: ", "c.yaml:3: log.colour: no such key", "c.yaml:4: workers: 0: ",
            "c.yaml:5: stats_interval: 10: give a duration such as", "c.yaml:6: defaults.fps: fast: give a number",
            "c.yaml:6: defaults.source: no such key", "c.yaml:10: cameras[0].directory: give source or directory",
            "c.yaml:11: cameras[1].name: a: another camera", "c.yaml:13: cameras[1].transport: ",
            "c.yaml:14: cameras[1].masks", "c.yaml:15: cameras[2].name: ../b: ", "c.yaml:15: cameras[2].source: ",
            "c.yaml:16: cameras[3]: name is missing", "c.yaml:17: cameras[4].options: give keys and values",
            "c.yaml:17: cameras[4].hwaccel: fpga: give one of auto, vaapi, cuda, none",
            "c.yaml:17: cameras[4].open_timeout: must be 500ms to 10m",
        ]
        for start in wanted {
            #expect(found.contains { $0.hasPrefix(start) }, "\(start)\n\(found.joined(separator: "\n"))")
        }
        #expect(found.count == wanted.count, "\(found.joined(separator: "\n"))")
    }

    @Test(
        "What isn't YAML, or nothing, says so",
        arguments: [
            ("a: [", "c.yaml:"), ("", "c.yaml: is empty"), ("- a", "c.yaml:1: : give keys and values"),
            ("output: {path: x}\noutput: {path: y}\ncameras: []", "the same key twice"),
            ("output: {path: x}\ncameras: []", "c.yaml:2: cameras: name at least one"), ("a: \u{0}", "c.yaml"),
            (String(repeating: "[", count: 5000), "c.yaml"),
        ])
    func notYAML(text: String, problem: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Suite struct SecretTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        private func source(_ secret: String, name: String = "cam", source: String = "rtsp://h:554/x") throws -> String
        {
            try Data(secret.utf8).write(to: URL(fileURLWithPath: folder.path("cam")))
            let text = "output: {path: '-'}\ncameras: [{name: a, source: '\(source)', credentials: \(name)}]"
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
            let config = try DaemonConfig(
                path: folder.path("c.yaml"), environment: ["CREDENTIALS_DIRECTORY": folder.url.path])
            guard case .camera(let request) = config.cameras[0].source else { return "" }
            return request.source
        }

        @Test func userAndPasswordAreWovenIntoTheURL() throws {
            #expect(try source("me:pa:s/s@\n") == "rtsp://me:pa%3As%2Fs%40@h:554/x")
            #expect(try source("me:ü", name: folder.path("cam")) == "rtsp://me:%C3%BC@h:554/x")
            #expect(try source("http://a:b@other/y?token=1") == "http://a:b@other/y?token=1")
        }

        @Test(
            "A secret that can't be used is told without being told",
            arguments: [
                ("hunter2", "cam", "rtsp://h/x", "must hold USER:PASSWORD"),
                ("a:hunter2\nmore", "cam", "rtsp://h/x", "must hold one line"), ("", "cam", "rtsp://h/x", "one line"),
                ("a:hunter2", "../cam", "rtsp://h/x", "the name of a systemd credential"),
                ("a:hunter2", "none", "rtsp://h/x", "no such file"),
                ("a:hunter2", "cam", "rtsp://b@h/x", "names a user already"),
                ("a:hunter2", "cam", "/dev/video0", "for a URL"),
            ])
        func unusable(secret: String, name: String, source: String, problem: String) throws {
            let error = #expect(throws: SettingsError.self) {
                try self.source(secret, name: name, source: source)
            }
            let text = error?.problems.joined() ?? ""
            #expect(text.contains(problem), "\(text)")
            #expect(!text.contains("hunter2"))
        }
    }
}
