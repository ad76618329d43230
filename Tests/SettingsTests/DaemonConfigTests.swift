import Analyzing
import Capturing
import Decoding
import Following
import Foundation
import PathModel
import Recording
import TestSupport
import Testing

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
    private func camera(_ keys: String, defaults: String = "{}") throws -> FeedSettings {
        let text = "output: {path: '-'}\ndefaults: \(defaults)\ncameras: [{name: a, \(keys)}]"
        return try #require(try read(text).cameras.first)
    }

    private func request(_ keys: String, defaults: String = "{}") throws -> SourceRequest {
        switch try camera(keys, defaults: defaults).source {
        case .camera(let request), .file(let request), .directory(let request): request
        }
    }

    @Test func everythingHasADefault() throws {
        let config = try read(
            "output: {path: /x/{feed}.jsonl}\ncameras: [{name: a, source: rtsp://h/x}]".replacing(
                "{path: /x/{feed}.jsonl}", with: "{path: '/x/{feed}.jsonl'}"))
        #expect(config.output == .init(path: "/x/{feed}.jsonl", sync: .standard, rotation: nil, queueBytes: 4_000_000))
        #expect(config.output.target(for: "a") == .file(path: "/x/a.jsonl"))
        #expect(config.http == nil)
        #expect(config.logLevel == .info)
        #expect(config.workers == 4)
        let request = try request("source: rtsp://h/x")
        #expect(request.options.isLive)
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
        #expect(settings.options.fps == 2)
        #expect(settings.options.minimumConfidence == 0.6)
        let request = try request("source: rtsp://h/x, transport: tcp", defaults: defaults)
        #expect(request.options.parameters["rtsp_transport"] == "tcp")
        #expect(request.options.readTimeout == 20)
    }

    @Test("Pictures are shown where a camera says so, and never where nothing of a single person may be told")
    func pictures() throws {
        let shut = try camera("source: rtsp://h/x")
        #expect(!shut.showsPictures && shut.blur == nil)
        let open = try camera("source: rtsp://h/x, pictures: true", defaults: "{blur: faces}")
        #expect(open.showsPictures && open.blur == .faces)
        #expect(try camera("source: rtsp://h/x, blur: none", defaults: "{pictures: true}").blur == nil)
        let start = "output: {path: '-'}\ncameras: [{name: a, source: rtsp://h/x, "
        #expect(
            problems(start + "pictures: true, detail: counts}]")
                == ["c.yaml:2: cameras[0].pictures: shows single people, of whom detail: counts says nothing"])
        #expect(
            problems(start + "blur: heads}]") == ["c.yaml:2: cameras[0].blur: is for the pictures of pictures: true"])
        #expect(problems(start + "pictures: true, blur: hats}]").count == 1)
    }

    @Test("One person is no crowd where nothing of a single person may be told")
    func crowds() throws {
        let start = "output: {path: '-'}\ncameras: [{name: a, source: rtsp://h/x, "
        let zone = "zones: [{name: z, points: [[0, 0], [1, 0], [1, 1]], crowd: {people: "
        let one = problems(start + "detail: counts, \(zone)1}}]}]")
        #expect(one.count == 1 && one[0].hasPrefix("c.yaml:2: cameras[0].zones: z: a crowd of 1 tells"), "\(one)")
        for fine in ["detail: counts, \(zone)2}}]}]", "detail: paths, \(zone)1}}]}]"] {
            #expect(problems(start + fine) == [])
        }
    }

    @Test(
        "What a source is follows from its name",
        arguments: [
            ("rtsp://h/x", true, nil), ("https://h/x.m3u8", true, nil), ("srt://h:9000", true, nil),
            ("/dev/video0", true, "v4l2"), ("/videos/a.mp4", false, nil), ("file:///videos/a.mp4", false, nil),
        ])
    func sources(source: String, isLive: Bool, format: String?) throws {
        let request = try request("source: '\(source)'")
        #expect(request.options.isLive == isLive)
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
            ("a: [", "c.yaml:"), ("", "c.yaml: is empty"), ("- a", "c.yaml:1: give keys and values"),
            ("output: {path: x}\noutput: {path: y}\ncameras: []", "the same key twice"),
            ("output: {path: x}\ncameras: []", "c.yaml:2: cameras: name at least one"), ("a: \u{0}", "c.yaml"),
            (String(repeating: "[", count: 5000), "c.yaml"),
            ("a: *b", "c.yaml:1: not YAML: found undefined alias"),
            (String(repeating: "# comment\n", count: 100_001), "c.yaml: is larger than 1 MB"),
            (aliasBomb("? *l9\n: x"), "c.yaml: holds too many aliases"),
            (aliasBomb("x: {*l9}"), "c.yaml: holds too many aliases"),
            (aliasBomb("[*l9, *l9]: x", width: 3, depth: 20), "c.yaml: holds too many aliases"),
        ])
    func notYAML(text: String, problem: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    /// Lists of lists of lists, which come to more than a processor can compare.
    private static func aliasBomb(_ end: String, width: Int = 10, depth: Int = 9) -> String {
        let levels = (1...depth).map { level in
            let aliases = Array(repeating: "*l\(level - 1)", count: width).joined(separator: ", ")
            return "a\(level): &l\(level) [\(aliases)]"
        }
        return (["a0: &l0 [x, x]"] + levels + [end]).joined(separator: "\n")
    }

    @Test func anchorsAndAliasesAreUnderstood() throws {
        let cameras = (0..<90).map {
            "  - {name: c\($0), source: 'rtsp://h/x?a=1&b=2', masks: \($0 == 0 ? "&m [[0, 0, 1, 0.1]]" : "*m")}"
        }
        let config = try read("output: {path: '-'}\n# *a *b *c &d\ncameras:\n" + cameras.joined(separator: "\n"))
        #expect(config.cameras.count == 90 && config.cameras[89].options.masks.count == 1)
    }

    @Test func whatAdviceShowsIsYAML() throws {
        let said = problems("cameras: [{name: a, source: rtsp://h/x}]").joined()
        let line = try #require(try /such as (output: .*)/.firstMatch(in: said)).1
        #expect(
            try read("\(line)\ncameras: [{name: a, source: rtsp://h/x}]").output.path
                == "/var/log/footpath/{feed}.jsonl")
        #expect(problems("output: {}").joined().contains(#"give a file, "-" for standard output"#))
        let listen = try #require(
            try /such as (listen: .*)/.firstMatch(in: problems("http: {}").joined(separator: "\n"))
        ).1
        #expect(
            try read("output: {path: \"-\"}\nhttp: {\(listen)}\ncameras: [{name: a, source: rtsp://h/x}]").http?.port
                == 9464)
        #expect(problems("http: {listen: '0.0.0.0:1'}").joined().contains(#""[::1]""#))
    }

    @Test(arguments: ["directory", "model", "face_model"])
    func anAddressInTheWrongPlaceIsToldWithoutItsSecrets(key: String) {
        let source = key == "directory" ? "" : ", source: rtsp://h/y"
        let told = problems("output: {path: '-'}\ncameras: [{name: a, \(key): 'rtsp://admin:S3cret@h/x'\(source)}]")
        #expect(told.count == 1 && told[0].contains("cameras[0].\(key)") && told[0].contains("h/x"), "\(told)")
        #expect(!told.joined().contains("S3cret"))
    }

    @Test func whatIsNamedMustBeThereWhenItIsChecked() throws {
        let text = """
            output: {path: '/no/such/{feed}.jsonl'}
            defaults: {model: /no/model.onnx, face_model: /tmp}
            cameras: [{name: a, source: rtsp://h/x}, {name: b, source: rtsp://h/x}]
            """
        #expect(problems(text) == [])
        do {
            _ = try DaemonConfig(path: folder.path("c.yaml"), environment: [:], looksAtFiles: true, cores: 1)
            Issue.record("nothing is missing")
        } catch {
            #expect(
                error.problems.map { $0.replacing(folder.url.path + "/", with: "") } == [
                    "c.yaml:2: defaults.model: /no/model.onnx: there is no such file, or no permission to read it",
                    "c.yaml:2: defaults.face_model: /tmp: there is no such file, or no permission to read it",
                    "c.yaml:1: output.path: /no/such: there is no such folder",
                ])
        }
        let sample = try DaemonConfig(
            path: Project.root.appendingPathComponent("systemd/footpath.yaml").path, environment: [:],
            needsSecrets: false,
            looksAtFiles: true)
        #expect(sample.cameras.count == 1, "systemd makes its folder")
    }

    @Test func sourcesThatAreFilesMustBeThereWhenTheyAreChecked() throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("01.jpg")))
        try Data().write(to: URL(fileURLWithPath: folder.path("empty.mp4")))
        let there = [
            "source: \(folder.path("01.jpg"))", "source: 'file:\(folder.path("01.jpg"))'",
            "source: \(folder.path("%02d.jpg"))", "source: rtsp://h/no/such", "source: testsrc, format: lavfi",
            "directory: \(folder.url.path)",
        ]
        let missing = [
            ("source: /no/such.mp4", "source: /no/such.mp4: No such file or directory"),
            ("source: 'file:///no/such.mp4'", "source: file:///no/such.mp4: No such file or directory"),
            ("source: /no/%d.jpg", "source: /no/%d.jpg: No such file or directory"),
            ("source: \(folder.url.path)", "is a directory; name the video files in it"),
            ("source: \(folder.path("empty.mp4"))", "is empty"),
            ("directory: \(folder.path("01.jpg"))", "is no folder"),
        ]
        let cameras = (there + missing.map(\.0)).enumerated().map { "  - {name: c\($0), \($1)}\n" }.joined()
        let away = "  - {name: device, source: /dev/video97}\n  - {name: share, directory: /no/such}\n"
        let text = "output: {path: '-'}\ncameras:\n" + cameras + away
        #expect(try read(text).cameras.count == there.count + missing.count + 2)
        let error = #expect(throws: SettingsError.self) {
            try DaemonConfig(path: folder.path("c.yaml"), environment: [:], looksAtFiles: true, cores: 1)
        }
        let problems = error?.problems ?? []
        #expect(problems.count == missing.count, "\(problems)")
        for (problem, (_, wanted)) in zip(problems, missing) { #expect(problem.hasSuffix(wanted), "\(problem)") }
        try Data("output: {path: '-'}\ncameras:\n\(away)".utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
        let found = try DaemonConfig(path: folder.path("c.yaml"), environment: [:], looksAtFiles: true, cores: 1)
        #expect(found.warnings.count == 2 && found.warnings[0].contains("/dev/video97: No such file"))
        #expect(found.warnings[1].contains("/no/such: there is no such folder now"))
    }

    @Test func aSocketsPathIsShort() {
        let long = "unix:/" + String(repeating: "x", count: 200)
        #expect(problems("output: {path: '\(long)'}\ncameras: [{name: a, source: rtsp://h/x}]").count == 1)
        let short = "unix:/" + String(repeating: "x", count: 106)
        #expect(problems("output: {path: '\(short)'}\ncameras: [{name: a, source: rtsp://h/x}]") == [])
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
            #expect(try source("HTTPS://h/secret") == "HTTPS://h/secret")
        }

        @Test(
            "A password is a password, whatever it looks like",
            arguments: [
                ("viewer:pa://ss", "viewer:pa%3A%2F%2Fss"),
                ("viewer:rtsp://a:b@c/d", "viewer:rtsp%3A%2F%2Fa%3Ab%40c%2Fd"),
                ("viewer://x", "viewer:%2F%2Fx"), ("viewer:12/34?5#6", "viewer:12%2F34%3F5%236"), ("a::", "a:%3A"),
                (":p", ":p"),
            ])
        func passwords(secret: String, written: String) throws {
            #expect(try source(secret) == "rtsp://\(written)@h:554/x")
        }

        @Test func whatComesFromASecretIsShownByTheConfigurationsName() throws {
            for secret in ["https://other/hunter2/x.m3u8", "rtsp://viewer:12/hunter2@h/x", "me:hunter2"] {
                try Data(secret.utf8).write(to: URL(fileURLWithPath: folder.path("cam")))
                let text = "output: {path: '-'}\ncameras: [{name: a, source: 'rtsp://h:554/x', credentials: cam}]"
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.yaml")))
                let config = try DaemonConfig(
                    path: folder.path("c.yaml"), environment: ["CREDENTIALS_DIRECTORY": folder.url.path])
                guard case .camera(let request) = config.cameras[0].source else { return }
                #expect(request.name.redacted == "rtsp://h:554/x")
                #expect(config.warnings.isEmpty)
            }
        }

        @Test(
            "What stands in the wrong place isn't shown",
            arguments: [
                "source: rtsp://h/x, credentials: 'admin:hunter2'", "source: rtsp://h/x, credentials: 'hunter2 x'",
                "source: rtsp://h/x, credentials: /hunter2", "source: rtsp://h/x, credentials: hunter2",
                "source:rtsp://admin:hunter2@h/x", "source: rtsp://h/x, credentials:admin:hunter2",
                "source: rtsp://h/x, fps: 'rtsp://admin:hunter2@h/x'", "name: 'rtsp://admin:hunter2@h/x', source: x",
            ])
        func mistakes(keys: String) throws {
            let name = keys.contains("name:") ? "" : "name: a, "
            try "output: {path: '-'}\ncameras: [{\(name)\(keys)}]".write(
                toFile: folder.path("c.yaml"), atomically: true, encoding: .utf8)
            let error = #expect(throws: SettingsError.self) {
                try DaemonConfig(path: folder.path("c.yaml"), environment: ["CREDENTIALS_DIRECTORY": folder.url.path])
            }
            #expect(error?.description.contains("hunter2") == false, "\(error?.description ?? "")")
        }

        @Test func aPasswordInTheConfigurationIsWarnedOf() throws {
            let text =
                "output: {path: '-'}\ncameras:\n  - {name: a, source: 'rtsp://u:hunter2@h/x'}\n  - {name: b, source: rtsp://h/x}"
            try text.write(toFile: folder.path("c.yaml"), atomically: true, encoding: .utf8)
            let warnings = try DaemonConfig(path: folder.path("c.yaml"), environment: [:]).warnings
            #expect(warnings.count == 1 && warnings[0].contains("c.yaml:3: cameras[0].source: holds a user"))
            #expect(!warnings[0].contains("hunter2"))
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
