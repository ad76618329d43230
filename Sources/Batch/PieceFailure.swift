import Foundation
import Recording

/// Why a piece failed, as it stands in a file beside its results until it is done.
public struct PieceFailure: Hashable, Sendable, Codable {
    /// The piece's number.
    public var piece: Int
    /// The video's name.
    public var video: String
    /// What went wrong, and what to do.
    public var reason: String
    /// The exit code of that run, which says whether trying again helps.
    public var exit: Int32
    /// RFC 3339.
    public var time: String
    /// The machine.
    public var host: String
    /// How often it failed.
    public var attempts: Int

    init(_ piece: PlannedPiece, _ error: BatchError, attempts: Int) {
        (self.piece, video) = (piece.number, piece.video.name)
        (reason, exit) = ("\(error)", error.kind.rawValue)
        time = UTCTime(milliseconds: Heartbeat.utc).description
        (host, self.attempts) = (Heartbeat.hostName, attempts)
    }

    /// Reads one; nil where there is none.
    init?(path: String) {
        guard let data = FileManager.default.contents(atPath: path),
            let failure = try? JSONDecoder().decode(PieceFailure.self, from: data)
        else { return nil }
        self = failure
    }

    func write(_ path: String) throws {
        try NewFile(path, naming: .late, mayReplace: true).write(whole: { try $0.write(line: JSON.text(self)) })
    }
}
