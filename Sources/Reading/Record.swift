import PathModel

/// One line of a file of records, version 1.x (docs/records.md), as far as readers need it.
///
/// What a later version 1.x may add is passed over: words that this one doesn't know come as they are, and events it
/// doesn't know as `other`.
public struct Record: Sendable {
    /// Index of its feed and session in the reader's `sources`.
    public var source: Int
    /// Its number in the output that it was written to.
    public var sequence: Int
    /// When it happened, in milliseconds since 1970 UTC.
    public var time: Int64
    /// Its line in the file, from 1.
    public var line: Int
    /// What happened.
    public var event: Event

    /// What a record says, beside the envelope. Points are nearly all of them: what is larger lies elsewhere, so that they are
    /// handed on quickly.
    public enum Event: Sendable {
        indirect case sessionStart(Session)
        case sessionEnd
        indirect case streamStart(Stream)
        case streamEnd(reason: String)
        indirect case region(Region)
        case pathStart(PathStart)
        case point(Sighting)
        indirect case pathEnd(PathEnd)
        indirect case zone(ZoneVisit)
        indirect case line(Crossing)
        case crowd(Crowd)
        case counts(Counts)
        case gap(Gap)
        case stats(people: Int?)
        /// An event of a later version.
        case other
    }
}

extension Record {
    /// The program that wrote a session, and how much it wrote.
    public struct Session: Sendable {
        /// Footpath's version.
        public var version: String
        /// `points`, `paths` or `counts`; nil before records 1.1, which had points.
        public var detail: String?
        /// Frames a second that were analysed at most, where that was chosen.
        public var framesPerSecond: Double?
        /// The machine's share of the cameras, such as `2/5`; nil where one machine followed all.
        public var shard: String?
    }

    /// What was opened.
    public struct Stream: Sendable {
        /// 1 for the first opening of the session.
        public var run: Int
        /// FFmpeg's names; empty where the record doesn't say.
        public var codec: String, container: String
        /// `tv`, `pc`, or what else FFmpeg calls it; empty where the record doesn't say.
        public var colorRange: String
        /// The frame as a viewer shows it, in pixels; nil where the record doesn't say.
        public var frameSize: PixelSize?
        /// Frames a second as the container states it.
        public var frameRate: Double?
        /// As the container states it, in milliseconds.
        public var duration: Int64?
        /// `file`, `ntp`, `arrival`, `estimated`.
        public var clock: String
        /// `creation_time`, `option`, `clock`, or `epoch` where nobody knows and `time` is counted from 1970.
        public var timeOrigin: String
        /// Where the pictures came from, without credentials.
        public var source: String
    }

    /// A zone, line or mask of the feed.
    public struct Region: Hashable, Sendable {
        /// `zone`, `line` or `mask`.
        public var kind: String
        /// Empty for masks.
        public var name: String
        /// In ratios of the frame.
        public var points: [Point]
        /// `feet`, `center` or `head`; nil for masks.
        public var anchor: String?
    }

    /// A person's first point.
    public struct PathStart: Sendable {
        public var track: Int
        /// On the stream's clock, in milliseconds.
        public var pts: Int64
        public var box: BoundingBox
        /// An edge of the frame, or `inside`.
        public var entry: String
    }

    /// Where a person was in one frame.
    public struct Sighting: Sendable {
        public var track: Int
        /// The frame's number, from 0.
        public var frame: Int
        /// On the stream's clock, in milliseconds.
        public var pts: Int64
        /// In ratios of the frame.
        public var box: BoundingBox
        /// 0...1.
        public var confidence: Double
        /// Whether the person was out of sight in this frame.
        public var isPredicted: Bool
        /// Whether nothing of it has stirred since it was first seen.
        public var isStill: Bool
        /// Whether the record has a face.
        public var hasFace: Bool
        /// The face; nil also where the reader wasn't asked for faces.
        public var face: Face? { boxed?.face }
        /// Whether the face was measured in this frame, and not in one before.
        public var isFaceMeasured: Bool { boxed.map { $0.pts ?? pts == pts } ?? false }

        private let boxed: FaceBox?

        private final class FaceBox: Sendable {
            let face: Face
            /// Of the frame in which it was found; nil where the record doesn't say.
            let pts: Int64?

            init(_ face: Face, pts: Int64?) {
                (self.face, self.pts) = (face, pts)
            }
        }

        init(
            track: Int, frame: Int, pts: Int64, box: BoundingBox, confidence: Double, isPredicted: Bool, isStill: Bool,
            hasFace: Bool, face: (face: Face, pts: Int64?)?
        ) {
            (self.track, self.frame, self.pts, self.box) = (track, frame, pts, box)
            (self.confidence, self.isPredicted, self.isStill) = (confidence, isPredicted, isStill)
            (self.hasFace, boxed) = (hasFace, face.map { FaceBox($0.face, pts: $0.pts) })
        }
    }

    /// A whole path in short.
    public struct PathEnd: Sendable {
        public var track: Int
        /// `left_frame`, `lost`, `stream_end`.
        public var cause: String
        /// First and last point, in milliseconds since 1970 UTC.
        public var start: Int64, end: Int64
        public var points: Int
        /// In frame widths, and those a second.
        public var distance: Double, meanSpeed: Double
        /// Edges of the frame, or `inside`.
        public var entry: String, exit: String
        /// 0...1; nil where no face was found.
        public var bestFaceConfidence: Double?
        /// Time in each zone that it was in.
        public var zones: [Dwell]
        /// Crossings of each line that it crossed.
        public var lines: [Passages]
    }

    /// A path's time in a zone.
    public struct Dwell: Hashable, Sendable {
        public var name: String
        /// Milliseconds.
        public var dwell: Int64
        public var entries: Int
    }

    /// Crossings of a line.
    public struct Passages: Hashable, Sendable {
        public var name: String
        public var inward: Int
        public var outward: Int
    }

    /// Somebody entered a zone, left it or loiters in it.
    public struct ZoneVisit: Sendable {
        public var track: Int
        public var name: String
        /// `enter`, `leave`, `loiter`.
        public var action: String
        /// On the stream's clock, in milliseconds.
        public var pts: Int64
        /// In the zone after it.
        public var people: Int
        /// Whether the path began inside.
        public var appeared: Bool
        /// Why it was left; nil otherwise.
        public var cause: String?
        /// Milliseconds in the zone; nil for `enter`.
        public var dwell: Int64?
        /// `begin` or `end` of loitering.
        public var state: String?
    }

    /// Somebody crossed a line.
    public struct Crossing: Sendable {
        public var track: Int
        public var name: String
        /// From the line's left to its right, or the other way.
        public var isInward: Bool
        /// Where, in ratios of the frame.
        public var place: Point
        /// On the stream's clock, in milliseconds.
        public var pts: Int64
        /// Totals so far, this crossing among them.
        public var inward: Int, outward: Int, people: Int
    }

    /// A zone became crowded, or is it no longer.
    public struct Crowd: Sendable {
        public var name: String
        /// `begin` or `end`.
        public var state: String
        public var people: Int
        /// Milliseconds, at the end.
        public var duration: Int64?
    }

    /// The counts of an interval.
    public struct Counts: Sendable {
        /// The interval, in milliseconds since 1970 UTC.
        public var from: Int64, to: Int64
        /// The share of it in which pictures were analysed, 0...1; nil where the record doesn't say.
        public var observed: Double?
        public var zones: [Zone]
        /// Of the interval alone.
        public var lines: [Line]

        /// A zone in the interval.
        public struct Zone: Sendable {
            public var name: String
            /// In the zone at a time; nil where nothing was observed.
            public var least: Int?, most: Int?, mean: Double?
            public var entered: Int, left: Int
            /// Milliseconds, of those who left; nil where nobody did.
            public var meanDwell: Double?
        }

        /// A line in the interval.
        public struct Line: Sendable {
            public var name: String
            public var inward: Int, outward: Int
            /// Distinct people.
            public var people: Int
        }
    }

    /// A stretch that wasn't seen.
    public struct Gap: Sendable {
        /// Milliseconds since 1970 UTC; `to` may lie before `from` where a clock was set.
        public var from: Int64, to: Int64
        public var reason: String

        /// A stretch that wasn't seen.
        public init(from: Int64, to: Int64, reason: String) {
            (self.from, self.to, self.reason) = (from, to, reason)
        }
    }
}

/// A feed in one session.
public struct RecordSource: Hashable, Sendable {
    /// The camera's or file's name.
    public var feed: String
    /// The session's UUID.
    public var session: String
}
