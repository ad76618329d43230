import Foundation
import TestSupport
import Testing

@Suite("What systemd/ holds")
struct ServiceTests {
    private static let folder = Project.root.appendingPathComponent("systemd")
    private static let units = ["footpath.service", "footpath@.service", "footpath-serve.service"]

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// A folder with a unit in it that runs the built program.
    private static func unitFolder(_ unit: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let runnable = try text(unit).replacing("/usr/bin/footpath", with: Project.program.path)
        try runnable.write(toFile: folder.path(unit), atomically: true, encoding: .utf8)
        return folder
    }

    @Test("systemd finds no fault with a unit and its drop-ins", arguments: units)
    func verify(unit: String) throws {
        let folder = try Self.unitFolder(unit)
        let dropIns = folder.path("\(unit).d")
        try FileManager.default.copyItem(
            atPath: Self.folder.appendingPathComponent("drop-ins").path, toPath: dropIns)
        try FileManager.default.copyItem(
            atPath: Project.root.appendingPathComponent("deploy/systemd/shard.conf").path,
            toPath: dropIns + "/shard.conf")
        let fine = try run("systemd-analyze", ["verify", folder.path(unit)])
        #expect(fine.status == 0)
        #expect(fine.errors == "")
        // That it looks at all.
        try "[Service]\nProtectEverything=yes\n".write(
            toFile: dropIns + "/wrong.conf", atomically: true, encoding: .utf8)
        #expect(try run("systemd-analyze", ["verify", folder.path(unit)]).errors.contains("ProtectEverything"))
    }

    @Test("The exposure is under 2.0", arguments: units)
    func exposure(unit: String) throws {
        let folder = try Self.unitFolder(unit)
        let result = try run(
            "systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=20", folder.path(unit)])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("Overall exposure level"))
    }

    @Test("The two units differ in names and comments only")
    func template() throws {
        func settings(_ unit: String) throws -> [String] {
            try Self.text(unit).split(separator: "\n").map(String.init)
                .filter { !$0.hasPrefix("#") && !$0.hasPrefix("Description=") }
        }
        let one = try settings("footpath.service")
        #expect(one.contains { $0.hasPrefix("ExecStart=") })
        let expected = one.map { line in
            let line = line.replacing("/footpath.yaml", with: "/%i.yaml")
            let isOwn = ["LogsDirectory=", "StateDirectory=", "CacheDirectory="].contains { line.hasPrefix($0) }
            return isOwn ? line + "-%i" : line
        }
        #expect(try settings("footpath@.service") == expected)
    }

    @Test("logrotate renames, neither copies nor creates, and has the daemon open its files anew")
    func logrotate() throws {
        let place = try Workplace()
        let config = try Self.text("footpath.logrotate").replacing("/var/log/footpath", with: place.path("logs"))
        try place.write(Data(config.utf8), "config")
        let script = """
            PATH="$PWD/bin:$PATH:/usr/sbin"; mkdir logs bin
            printf '#!/bin/sh\\necho "$*" >> "$FOLDER/asked"\\n' > bin/systemctl
            chmod 644 config; chmod 700 logs bin/systemctl
            exec 3>> logs/door.jsonl; echo before >&3
            logrotate --debug config 2>&1 | grep error: && exit 1
            logrotate --force --state state config && echo after >&3
            """
        let result = try place.shell(script).wait()
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path("logs"))
        #expect(names.count == 1)
        let name = try #require(names.first)
        #expect(name.wholeMatch(of: /door\.jsonl-\d{8}-\d+/) != nil)
        #expect(try String(contentsOfFile: place.path("logs/\(name)"), encoding: .utf8) == "before\nafter\n")
        let asked = try String(contentsOfFile: place.path("asked"), encoding: .utf8)
        #expect(asked == "kill --signal=HUP --kill-who=main footpath.service footpath@*.service\n")
    }
}

@Suite("make install")
struct InstallTests {
    /// The folder that SwiftPM built the tests in.
    private static let scratch = Project.program.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    /// Runs make with a prefix of its own.
    private func make(_ target: String) throws -> CommandResult {
        try run(
            "make",
            [
                "--silent", "-C", Project.root.path, target, "DESTDIR=\(place.path("root"))", "PREFIX=/opt/footpath",
                "BINARY=\(Project.program.path)", "BUILD_FOLDER=\(Self.scratch.path)",
            ])
    }

    /// What is in the folder, sorted; folders end in a slash.
    private var content: [String] {
        let names = FileManager.default.enumerator(atPath: place.path("root"))?.allObjects as? [String] ?? []
        return names.map { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: place.path("root/\(name)"), isDirectory: &isFolder)
            return name + (isFolder.boolValue ? "/" : "")
        }.sorted()
    }

    @Test("What is installed works; uninstalling leaves what the user made")
    func roundTrip() throws {
        let first = try make("install")
        #expect(first.status == 0, "\(first.errors)")
        #expect(try make("install").status == 0)
        let installed = content
        for name in [
            "opt/footpath/lib/footpath/models/face_landmark.tflite",
            "opt/footpath/lib/systemd/system/footpath@.service",
            "opt/footpath/share/doc/footpath/examples/footpath.logrotate", "etc/footpath/footpath-serve.yaml",
            "opt/footpath/share/doc/footpath/licences/Yams/LICENSE",
            "opt/footpath/share/footpath/deploy/kubernetes/cameras.yaml",
        ] { #expect(installed.contains(name)) }
        let unit = try String(
            contentsOfFile: place.path("root/opt/footpath/lib/systemd/system/footpath.service"), encoding: .utf8)
        #expect(unit.contains("ExecStart=/opt/footpath/bin/footpath run --config /etc/footpath/footpath.yaml\n"))
        #expect(unit.contains("=/opt/footpath/lib/footpath\n"))
        #expect(!unit.replacing("/usr/bin/env", with: "").contains("/usr/"))
        let server = try String(
            contentsOfFile: place.path("root/opt/footpath/lib/systemd/system/footpath-serve.service"), encoding: .utf8)
        let start = "ExecStart=/opt/footpath/bin/footpath serve --config /etc/footpath/footpath-serve.yaml\n"
        #expect(server.contains(start) && !server.contains("/usr/"))

        try place.add(Clips.oneFrame)
        let installedProgram = place.path("root/opt/footpath/bin/footpath")
        let analysis = try run(
            "env", ["-u", "FOOTPATH_RUNTIME", installedProgram, "analyze", place.path("one.mp4")])
        #expect(analysis.status == 0, "\(analysis.errors)")

        let own = ["etc/footpath/hall.yaml", "opt/footpath/lib/footpath/models/mine.onnx"]
        for name in own { try place.write(Data("mine".utf8), "root/\(name)") }
        try place.write(Data("changed".utf8), "root/etc/footpath/footpath.yaml")
        #expect(try make("install").status == 0)
        #expect(try make("uninstall").status == 0)
        #expect(
            content == [
                "etc/", "etc/footpath/", "etc/footpath/footpath.yaml", own[0], "opt/", "opt/footpath/",
                "opt/footpath/lib/",
                "opt/footpath/lib/footpath/", "opt/footpath/lib/footpath/models/", own[1],
            ])
        #expect(try String(contentsOfFile: place.path("root/etc/footpath/footpath.yaml"), encoding: .utf8) == "changed")
        #expect(try make("uninstall").status != 0)
    }

    @Test("Uninstalling what wasn't touched leaves nothing")
    func untouched() throws {
        #expect(try make("install").status == 0)
        #expect(content.count > 30)
        #expect(try make("uninstall").status == 0)
        #expect(content == [])
    }
}
