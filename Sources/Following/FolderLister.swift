import CProcess
import Decoding
import Dispatch
import Foundation
import Glibc

/// Lists a folder and writes down what is done of it, on a thread of its own: a share may hang, and is left behind then.
package final class FolderLister: Sendable {
    private let folder: String
    private let memory: String?
    private let tell: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "footpath.folder")
    private let group = DispatchGroup()

    /// - Parameters:
    ///   - memory: the file in which what is done is remembered; nil remembers nothing.
    ///   - tell: told, from the thread, why nothing can be written there.
    package init(folder: String, memory: String?, tell: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.memory = memory
        self.tell = tell
    }

    /// What was remembered.
    package var remembered: String { memory.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? "" }

    /// Lists the folder; returns at once.
    ///
    /// - Parameter entry: of which it is to be found out whether somebody writes to it.
    package func list(check entry: FolderEntry?, report: @escaping @Sendable (FolderListing) -> Void) {
        queue.async(group: group) { [folder] in
            var listing = FolderListing()
            do {
                listing.entries = try Self.entries(of: folder)
            } catch {
                listing.failure = "\(folder): \(Self.text(error))"
            }
            if let entry {
                let path = Array((folder + "/").utf8) + (entry.bytes ?? Array(entry.name.utf8)) + [0]
                if footpath_is_being_written(path.map(CChar.init(bitPattern:))) { listing.beingWritten = entry }
            }
            report(listing)
        }
    }

    /// Writes down what is done; returns at once.
    package func remember(_ text: String) {
        guard let memory else { return }
        queue.async(group: group) { [tell] in
            do {
                try text.write(toFile: memory, atomically: true, encoding: .utf8)
            } catch {
                tell("\(memory): what is done can't be remembered: \(Self.text(error))")
            }
        }
    }

    /// Waits until what was asked is done, so long at most.
    package func finish(within seconds: Double) { _ = group.wait(timeout: .now() + seconds) }

    /// - Throws: `POSIXError`.
    private static func entries(of path: String) throws -> [FolderEntry] {
        guard let folder = footpath_folder_open(path) else { throw lastError }
        defer { footpath_folder_close(folder) }
        var entries: [FolderEntry] = []
        var found = footpath_entry()
        while let name = footpath_folder_next(folder, &found) {
            let kind: FolderEntry.Kind =
                switch Int(found.kind) {
                case FOOTPATH_FILE: .file
                case FOOTPATH_FOLDER: .folder
                case FOOTPATH_LINK: .link
                default: .other
                }
            let text = String(validatingCString: name)
            let bytes = text == nil ? (0..<strlen(name)).map { UInt8(bitPattern: name[$0]) } : nil
            entries.append(
                FolderEntry(
                    name: text ?? SourceName.shown(bytes ?? []), bytes: bytes, kind: kind, size: found.size,
                    changed: found.changed))
        }
        if errno != 0 { throw lastError }
        return entries
    }

    private static func text(_ error: any Error) -> String {
        (error as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
    }

    private static var lastError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
