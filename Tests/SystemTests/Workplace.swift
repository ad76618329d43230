import Foundation
import TestSupport
import Testing

/// A folder with clips in it, where a test runs `footpath` as a user would.
struct Workplace {
    let folder: TemporaryFolder

    /// - Parameter clips: copied into the folder under their own names.
    init(_ clips: URL...) throws {
        folder = try TemporaryFolder()
        for clip in clips { try add(clip) }
    }

    /// Copies a file into the folder.
    func add(_ file: URL, as name: String? = nil) throws {
        try FileManager.default.copyItem(atPath: file.path, toPath: path(name ?? file.lastPathComponent))
    }

    /// Writes a file of the folder.
    func write(_ content: Data, _ name: String) throws {
        try content.write(to: URL(fileURLWithPath: path(name)))
    }

    func path(_ name: String) -> String { folder.path(name) }

    /// The names of what is in the folder, sorted.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
    }

    /// Runs `footpath analyze` in the folder with settings that take little time.
    func analyze(
        _ arguments: String..., input: String? = nil, runtime: String = Self.runtime
    ) throws -> CommandResult {
        try start(arguments, input: input, runtime: runtime).wait()
    }

    /// Starts the same.
    func start(
        _ arguments: [String], input: String? = nil, runtime: String = Self.runtime
    ) throws -> Command {
        try shell("exec \(Self.analyze) \"$@\"", arguments, input: input, runtime: runtime)
    }

    /// Starts a shell script in the folder. `$@` in it are the arguments, `$PROGRAM` is `footpath`.
    func shell(
        _ script: String, _ arguments: [String] = [], input: String? = nil, runtime: String = Self.runtime
    ) throws -> Command {
        try Command(
            "sh", ["-c", "cd \"$FOLDER\" && { \(script)\n}", "sh"] + arguments, input: input,
            environment: ["FOLDER": folder.url.path, "FOOTPATH_RUNTIME": runtime, "PROGRAM": Project.program.path])
    }

    /// The records of a file in the folder, which must obey the contract.
    func records(_ name: String) throws -> Records { try Records(at: path(name)) }

    /// For scripts: `footpath analyze` with settings that take little time.
    static let analyze = "\"$PROGRAM\" analyze --input-size 320x192 --scales 1"

    private static var runtime: String {
        ProcessInfo.processInfo.environment["FOOTPATH_RUNTIME"] ?? Project.runtime.path
    }
}

/// Lines that obey the record contract.
struct Records {
    let lines: [[String: Any]]

    /// - Throws: `InvalidRecords` where a line breaks the contract.
    init(at path: String) throws {
        try validateRecords(at: path)
        lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// The records of an event.
    func all(_ event: String) -> [[String: Any]] {
        lines.filter { $0["event"] as? String == event }
    }

    /// What a key says in each record of an event.
    func values<Value>(_ key: String, of event: String) -> [Value] {
        all(event).compactMap { $0[key] as? Value }
    }
}
