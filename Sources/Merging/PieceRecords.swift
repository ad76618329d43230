import PathModel

/// The records of a piece of a file, or of a file that is one piece, as they lie on the disk.
public struct PieceRecords: Sendable {
    /// What a piece of a cut file is of it. Times are those of the file's stream.
    public struct Cut: Sendable {
        /// The first frame that was looked at, and the time up to which the piece reaches, without it; nil for the file's end.
        public var start: Timestamp, end: Timestamp?
        /// The file's first frame.
        public var origin: Timestamp
        /// What was observed, in order; no stretch reaches over a handover.
        public var observed: [ObservedStretch]

        /// A part of a file.
        public init(start: Timestamp, end: Timestamp?, origin: Timestamp, observed: [ObservedStretch]) {
            (self.start, self.end, self.origin, self.observed) = (start, end, origin, observed)
        }
    }

    /// Counted from 0, over all of a plan.
    public var number: Int
    /// The file.
    public var path: String
    /// Which of its bytes are lines of records.
    public var bytes: Range<Int64>
    /// How many lines there must be.
    public var lines: Int
    /// Nil for a file that is one piece.
    public var cut: Cut?

    /// A piece's records.
    public init(number: Int, path: String, bytes: Range<Int64>, lines: Int, cut: Cut? = nil) {
        (self.number, self.path, self.bytes, self.lines, self.cut) = (number, path, bytes, lines, cut)
    }
}

/// How pieces become one log: what `analyze` was told, as far as only the whole file can tell it.
public struct MergingOptions: Sendable {
    /// How much is written.
    public var detail: Detail
    /// Whether those who never stir are left out, but for so many seconds before they stir.
    public var leavesOutStill: Bool
    /// See `leavesOutStill`.
    public var bridge: Double
    /// Where people are counted.
    public var layout: CountingLayout
    /// Frames a second that were analysed at most.
    public var fps: Double?
    /// By how much pieces overlap, in microseconds: a log goes over to the next piece in the middle.
    public var overlap: Int64

    /// What `analyze` was told.
    public init(
        detail: Detail = .points, leavesOutStill: Bool = false, bridge: Double = 2,
        layout: CountingLayout = CountingLayout(), fps: Double? = nil, overlap: Int64
    ) {
        (self.detail, self.leavesOutStill, self.bridge) = (detail, leavesOutStill, bridge)
        (self.layout, self.fps, self.overlap) = (layout, fps, overlap)
    }

    /// Where the log goes over from a piece that ends at a time to the next one.
    public func handover(beforeEnd end: Timestamp) -> Timestamp {
        Timestamp(microseconds: end.microseconds - overlap / 2)
    }
}

/// Why pieces can't be merged.
public enum MergingError: Error, Hashable {
    /// A piece's file can't be read.
    case unreadable(path: String, reason: String)
    /// A piece's file isn't what was written.
    case damaged(path: String, reason: String)
}

extension MergingError: CustomStringConvertible {
    /// Where, what, and what to do about it.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "can't read \(path): \(reason)"
        case .damaged(let path, let reason):
            "\(path): \(reason), so it isn't the piece that was written. Remove it and run that piece again."
        }
    }
}

/// What came of a video's pieces.
public struct MergedTotals: Sendable {
    /// Paths, points and faces of cut files, whose points are known.
    public var paths = 0, points = 0, faces = 0
    /// Lines that were written.
    public var lines = 0
}
