import Glibc

/// Files of records in the order in which they were written, whatever the order in which they are named: rotated files come
/// before what follows them, by their numbers, since times of recordings don't grow from one to the next.
public struct RecordFiles {
    private enum File {
        case path(String)
        /// What can be read only once.
        case opened(RecordReader)
    }

    private let files: [File]
    private let wantsFaces: Bool
    /// Bytes of all files as far as that is known, as they are on the disk.
    public let bytes: Int64

    /// Looks at the first record of each.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - faces: whether faces are wanted.
    /// - Throws: as `RecordReader.next`; so one that is none is told before the others are read.
    public init(paths: [String], faces: Bool = false) throws(ReadingError) {
        wantsFaces = faces
        var found: [(sequence: Int, time: Int64, file: File)] = []
        var bytes: Int64 = 0
        for path in paths {
            let reader = try RecordReader(path: path, faces: faces)
            let first = try reader.peek()
            var status = stat()
            let isFile = path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            if isFile { bytes += Int64(status.st_size) }
            found.append((first?.sequence ?? 0, first?.time ?? .max, isFile ? .path(path) : .opened(reader)))
        }
        self.bytes = bytes
        // Those of one number and time stay in the order in which they were named.
        files = found.enumerated().sorted { one, other in
            (one.element.sequence, one.element.time, one.offset)
                < (other.element.sequence, other.element.time, other.offset)
        }.map(\.element.file)
    }

    /// Gives a reader of each, one after another.
    public func forEach(_ use: (RecordReader) throws -> Void) throws {
        for file in files {
            switch file {
            case .path(let path): try use(RecordReader(path: path, faces: wantsFaces))
            case .opened(let reader): try use(reader)
            }
        }
    }
}
