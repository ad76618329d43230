import Decoding
import Foundation
import Recording
import SystemPackage

/// A plan's file, of which a few lines at a time are in memory.
public final class PlanFile {
    /// Where it is, as the user named it.
    public let path: String
    /// All but the videos.
    public let plan: Plan

    private let descriptor: FileDescriptor
    /// Where the videos' lines are.
    private let videos: Range<Int64>
    /// The last line is shorter.
    private static let longestTail: Int64 = 1024
    /// Where so little is left to search, it is read through.
    private static let readThrough: Int64 = 16_384

    /// Opens a plan and checks all but the videos' lines.
    ///
    /// - Parameter version: Footpath's; another one's plan is refused.
    public init(_ path: String, version: String) throws(BatchError) {
        self.path = path
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        } catch {
            throw .failed(.input, "\(path): \(Self.text(error))")
        }
        do throws(BatchError) {
            (plan, videos) = try Self.read(descriptor, path, version: version)
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }

    /// A piece, found in the time that a few reads take.
    public func piece(_ number: Int) throws(BatchError) -> PlannedPiece {
        guard (0..<plan.piecesCount).contains(number) else {
            throw .noPiece(number, of: plan.piecesCount, plan: path)
        }
        // Of the lines that begin in `range`, the first has no later piece; what begins behind it has only later ones.
        var range = videos
        while range.upperBound - range.lowerBound > Self.readThrough {
            let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
            var lines = FileLines(descriptor, from: middle, to: range.upperBound)
            guard try next(&lines) != nil else { break }
            let start = lines.place
            guard let line = try next(&lines) else {
                range = range.lowerBound..<middle
                continue
            }
            let isLater = try video(line).firstPiece > number
            range = isLater ? range.lowerBound..<middle : start..<range.upperBound
        }
        var lines = FileLines(descriptor, from: range.lowerBound, to: videos.upperBound)
        while let line = try next(&lines) {
            let video = try video(line)
            if video.pieces.contains(number) { return PlannedPiece(number: number, video: video) }
            if video.firstPiece > number { break }
        }
        throw changed
    }

    /// Calls `use` with each video, in order, and finds out whether they are those of the plan.
    public func forEachVideo(_ use: (PlannedVideo) throws -> Void) throws {
        let digest = SHA256Digest()
        var (count, piece) = (0, 0)
        var lines = FileLines(descriptor, from: videos.lowerBound, to: videos.upperBound)
        while let line = try next(&lines) {
            digest.update(line + [UInt8(ascii: "\n")])
            let video = try video(line)
            guard video.firstPiece == piece else { throw changed }
            (count, piece) = (count + 1, piece + video.piecesCount)
            try use(video)
        }
        guard count == plan.videosCount, piece == plan.piecesCount, digest.hexadecimal() == plan.videosDigest else {
            throw changed
        }
    }

    private func next(_ lines: inout FileLines) throws(BatchError) -> [UInt8]? {
        do {
            return try lines.next()
        } catch {
            throw .failed(.input, "\(path): \(Self.text(error))")
        }
    }

    private func video(_ line: [UInt8]) throws(BatchError) -> PlannedVideo {
        let bytes = line.last == UInt8(ascii: ",") ? line.dropLast() : line[...]
        guard let video = try? JSONDecoder().decode(PlannedVideo.self, from: Data(bytes)),
            video.firstPiece >= 0, video.piecesCount > 0
        else { throw changed }
        return video
    }

    private var changed: BatchError { Self.changed(path) }

    private static func changed(_ path: String) -> BatchError {
        .failed(
            .usage, "\(path): was changed, or is damaged, since it was planned; plan anew, by footpath batch plan")
    }

    // MARK: - The first and the last line

    private struct Mark: Decodable {
        var footpath_plan: Int
        var version: String
    }

    private static func read(
        _ descriptor: FileDescriptor, _ path: String, version: String
    ) throws(BatchError) -> (Plan, Range<Int64>) {
        let (first, last, videos) = try ends(descriptor, path)
        guard let mark = try? JSONDecoder().decode(Mark.self, from: Data(first + "]}".utf8)) else {
            throw .failed(.usage, "\(path): is no plan of footpath batch plan")
        }
        guard mark.footpath_plan == Plan.format, mark.version == version else {
            let other = mark.footpath_plan == Plan.format ? "" : " in another format"
            throw .failed(
                .usage,
                "\(path): was planned by Footpath \(mark.version)\(other), and this is \(version): plan anew with it, or run the "
                    + "other one")
        }
        guard let last, let plan = try? JSONDecoder().decode(Plan.self, from: Data(first + last)),
            plan.id == plan.idOfContent
        else { throw changed(path) }
        return (plan, videos)
    }

    /// The first line; the last one where the file is whole; where the others are.
    private static func ends(
        _ descriptor: FileDescriptor, _ path: String
    ) throws(BatchError) -> (first: [UInt8], last: [UInt8]?, videos: Range<Int64>) {
        do {
            let size = try descriptor.seek(offset: 0, from: .end)
            var lines = FileLines(descriptor, from: 0, to: size)
            let first = try lines.next() ?? []
            let tail = try descriptor.bytes(max(0, size - Self.longestTail)..<size)
            guard tail.last == UInt8(ascii: "\n"),
                let end = tail.dropLast().lastIndex(of: UInt8(ascii: "\n"))
            else { return (first, nil, 0..<0) }
            let start = size - Int64(tail.count - end - 1)
            guard start >= lines.place else { return (first, nil, 0..<0) }
            return (first, Array(tail[(end + 1)...].dropLast()), lines.place..<start)
        } catch {
            throw .failed(.input, "\(path): \(text(error))")
        }
    }

    private static func text(_ error: any Error) -> String { (error as? Errno)?.description ?? "\(error)" }
}
