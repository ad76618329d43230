import Foundation

/// How far a plan is.
public struct BatchStatus: Hashable, Sendable, Codable {
    /// A piece that somebody works on, or did when last heard of.
    public struct Running: Hashable, Sendable, Codable {
        /// The piece's number.
        public var piece: Int
        /// The video's name.
        public var video: String
        /// The machine, and its process.
        public var host: String
        public var pid: Int32
        /// In milliseconds since 1970 UTC, by that machine's clock.
        public var started, updated: Int64
        /// How much of it is done, 0...1; nil where unknown.
        public var share: Double?
    }

    /// The plan's id.
    public var plan: String
    /// How many there are, and how many videos they are of.
    public var pieces, videos: Int
    /// Whole results.
    public var done = 0
    /// Of those, pieces of videos that are damaged or break off.
    public var damaged_videos = 0
    /// Somebody works on them.
    public var running = 0
    /// They failed, and nobody works on them.
    public var failed = 0
    /// All others.
    public var waiting = 0
    /// Seconds until all but those that failed are done, with as many at work as now; nil where nobody is, or nothing is known yet.
    public var left_s: Double?
    /// See `running`.
    public var running_pieces: [Running] = []
    /// Of those that wait, pieces whose run is dead.
    public var stale_pieces: [Running] = []
    /// See `failed`.
    public var failed_pieces: [PieceFailure] = []
    /// Of those that wait, pieces whose results are damaged.
    public var damaged_pieces = ""
    /// Those that wait, such as `3,7-9`: what engines take as an array.
    public var waiting_pieces = ""

    /// Whether nothing is left to do but for what failed.
    public var isOver: Bool { running == 0 && waiting == 0 }

    /// As one line of JSON.
    public var json: String { JSON.text(self) }
}
