import Foundation
import Recording
import SystemPackage

/// The results of a piece: a line that says whose they are, records, and a line that says that they are whole.
public struct PieceFile: Sendable {
    /// The first line.
    public struct Header: Hashable, Sendable, Codable {
        /// The plan's id.
        public var plan: String
        /// The piece's number.
        public var piece: Int
        /// The video's name.
        public var video: String

        static let mark = "footpath_piece"

        /// The line, without a newline.
        public var line: String { JSON.line(Self.mark, self) }
    }

    /// The last line.
    public struct Trailer: Hashable, Sendable, Codable {
        /// How many lines of records are before it, and how many bytes.
        public var lines = 0, bytes: Int64 = 0
        /// How the video or its part ended, as in `stream_end`: `end_of_file` or `decode_error`.
        public var end = "end_of_file"
        /// Frames decoded and analysed.
        public var frames, analyzed: Int
        /// Damaged packets and frames.
        public var damaged = 0
        /// Why, where it did not end at its end.
        public var message: String?
        /// How long it took.
        public var seconds = 0.0
        /// The machine.
        public var host = ""
        /// Of a video that is cut, the stretches that were observed: the times of the first and the last frame, in microseconds of
        /// the stream, and how many were analysed.
        public var observed: [[Int64]]?

        static let mark = "footpath_piece_end"

        /// The line, without a newline.
        public var line: String { JSON.line(Self.mark, self) }
    }

    /// Why a file is none.
    public enum Flaw: Error, Hashable, Sendable {
        /// There is no such file.
        case absent
        /// It isn't whole, or isn't what it should be.
        case damaged(String)
        /// It is a folder, a pipe or a device.
        case notFile
        /// It can't be read.
        case unreadable(Errno)
    }

    /// The first line.
    public let header: Header
    /// The last line.
    public let trailer: Trailer
    /// Where the records' lines are.
    public let records: Range<Int64>

    /// Reads the first and the last line of a file; that there are as many lines between them as the last says is not known
    /// then, only that there are as many bytes.
    public init(path: String) throws(Flaw) {
        do {
            // A pipe would wait for who writes to it.
            let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            self = try descriptor.closeAfter { try Self(descriptor) }
        } catch let flaw as Flaw {
            throw flaw
        } catch Errno.noSuchFileOrDirectory {
            throw .absent
        } catch {
            throw .unreadable(error as? Errno ?? .ioError)
        }
    }

    private init(_ descriptor: FileDescriptor) throws {
        guard try descriptor.stat().type == .regular else { throw Flaw.notFile }
        let size = try descriptor.seek(offset: 0, from: .end)
        var lines = FileLines(descriptor, from: 0, to: size)
        guard let first = try lines.next(), let header = Self.read(Header.self, Header.mark, first) else {
            throw Flaw.damaged("its first line isn't a piece's")
        }
        let start = lines.place
        guard let (last, end) = try Self.lastLine(descriptor, size: size),
            let trailer = Self.read(Trailer.self, Trailer.mark, last), trailer.bytes == end, end >= start
        else { throw Flaw.damaged("it is cut: its last line isn't the end of a piece") }
        (self.header, self.trailer, records) = (header, trailer, start..<end)
    }

    private static func read<Line: Decodable>(_ type: Line.Type, _ mark: String, _ line: [UInt8]) -> Line? {
        guard line.starts(with: "{\"\(mark)\":1,".utf8) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(line))
    }

    /// The last line and where it begins; nil where no newline ends it.
    private static func lastLine(_ descriptor: FileDescriptor, size: Int64) throws -> ([UInt8], Int64)? {
        var bytes: [UInt8] = []
        var start = size
        while start > 0 {
            let block = max(0, start - 4096)..<start
            bytes = try descriptor.bytes(block) + bytes
            start = block.lowerBound
            guard bytes.last == UInt8(ascii: "\n") else { return nil }
            if let newline = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) {
                return (Array(bytes[(newline + 1)...].dropLast()), start + Int64(newline + 1))
            }
        }
        return nil
    }
}
