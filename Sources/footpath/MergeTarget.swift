import Batch
import Decoding
import Foundation
import PathModel
import Recording
import Settings
import SystemPackage

/// Where merged logs go.
final class MergeTarget {
    /// What the user named.
    enum Kind {
        case standardOutput
        case file(String)
        case folder(String)
    }

    let kind: Kind
    /// For messages.
    let name: String
    private let mayReplace: Bool
    private let directory: String
    private let interrupt: InterruptFlag
    /// Whose place a file is to take.
    private let old: FileIdentity?
    /// The logs in a folder, lest two videos have one.
    private var taken: Set<String> = []

    /// - Throws: `SettingsError` where it is what is read.
    init(
        _ output: String, force: Bool, plan: PlanFile, results: ResultsFolder, interrupt: InterruptFlag
    ) throws(SettingsError) {
        (mayReplace, self.interrupt, directory) = (force, interrupt, plan.plan.directory)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
        switch OutputTarget(output) {
        case .standardOutput: kind = .standardOutput
        case .socket(let path):
            throw SettingsError(problems: [
                "--output unix:\(path): only footpath run writes to sockets; give a file, a folder, or -"
            ])
        case .file(let path): kind = output.hasSuffix("/") || isFolder.boolValue ? .folder(path) : .file(path)
        }
        name = OutputTarget(output).description
        old = exists && !isFolder.boolValue ? FileIdentity(path: output) : nil
        if case .file(let path) = kind {
            if NewFile.areOnePlace(path, plan.path) {
                throw SettingsError(problems: [], outputs: ["--output \(path): is the plan, and would be overwritten"])
            }
            if Self.isInside(path, results.path) {
                throw SettingsError(
                    problems: [], outputs: ["--output \(path): is among the pieces; give another place"])
            }
        }
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath().path + "/"
        return parent.hasPrefix(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path + "/")
    }

    /// Whether what is written is there before all is.
    var isWrittenAtOnce: Bool { if case .file = kind { false } else { true } }

    /// - Throws: where the log would take a video's place, or that of another log.
    func check(_ video: PlannedVideo) throws {
        switch kind {
        case .standardOutput: return
        case .file(let path):
            guard let old else { return }
            if !mayReplace { try NewFile.check(isFree: path) }
            let name = video.name.hasPrefix("/") ? video.name : "\(directory)/\(video.name)"
            if old.isAt(name) {
                throw SettingsError(
                    problems: [], outputs: ["--output \(path): is one of the videos, and would be overwritten"])
            }
        case .folder:
            let path = try path(of: video)
            guard taken.insert(path).inserted else {
                throw SettingsError(problems: [
                    "--output: two videos' logs would be \(path); merge into one file"
                ])
            }
            if !mayReplace { try NewFile.check(isFree: path) }
        }
    }

    /// A video's log in the folder: by its name, without what leads out of the folder.
    func path(of video: PlannedVideo) throws -> String {
        guard case .folder(let folder) = kind else { return name }
        let parts = video.name.split(separator: "/").filter { $0 != "." && $0 != ".." }
        return ([folder.hasSuffix("/") ? String(folder.dropLast()) : folder] + parts.map(String.init))
            .joined(separator: "/") + ".paths.jsonl"
    }

    /// A file for a log, with the folders above it.
    func newFile(_ path: String) throws -> NewFile {
        if case .folder = kind {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw RecordingError.failed(path: folder.path, operation: .open, errno: .notDirectory)
            }
        }
        return try NewFile(
            path, naming: .late, mayReplace: mayReplace, reads: .ofProcess,
            goesOnWaiting: { [interrupt] in !interrupt.isRaised })
    }
}
