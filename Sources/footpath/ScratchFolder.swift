import Foundation
import Recording
import SystemPackage

/// A folder for what a command makes on its way, removed at the end.
struct ScratchFolder {
    let path: String

    /// - Parameter output: what the folder lies beside, so that what it holds can be renamed there; nil for where temporary files
    ///   are that may be large.
    /// - Throws: `noSpace` or `failed`.
    init(beside output: String?) throws(RecordingError) {
        let start = output ?? (ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp") + "/footpath"
        path = Disk.nameBeside(start.hasSuffix("/") ? String(start.dropLast()) : start)
        if mkdir(path, 0o700) != 0 { throw RecordingError(Errno(rawValue: errno), .open, path) }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
