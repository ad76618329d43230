import Foundation
import PathModel
import Recording
import SystemPackage

/// Where the pieces of a plan are, for all machines: a thousand in each folder of it.
public struct ResultsFolder: Hashable, Sendable {
    /// The folder.
    public let path: String

    private static let markName = "footpath-batch.json"

    /// A folder, which needn't be there.
    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// Where the results of a plan are if nobody says.
    public init(ofPlan plan: String) {
        self.init((plan.hasSuffix(".json") ? String(plan.dropLast(5)) : plan) + ".pieces")
    }

    /// The results of a piece: there once it is done.
    public func file(_ piece: Int) -> String { name(piece) + ".jsonl" }

    /// Who works on a piece.
    func lock(_ piece: Int) -> String { name(piece) + ".lock" }

    /// Why a piece failed.
    func failure(_ piece: Int) -> String { name(piece) + ".failed" }

    private func name(_ piece: Int) -> String { "\(folder(piece / 1000))/\(Self.digits(piece, 6))" }

    func folder(_ thousand: Int) -> String { "\(path)/\(Self.digits(thousand, 3))" }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    // MARK: - Whose they are

    private struct Mark: Codable {
        var footpath_results = 1
        var plan: String
    }

    /// Finds out whether results of another plan are here. A folder that isn't there holds none.
    ///
    /// - Returns: whether this plan's are.
    @discardableResult
    public func check(_ plan: Plan) throws(BatchError) -> Bool {
        let name = "\(path)/\(Self.markName)"
        guard let data = FileManager.default.contents(atPath: name) else { return false }
        guard let mark = try? JSONDecoder().decode(Mark.self, from: data) else {
            throw .failed(.results, "\(name): is damaged; give another --results, or remove the folder")
        }
        guard mark.plan == plan.id else {
            throw .failed(
                .results,
                "\(path): holds results of another plan (\(mark.plan); this is \(plan.id)); give another --results, or remove the folder"
            )
        }
        return true
    }

    /// Makes the folder, as far as it isn't there, and says whose it is.
    func prepare(_ plan: Plan, piece: Int) throws(BatchError) {
        if try !check(plan) {
            try make(path)
            do {
                let file = try NewFile("\(path)/\(Self.markName)", naming: .late, mayReplace: false)
                try file.write(whole: { try $0.write(line: JSON.text(Mark(plan: plan.id))) })
            } catch RecordingError.exists {
                // Another machine was quicker.
                try check(plan)
            } catch {
                throw BatchError(error)
            }
        }
        try make(folder(piece / 1000))
    }

    /// Makes a folder with those above it, as far as they aren't there (mkdir(2)).
    private func make(_ folder: String) throws(BatchError) {
        if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
        let error = Errno(rawValue: errno)
        let parent = FilePath(folder).removingLastComponent().string
        guard error == .noSuchFileOrDirectory, !parent.isEmpty, parent != folder else {
            throw BatchError(RecordingError(error, .open, folder))
        }
        try make(parent)
        if mkdir(folder, 0o777) != 0, errno != EEXIST {
            throw BatchError(RecordingError(Errno(rawValue: errno), .open, folder))
        }
    }

    // MARK: - What dead runs left

    /// Removes files of a piece that a run began and didn't finish.
    func removeUnfinished(_ piece: Int) {
        let start = FilePath(file(piece)).lastComponent?.string ?? ""
        let folder = folder(piece / 1000)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(start + ".") && name.hasSuffix(".part") {
            try? Disk.remove("\(folder)/\(name)")
        }
    }
}
