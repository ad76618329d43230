import Foundation

/// The video files that appear in a folder, each once: by name, size and time of change, so that one that was written
/// anew counts anew. Hidden files and those being written are left alone.
struct NewFiles {
    /// Seconds without change after which a file counts as whole.
    private static let quiet = 5.0
    private let folder: String
    /// Where what is done is remembered, a line each; nil remembers it in memory alone.
    private let memory: String?
    private var done: Set<String>

    init(folder: String, memory: String?) {
        self.folder = folder
        self.memory = memory
        let text = memory.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
        done = Set(text.split(separator: "\n").map(String.init))
    }

    /// The oldest file that isn't done; nil where there is none.
    ///
    /// - Throws: where the folder can't be read.
    mutating func next() throws -> String? {
        let files = try names().compactMap { name in stamp(of: name).map { (name: name, stamp: $0) } }
        // Only what is still there needs to be remembered.
        done.formIntersection(files.map(\.stamp.text))
        let ready = files.filter {
            !done.contains($0.stamp.text) && Date().timeIntervalSince($0.stamp.changed) >= Self.quiet
        }
        let oldest = ready.min { ($0.stamp.changed, $0.name) < ($1.stamp.changed, $1.name) }
        return oldest.map { "\(folder)/\($0.name)" }
    }

    /// Remembers a file that `next` gave as done.
    ///
    /// - Throws: where that can't be written down.
    mutating func finish(_ path: String) throws {
        guard let stamp = stamp(of: String(path.dropFirst(folder.count + 1))) else { return }
        done.insert(stamp.text)
        guard let memory else { return }
        let text = done.sorted().map { $0 + "\n" }.joined()
        try text.write(toFile: memory, atomically: true, encoding: .utf8)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
    }

    private func stamp(of name: String) -> (text: String, changed: Date)? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)"),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let changed = attributes[.modificationDate] as? Date,
            let size = attributes[.size] as? Int
        else { return nil }
        let escaped = name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return ("\(Int(changed.timeIntervalSince1970 * 1000)) \(size) \(escaped)", changed)
    }
}
