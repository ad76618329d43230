import Analyzing
import Detecting
import Following
import Foundation
import Notifying
import PathModel
import Requesting
import TestSupport
import Testing

@testable import Settings

/// The configuration of `footpath serve`.
@Suite struct ServeConfigTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write("AKIAEXAMPLE wJalrXUtnFEMIK7MDENG # of the front desk\n", "keys", mode: 0o640)
        try write("store:s3cr3t-of-the-store\n", "store")
        try write("https://user:h00k@hooks.lan/x?token=t0k3n\n", "hook")
    }

    private func write(_ text: String, _ name: String, mode: Int = 0o600) throws {
        try text.write(toFile: folder.path(name), atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path(name))
    }

    private static let base = [
        "listen": "127.0.0.1:8080", "auth": "none", "media": "{directory: /srv/v}", "state": "/var/lib/x",
    ]

    /// Reads a file of these keys; nil takes one of the base away. `$` in texts is the folder.
    private func read(_ changes: [String: String?] = [:], secrets: Bool = true) throws -> ServeConfig {
        let all = changes.reduce(into: Self.base) { $0[$1.key] = $1.value }
        let text = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        try write(text.replacing("$", with: folder.url.path), "c.yaml")
        return try ServeConfig(path: folder.path("c.yaml"), environment: [:], needsSecrets: secrets, cores: 3)
    }

    @Test func whatIsNotSaidHasDefaults() throws {
        let config = try read()
        #expect(config.listen == .init(host: "127.0.0.1", port: 8080) && config.keys == nil)
        #expect(config.parallelJobs == 2 && config.keep == 7 * 86400 && config.workers == 3)
        #expect(config.limits.size == 10_000_000_000 && config.limits.length == 21600 && config.limits.queue == 100)
        #expect(config.sampleRate == nil && !config.failsPartial && config.receiver == nil && config.http == nil)
        #expect(config.analysis.faces.landmarks == .five && config.analysis.workers == 3)
        guard case .directory("/srv/v") = config.media else {
            Issue.record("\(config.media)")
            return
        }
    }

    @Test func everythingCanBeSaid() throws {
        let config = try read([
            "listen": "0.0.0.0:80", "auth": nil, "keys": "$/keys",
            "media": "{s3: 'https://s3.lan', credentials: $/store, region: eu-north-1, style: virtual}",
            "parallel_jobs": "4", "limits": "{queue: 7, size: 1GiB, length: 2h, requests: 8, connections: 9}",
            "keep": "2d", "sample_rate": "2.5", "landmarks": "all", "partial": "fail",
            "sns": "{endpoint: 'http://127.0.0.1:4100', credentials: $/store}", "http": "{listen: '[::1]:0'}",
            "log": "{level: debug, format: json}", "workers": "2",
            "analysis": "{quality: best, masks: [[0, 0, 0.5, 0.5]], fps: 5}",
        ])
        #expect(config.listen == .init(host: "0.0.0.0", port: 80) && config.keys != nil)
        let limits = config.limits
        #expect(limits.queue == 7 && limits.size == 1 << 30 && limits.length == 7200)
        #expect(limits.requests == 8 && limits.connections == 9)
        #expect(config.sampleRate == 2.5 && config.failsPartial && config.analysis.faces.landmarks == .all)
        #expect(config.analysis.masks.count == 1 && config.analysis.fps == 5 && config.logLevel == .debug)
        guard case .store = config.media, case .sns = config.receiver else {
            Issue.record("\(config.media)")
            return
        }
    }

    @Test func aWebhookMayBeASecret() throws {
        for (text, target, authorization) in [
            ("http://127.0.0.1:9/x?y=1", "/x?y=1", nil),
            ("{url: 'http://h', credentials: $/hook}", "/x?token=t0k3n", "Basic dXNlcjpoMDBr"),
            (
                "{url: 'https://hooks.lan/jobs', credentials: $/store}", "/jobs",
                "Basic c3RvcmU6czNjcjN0LW9mLXRoZS1zdG9yZQ=="
            ),
        ] {
            guard case .webhook(let address, let found) = try read(["webhook": text]).receiver else {
                Issue.record("\(text)")
                continue
            }
            #expect(address.target == target && found == authorization)
        }
    }

    @Test func secretsAreLeftAloneByWhoeverOnlyChecks() throws {
        let config = try read(
            [
                "auth": nil, "keys": "clients", "media": "{s3: 'http://h', credentials: store}",
                "webhook": "{url: 'http://h', credentials: hook}",
            ], secrets: false)
        #expect(config.keys == nil)
    }

    private static let wrong: [(String, String?, String)] = [
        ("listen", nil, "listen is missing"), ("listen", "8080", "give ADDRESS:PORT"),
        ("listen", "localhost:99999", "give ADDRESS:PORT"), ("listen", "example.org:80", "give ADDRESS:PORT"),
        ("listen", "0.0.0.0:8080", "auth: none is for this machine's own addresses"),
        ("listen", "'[::]:8080'", "auth: none is for this machine's own addresses"),
        ("listen", "192.0.2.1:8080", "auth: none is for this machine's own addresses"),
        ("auth", nil, "keys is missing"), ("auth", "some", "give one of none"),
        ("keys", "$/keys", "auth: give keys or auth"), ("media", nil, "media is missing"),
        ("media", "{}", "give directory or s3"), ("media", "{directory: /a, s3: 'http://h'}", "not both"),
        ("media", "{directory: /a, region: x}", "is for s3"), ("media", "{s3: 'http://h'}", "needs credentials:"),
        ("media", "{s3: 'ftp://h', credentials: $/store}", "http://HOST"),
        ("media", "{s3: 'http://u:hunter2@h', credentials: $/store}", "http://HOST"),
        ("media", "{s3: 'http://h', credentials: $/none}", "no such file"),
        ("media", "{s3: 'http://h', credentials: $/keys}", "ID:SECRET"),
        ("media", "{s3: 'http://h', credentials: name}", "no systemd credentials"),
        ("media", "{s3: 'http://h', credentials: $/store, style: dns}", "path, virtual"),
        ("state", nil, "state is missing"), ("parallel_jobs", "0", "1 to 64"), ("keep", "7", "give a duration"),
        ("keep", "500ms", "must be"), ("limits", "{size: 10}", "give a size"), ("limits", "{jobs: 1}", "no such key"),
        ("sample_rate", "often", "give a number"), ("sample_rate", "0", "0.01 to 1000"),
        ("landmarks", "none", "five, all"), ("partial", "maybe", "keep, fail"), ("sns", "{}", "endpoint is missing"),
        ("sns", "{endpoint: 'http://h'}", "needs credentials:"), ("webhook", "ftp://h/x", "give an http://"),
        ("webhook", "http://u:hunter2@h", "have no place here"), ("webhook", "{credentials: $/hook}", "url is missing"),
        ("http", "{listen: '0.0.0.0:1'}", "only this machine"), ("cameras", "[]", "no such key"),
        ("analysis", "{zones: []}", "no such key"), ("analysis", "{landmarks: all}", "no such key"),
        ("analysis", "{confidence: 0.5}", "is percent here"), ("workers", "65", "1 to 64"),
    ]

    @Test(arguments: wrong) func otherwiseItSaysWhy(key: String, value: String?, problem: String) throws {
        let error = #expect(throws: SettingsError.self) { try read([key: value]) }
        let problems = error?.problems ?? []
        #expect(problems.count == 1 && problems.first?.contains(problem) == true, "\(problems)")
        #expect(
            problems.allSatisfy { $0.contains(#/c\.yaml:\d+: /#) && !$0.contains("hunter2") && !$0.contains("s3cr3t") })
    }

    @Test func allIsSaidAtOnce() throws {
        let error = #expect(throws: SettingsError.self) {
            try read(["auth": nil, "media": nil, "keep": "x", "workers": "x", "sns": "{}", "other": "1"])
        }
        #expect(error?.problems.count == 6, "\(error?.problems ?? [])")
    }

    @Test func keysThatOthersMayReadAreRefused() throws {
        try write("AKIAEXAMPLE wJalrXUtnFEMIK7MDENG\n", "keys", mode: 0o644)
        let error = #expect(throws: SettingsError.self) { try read(["auth": nil, "keys": "$/keys"]) }
        #expect(error?.description.contains("others can read") == true && error?.description.contains("wJal") == false)
    }

    @Test func aServersFileIsToldFromADaemons() throws {
        _ = try read()
        #expect(ServeConfig.isMeant(by: folder.path("c.yaml")))
        #expect(ServeConfig.isMeant(by: Project.root.appendingPathComponent("systemd/footpath-serve.yaml").path))
        #expect(!ServeConfig.isMeant(by: Project.root.appendingPathComponent("systemd/footpath.yaml").path))
        #expect(!ServeConfig.isMeant(by: folder.path("nothing")))
    }
}

/// systemd/footpath-serve.yaml names every key, and the defaults in it are the program's.
@Suite struct ServeSampleTests {
    private let text: String

    init() throws {
        text = try String(
            contentsOf: Project.root.appendingPathComponent("systemd/footpath-serve.yaml"), encoding: .utf8)
    }

    private func read(_ text: String) throws -> ServeConfig {
        let folder = try TemporaryFolder()
        try text.write(toFile: folder.path("c.yaml"), atomically: false, encoding: .utf8)
        return try ServeConfig(path: folder.path("c.yaml"), environment: [:], needsSecrets: false, cores: 2)
    }

    /// The sample with all switched on but some lines that begin with these.
    private func whole(without left: [String]) throws -> ServeConfig {
        try read(
            text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                let on = line.replacing(/^( *)#(?! )/) { String($0.1) }
                return left.contains { on.hasPrefix($0) } ? "" : on
            }.joined(separator: "\n"))
    }

    @Test func itIsInOrderAndItsDefaultsAreTheProgramsOwn() throws {
        let plain = try read(text)
        let store = ["  directory", "auth", "webhook", "  url", "  credentials: webhook"]
        let sns = try whole(without: store)
        guard case .store = sns.media, case .sns = sns.receiver else {
            Issue.record("\(sns.media)")
            return
        }
        let folder = [
            "  s3", "  region", "  credentials: store", "  credentials: sns", "  style", "keys", "sns", "  endpoint",
        ]
        let hook = try whole(without: folder)
        guard case .directory = hook.media, case .webhook = hook.receiver else {
            Issue.record("\(hook.media)")
            return
        }
        for config in [sns, hook] {
            #expect(config.limits == plain.limits && config.keep == plain.keep && config.workers == plain.workers)
            #expect(config.parallelJobs == plain.parallelJobs && config.sampleRate == nil)
            #expect(config.analysis == plain.analysis && config.failsPartial == plain.failsPartial)
            #expect(config.logLevel == plain.logLevel && config.logFormat == plain.logFormat)
        }
    }

    @Test func itHasEveryKey() throws {
        let lists = ["sns", "webhook"].flatMap { receiver in
            let keys = ["media", "limits", receiver, "http", "log"].map { "\($0): {x: 1}\n" }.joined()
            let error = #expect(throws: SettingsError.self) { try read(keys + "x: 1\n") }
            return (error?.problems ?? []).compactMap { try? /no such key; there are (.*)$/.firstMatch(in: $0)?.1 }
        }
        #expect(lists.count == 12)
        for key in Set(lists.flatMap { $0.split(separator: ", ") }) {
            #expect(text.contains(try Regex("(?m)^ *#?\(key):( |$)")), "\(key)")
        }
    }
}
