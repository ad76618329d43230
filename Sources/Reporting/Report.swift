import Foundation
import PathModel
import Reading

/// All that a page shows: the summary, and what charts, maps and the table are made of.
public struct Report: Encodable {
    /// A chart over time: bars of equal length.
    struct Chart: Encodable {
        /// Seconds a bar.
        var width: Int64
        var labels: [String]
        /// The share of each bar in which pictures were analysed, 0...1.
        var observed: [Double]
        var series: [Series]
        /// Where one bar stands for the same hour of several days.
        var isProfile = false
    }

    /// Numbers of a chart; null where nothing is known.
    struct Series: Encodable {
        var name: String
        var values: [Double?]
    }

    struct Shape: Encodable {
        var kind: String
        var name: String
        var points: [[Double]]
    }

    struct TrailLine: Encodable {
        var track: Int
        var start: String
        /// Thousandths of the frame: x, y, x, y, ...
        var points: [Int]
    }

    struct NotSeen: Encodable {
        var from: String
        var to: String
        var seconds: Double
        var reason: String
    }

    struct Heat: Encodable {
        var columns: Int
        var rows: Int
        /// Seconds of people in the fullest cell, and in all.
        var most: Double
        var total: Double
        /// A byte a cell in Base64, row by row: the square root of its share of the fullest, times 255.
        var cells: String
    }

    struct FeedPart: Encodable {
        var width: Int
        var height: Int
        var isLive: Bool
        /// Whether it has charts and maps.
        var isWhole: Bool
        var people: Chart?
        var zonePeople: Chart?
        /// In and out of each line, or of the view where there are no lines.
        var flows: [Chart]
        var flowNames: [String]
        var profiles: [Chart]
        var shapes: [Shape]
        var heat: Heat?
        var trails: [TrailLine]
        var trailCount: Int
        var gaps: [NotSeen]
        var gapCount: Int
        /// A `data:` URL, and what is to be said of it.
        var still: String?
        var stillNote: String?
    }

    struct Row: Encodable {
        var feed: Int
        var track: Int
        var start: String
        /// For sorting, in seconds since 1970.
        var at: Double
        var seconds: Double
        var points: Int?
        var distance: Double?
        var speed: Double?
        var entry: String
        var exit: String?
        var cause: String
        var face: Double?
        var zones: [[String]]
        var lines: [String]
    }

    public let summary: Summary
    /// Of the page.
    public let title: String
    var version: String
    var feeds: [FeedPart]
    /// All feeds on one clock; nil where the summary has no such.
    var together: FeedPart?
    /// Feeds beyond these have no charts.
    var rows: [Row]
    var rowCount: Int

    /// What a still needs to know of a feed; in the order of the summary's feeds.
    public struct View: Sendable {
        /// Its name.
        public let feed: String
        /// As its records have it; nil where they don't.
        public let frameSize: PixelSize?
        /// What must be black.
        public let masks: [Polygon]
        /// When nobody was followed, and when the first stream began, on the first stream's clock in milliseconds.
        public let idle: Int64?, start: Int64
    }

    /// Of each feed.
    public let views: [View]

    /// Charts and maps are made of the feeds with the most paths, so many at most.
    static let mostFeeds = 24

    private enum CodingKeys: CodingKey {
        case summary, title, version, feeds, together, rows, rowCount
    }

    /// Ends a tally.
    ///
    /// - Parameters:
    ///   - time: whose clock is shown.
    ///   - version: the program's.
    ///   - title: of the page; nil makes one of the feeds.
    public init(_ finished: Tally, time: LocalTime, version: String, title: String? = nil) {
        var tally = finished
        tally.finish()
        summary = Summary(tally, time: time)
        self.version = version
        let names = tally.feeds.prefix(3).map(\.name).joined(separator: ", ")
        self.title =
            title ?? (names.isEmpty ? "Nothing recorded" : names + (tally.feeds.count > 3 ? ", …" : ""))
        let shown = Set(
            tally.feeds.sorted { ($1.paths, $0.index) < ($0.paths, $1.index) }.prefix(Self.mostFeeds).map(\.index))
        feeds = tally.feeds.map { FeedPart($0, time: time, isWhole: shown.contains($0.index)) }
        together = FeedPart(together: tally.feeds.filter(\.isDated), time: time)
        views = tally.feeds.map { feed in
            let origin = feed.origin ?? 0
            return View(
                feed: feed.name, frameSize: feed.frameSize,
                masks: feed.regions.filter { $0.kind == "mask" }.map { Polygon($0.points) },
                idle: feed.idle.map { $0 - origin }, start: max(0, (feed.first ?? 0) - origin))
        }
        let table = tally.table
        rowCount = table.count
        let isRelative = tally.feeds.map(\.isRelative)
        rows = table.elements.sorted { ($0.start, $0.feed, $0.track) < ($1.start, $1.feed, $1.track) }.map {
            Row($0, time: time, isRelative: isRelative[$0.feed])
        }
    }

    /// Puts a picture behind the heat map and the paths of a feed.
    ///
    /// - Parameters:
    ///   - picture: a `data:` URL.
    ///   - note: what is to be said of it.
    public mutating func setStill(_ picture: String, note: String, feed: Int) {
        feeds[feed].still = picture
        feeds[feed].stillNote = note
    }
}
