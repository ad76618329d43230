import Analyzing
import Following
import Foundation
import PathModel
import Settings
import TestSupport
import Testing

/// systemd/footpath.yaml names every key, and the defaults in it are the program's.
@Suite struct SampleConfigTests {
    /// A line of the sample that names a key, switched off or not.
    private struct Entry {
        let line: Int
        let indent: Int
        let key: String
        let isOff: Bool
        /// The lines of the keys that it stands in.
        let parents: [Int]
    }

    private let lines: [String]
    private let entries: [Entry]

    init() throws {
        let file = Project.root.appendingPathComponent("systemd/footpath.yaml")
        lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        var entries: [Entry] = []
        for (line, text) in lines.enumerated() {
            guard let match = try /^( *)(#?)(- )?([a-z_]+):( |$)/.prefixMatch(in: text) else { continue }
            let indent = match.1.count + (match.3?.count ?? 0)
            var parents = entries.last.map { $0.parents + [$0.line] } ?? []
            while let last = parents.last, let parent = entries.first(where: { $0.line == last }),
                parent.indent >= indent
            {
                parents.removeLast()
            }
            entries.append(
                Entry(line: line, indent: indent, key: String(match.4), isOff: !match.2.isEmpty, parents: parents))
        }
        self.entries = entries
    }

    private func path(_ entry: Entry) -> String {
        (entry.parents.compactMap { line in entries.first { $0.line == line }?.key } + [entry.key]).joined(
            separator: ".")
    }

    /// Reads the sample with some of its lines switched on.
    private func config(with on: (Int) -> Bool = { _ in false }, cores: Int = 3) throws -> DaemonConfig {
        let text = lines.enumerated().map { line, text in on(line) ? uncommented(text) : text }.joined(separator: "\n")
        return try Self.config(text, cores: cores)
    }

    private func uncommented(_ text: String) -> String { text.replacing(/^( *)#(?! )/) { String($0.1) } }

    private static func config(_ text: String, cores: Int = 3) throws -> DaemonConfig {
        let folder = try TemporaryFolder()
        try text.write(toFile: folder.path("footpath.yaml"), atomically: true, encoding: .utf8)
        return try DaemonConfig(
            path: folder.path("footpath.yaml"), environment: [:], needsSecrets: false, cores: cores)
    }

    @Test func itIsInOrderAsItIsAndWithEverythingSwitchedOn() throws {
        let plain = try config()
        #expect(plain.cameras.map(\.name) == ["door"])
        #expect(plain.output.path == "/var/log/footpath/{feed}.jsonl")
        // These two can't be set together.
        for other in ["quality", "input_size"] {
            let left = entries.filter { $0.key == other }.map(\.line)
            #expect(left.count == 1)
            let whole = try config(with: { !left.contains($0) })
            #expect(whole.cameras.map(\.name) == ["door", "inbox"])
            #expect(whole.cameras[0].options.masks.count == 2)
            #expect(whole.cameras[0].options.layout.zones.count == 1)
        }
    }

    @Test func itHasEveryKeyThatThereIsAndNoOther() throws {
        var known: [String: Set<String>] = [:]
        let text = """
            x: 1
            output: {path: /x, x: 1, rotate: {size: 1MB, x: 1}}
            http: {x: 1}
            mqtt: {x: 1}
            log: {x: 1}
            defaults: {x: 1}
            cameras: [{name: a, source: b, x: 1}]
            """
        do {
            _ = try Self.config(text)
            Issue.record("the unknown keys were taken")
        } catch let error as SettingsError {
            for problem in error.problems {
                let match = try #require(try /:\d+: (.*)x: no such key; there are (.*)$/.firstMatch(in: problem))
                let place = match.1.replacing("[0]", with: "").split(separator: ".").joined(separator: ".")
                known[place] = Set(match.2.split(separator: ", ").map(String.init))
            }
        }
        let ofAll = try #require(known["defaults"])
        known["defaults"] = nil
        #expect(known["cameras"]?.subtracting(ofAll) == ["name", "source", "directory", "credentials"])
        let free = entries.filter { path($0).hasPrefix("cameras.options.") || path($0).hasPrefix("defaults.") }
        #expect(free.count == 2)
        var named: [String: Set<String>] = [:]
        for entry in entries where !free.contains(where: { $0.line == entry.line }) {
            let place = path(entry).split(separator: ".").dropLast().joined(separator: ".")
            named[place, default: []].insert(entry.key)
        }
        #expect(named == known)
    }

    /// What the sample says of the settings of an analysis.
    private var analysis: [String] {
        AnalysisSetting.all.filter(\.isOfCameras).flatMap { setting in
            var lines = ["    #"]
            for word in setting.help.split(separator: " ") {
                if lines[lines.count - 1].count + word.count > 120 { lines.append("    #") }
                lines[lines.count - 1] += " \(word)"
            }
            // Whoever leaves the rest as it is shouldn't analyse all frames.
            return lines + ["    \(setting.key == "fps" ? "" : "#")\(setting.key): \(setting.example)"]
        }
    }

    @Test("It says of an analysis what the table says; with FOOTPATH_RECORD=1 in the environment it is made so")
    func itSaysWhatTheTableSays() throws {
        let start = try #require(lines.firstIndex { $0.contains("#read_timeout:") }) + 2
        let end = try #require(lines[start...].firstIndex(of: ""))
        if ProcessInfo.processInfo.environment["FOOTPATH_RECORD"] == "1" {
            let text = (lines[..<start] + analysis + lines[end...]).joined(separator: "\n")
            try text.write(
                to: Project.root.appendingPathComponent("systemd/footpath.yaml"), atomically: true, encoding: .utf8)
        }
        #expect(Array(lines[start..<end]) == analysis)
    }

    @Test func whatIsSwitchedOffIsTheDefaultUnlessItSaysOtherwise() throws {
        let plain = try config()
        var others: Set<String> = []
        for entry in entries
        where entry.isOff && !["log", "mqtt", "options", "masks", "zones", "lines", "defaults"].contains(entry.key) {
            // What needs another beside it.
            if ["cameras.name", "cameras.directory", "cameras.settle"].contains(path(entry)) { continue }
            if path(entry).hasPrefix("mqtt.") { continue }
            let on = Set(entry.parents + [entry.line])
            let changed = try config(with: on.contains)
            let isDefault =
                plain.cameras == changed.cameras && plain.output == changed.output && plain.http == changed.http
                && plain.logLevel == changed.logLevel && plain.logFormat == changed.logFormat
                && plain.workers == changed.workers && plain.mqtt == changed.mqtt
            if !isDefault { others.insert(path(entry)) }
        }
        #expect(
            others == [
                "workers", "cameras.options.rtsp_flags", "cameras.format", "cameras.input_size", "cameras.model",
                "cameras.face_model",
            ])
    }
}
