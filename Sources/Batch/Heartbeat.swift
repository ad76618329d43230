import Foundation
import Glibc
import PathModel

/// What a run says of itself in its piece's lock file, every few seconds.
public struct Heartbeat: Hashable, Sendable, Codable {
    /// The machine.
    public var host: String
    /// Its process.
    public var process: Int32
    /// The machine's start (`/proc/sys/kernel/random/boot_id`): after the next one no process of it is left.
    public var boot: String
    /// In milliseconds since 1970 UTC.
    public var started, updated: Int64
    /// Frames analysed.
    public var frames = 0
    /// Microseconds of the piece that are done.
    public var elapsed: Int64 = 0
    /// How many there are; nil where unknown.
    public var duration: Int64?

    private enum CodingKeys: String, CodingKey {
        case host, boot, started, updated, frames
        case process = "pid"
        case elapsed = "elapsed_us"
        case duration = "duration_us"
    }

    /// How often a run says so, in seconds.
    static let interval = 5.0
    /// As many bytes in any case, so that one write replaces another.
    static let bytes = 512

    /// Of this process, from now on.
    init() {
        (host, process, boot) = (Self.hostName, getpid(), Self.bootID)
        started = Self.utc
        updated = started
    }

    /// Whether it is of the same run.
    func isOf(_ other: Heartbeat) -> Bool {
        (host, process, boot, started) == (other.host, other.process, other.boot, other.started)
    }

    /// How much of the piece is done, 0...1; nil where unknown.
    public var share: Double? {
        duration.flatMap { $0 > 0 ? min(1, max(0, Double(elapsed) / Double($0))) : nil }
    }

    /// Whether its machine is this one, since it started last: then a lock tells whether the process lives.
    var isOfThisMachine: Bool { boot == Self.bootID && !boot.isEmpty }

    var line: String {
        let text = JSON.text(self)
        return text + String(repeating: " ", count: max(0, Self.bytes - 1 - text.utf8.count)) + "\n"
    }

    /// Reads a lock file; nil where nobody wrote it.
    init?(path: String) {
        guard let data = FileManager.default.contents(atPath: path),
            let beat = try? JSONDecoder().decode(Heartbeat.self, from: data)
        else { return nil }
        self = beat
    }

    /// Milliseconds since 1970 UTC.
    static var utc: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// The machine's name.
    static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        return gethostname(&name, 255) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : "?"
    }()

    private static let bootID: String = {
        let data = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }()
}
