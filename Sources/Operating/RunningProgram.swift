import Foundation
import Glibc
import PathModel
import Settings

/// A process as the system knows it (proc(5)).
struct RunningProgram {
    private let folder: String
    /// The effective user.
    let user: UInt32

    /// Nil where there is no such process.
    init?(_ processID: Int32) {
        folder = "/proc/\(processID)"
        guard let status = try? String(contentsOfFile: folder + "/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }),
            let user = line.split(separator: "\t").dropFirst(2).first.flatMap({ UInt32($0) })
        else { return nil }
        self.user = user
    }

    /// Whether it is `footpath run` of the file that this process runs, or of what an update replaced there.
    var isDaemonOfThisProgram: Bool {
        let words = (try? String(contentsOfFile: folder + "/cmdline", encoding: .utf8))?.split(separator: "\0") ?? []
        guard words.dropFirst().first == "run" else { return false }
        let (its, own) = (folder + "/exe", "/proc/self/exe")
        if let file = FileIdentity(path: its), file.isAt(own) { return true }
        let names = [its, own].map { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: name))?.replacing(" (deleted)", with: "")
        }
        return names[0] != nil && names[0] == names[1]
    }

    /// Whose socket listens at an address; nil where none does.
    static func user(listeningAt listener: DaemonConfig.Listener) -> UInt32? {
        let isV6 = listener.host == "::1"
        let table = try? String(contentsOfFile: isV6 ? "/proc/net/tcp6" : "/proc/net/tcp", encoding: .utf8)
        let port = String(listener.port, radix: 16, uppercase: true)
        let address =
            (isV6 ? "00000000000000000000000001000000" : "0100007F") + ":"
            + String(repeating: "0", count: 4 - port.count) + port
        for line in (table ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            // State 0A is LISTEN.
            if words.count > 7, words[1] == address, words[3] == "0A" { return UInt32(words[7]) }
        }
        return nil
    }
}
