import Decoding
import Foundation
import PathModel
import Pipeline

/// What is to be done, once, by however many machines: all of a plan's file but its videos.
public struct Plan: Hashable, Sendable {
    /// The format of the file.
    static let format = 1

    /// Footpath's version, which alone runs it: another one's records differ.
    public var version: String
    /// The absolute path of the folder that relative names start from.
    public var directory: String
    /// How long a piece is at most, in milliseconds.
    public var piece: Int64
    /// How much earlier than its piece the analysis begins, in milliseconds.
    public var overlap: Int64
    /// What the user set, by the settings' keys.
    public var settings: [String: [String]]
    /// The networks that these settings need.
    public var networks: [SessionStart.Model]
    /// How many videos there are.
    public internal(set) var videosCount = 0
    /// How many pieces there are; they are counted from 0.
    public internal(set) var piecesCount = 0
    /// SHA-256 of the videos' lines, with their newlines.
    var videosDigest = ""
    /// A UUID of all of it but `directory`, which differs between machines.
    public internal(set) var id = ""

    /// A plan without videos.
    public init(
        version: String, directory: String, lengths: PieceLengths, settings: [String: [String]],
        networks: [SessionStart.Model]
    ) {
        let milliseconds = { (seconds: Double) in Int64((seconds * 1000).rounded()) }
        (self.version, self.directory) = (version, directory)
        (piece, overlap) = (milliseconds(lengths.piece), milliseconds(lengths.overlap))
        (self.settings, self.networks) = (settings, networks)
    }

    var idOfContent: String {
        SessionIdentity.uuid(of: [
            firstLine(saysDirectory: false), "\(videosCount)", "\(piecesCount)", videosDigest,
        ])
    }
}

/// A video of a plan.
public struct PlannedVideo: Hashable, Sendable, Codable {
    /// As the user named it, and as people are shown it.
    public var name: String
    /// The bytes of that name, as hexadecimal digits, where they aren't UTF-8.
    var path: String?
    /// How many videos of the same name are before it.
    public var repetition: Int
    /// In bytes.
    public var size: Int64
    /// SHA-256 of what tells it from others: its size, first and last MiB.
    public var fingerprint: String
    /// In milliseconds; nil where unknown.
    public var duration: Int64?
    /// The number of its first piece.
    public var firstPiece = 0
    /// Where it is cut; nil where it is one piece as a whole.
    public var windows: [SourceWindow]?

    private enum CodingKeys: String, CodingKey {
        case name, path, repetition, size, fingerprint
        case duration = "duration_ms"
        case firstPiece = "first_piece"
        case windows = "pieces"
    }

    /// A video as a whole.
    public init(_ source: SourceName, repetition: Int, size: Int64, fingerprint: String, duration: Int64?) {
        name = source.text
        path = source.pathBytes.map { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        (self.repetition, self.size, self.fingerprint, self.duration) = (repetition, size, fingerprint, duration)
    }

    /// How many pieces it has.
    public var piecesCount: Int { windows?.count ?? 1 }

    /// The numbers of its pieces.
    public var pieces: Range<Int> { firstPiece..<firstPiece + piecesCount }

    /// As `analyze` is told it.
    public var source: SourceName {
        guard let path else { return SourceName(name) }
        let digits = Array(path.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { place in
            UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16)
        }
        return SourceName(path: bytes)
    }

    /// The times, in microseconds of the stream, at which the log goes over from each piece to the next: halfway through the
    /// overlap, where the next one's tracker has warmed up and the one before knows what comes.
    ///
    /// - Parameter overlap: the plan's, in milliseconds.
    public func handovers(overlap: Int64) -> [Int64] {
        (windows ?? []).dropLast().compactMap(\.end).map { $0 - overlap * 500 }
    }

    /// Milliseconds of it that a piece covers without its overlap; nil where unknown.
    public func duration(of piece: Int) -> Int64? {
        guard let windows else { return duration }
        let index = piece - firstPiece
        guard windows.indices.contains(index), let first = windows.first else { return nil }
        let start = index == 0 ? first.origin : windows[index - 1].end ?? first.origin
        let end = windows[index].end ?? duration.map { first.origin + $0 * 1000 }
        return end.map { max(0, ($0 - start) / 1000) }
    }
}

/// A piece of a plan.
public struct PlannedPiece: Hashable, Sendable {
    /// Counted from 0, over all videos.
    public var number: Int
    /// Of what.
    public var video: PlannedVideo

    /// What of the video is looked at; nil for all of it.
    public var window: SourceWindow? { video.windows?[number - video.firstPiece] }
}

// MARK: - Lines

extension Plan: Decodable {
    private enum CodingKeys: String, CodingKey {
        case version, directory, settings, id
        case piece = "piece_ms"
        case overlap = "overlap_ms"
        case networks = "models"
        case videosCount = "videos_count"
        case piecesCount = "pieces_count"
        case videosDigest = "videos_sha256"
    }

    func firstLine(saysDirectory: Bool = true) -> String {
        let place = saysDirectory ? "\"directory\":\(JSON.text(directory))," : ""
        return "{\"footpath_plan\":\(Self.format),\"version\":\(JSON.text(version)),\(place)"
            + "\"piece_ms\":\(piece),\"overlap_ms\":\(overlap),\"settings\":\(JSON.text(settings)),"
            + "\"models\":\(JSON.text(networks)),\"videos\":["
    }

    var lastLine: String {
        "],\"videos_count\":\(videosCount),\"pieces_count\":\(piecesCount),\"videos_sha256\":\"\(videosDigest)\""
            + ",\"id\":\"\(id)\"}"
    }
}

/// Values as JSON on one line; equal ones are equal bytes.
enum JSON {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only numbers that aren't finite have no text, and there are none.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    /// An object that says first what it is.
    static func line(_ mark: String, _ value: some Encodable) -> String {
        "{\"\(mark)\":1," + text(value).dropFirst()
    }
}
