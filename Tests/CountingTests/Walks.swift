import PathModel
import TestSupport

@testable import Counting

/// People who walk straight from one place to the next, in ratios of a frame of 1600 by 900.
struct Walk {
    /// When they are where, in seconds.
    var stops: [(time: Double, place: Point)]
    var height = 0.3

    var begin: Double { stops[0].time }
    var end: Double { stops[stops.count - 1].time }

    /// Where the feet are.
    func place(at time: Double) -> Point {
        let next = stops.firstIndex { $0.time >= time } ?? stops.count - 1
        guard next > 0 else { return stops[0].place }
        let (from, to) = (stops[next - 1], stops[next])
        let share = (time - from.time) / (to.time - from.time)
        return Point(
            x: from.place.x + share * (to.place.x - from.place.x),
            y: from.place.y + share * (to.place.y - from.place.y))
    }

    func box(at time: Double) -> BoundingBox { box(place(at: time)) }

    func box(_ feet: Point) -> BoundingBox {
        BoundingBox(left: feet.x - 0.05, top: feet.y - height, width: 0.1, height: height)
    }

    /// At walking pace between places in the frame.
    static func random(
        seed: UInt64, from begin: Double = 0, places: Int = 8, pace: ClosedRange<Double> = 0.1...0.4,
        in range: ClosedRange<Double> = 0.02...0.98
    ) -> Walk {
        var random = ScriptedRandom(seed: seed)
        var walk = Walk(stops: [])
        var time = begin
        for _ in 0..<places {
            let place = Point(x: .random(in: range, using: &random), y: .random(in: range, using: &random))
            if let last = walk.stops.last {
                let way = Walk.length(from: last.place, to: place)
                time += max(0.5, way / Double.random(in: pace, using: &random))
            }
            walk.stops.append((time, place))
        }
        return walk
    }

    /// In frame heights.
    static func length(from: Point, to: Point) -> Double {
        let (x, y) = ((to.x - from.x) * 16 / 9, to.y - from.y)
        return (x * x + y * y).squareRoot()
    }
}

/// What is recorded of walks.
struct Film {
    static let size = PixelSize(width: 1600, height: 900)
    var records: [PathRecord] = []
    var pictures: [Timestamp] = []

    init() {}

    /// - Parameters:
    ///   - shift: what is added to all times, in microseconds.
    ///   - jitter: what is added to each point of each walk.
    init(
        _ walks: [Walk], rate: Double = 25, shift: Int64 = 0, mirrored: Bool = false,
        cause: TrackRemoval.Cause = .streamEnd, jitter: (Int, Double) -> Point = { _, _ in Point(x: 0, y: 0) }
    ) {
        let last = Int((walks.map(\.end).max() ?? 0) * rate + 1e-9)
        func time(_ frame: Int) -> Timestamp { Timestamp(microseconds: Int64(Double(frame) / rate * 1e6) + shift) }
        start(at: time(0))
        for frame in 0...last {
            let seconds = Double(frame) / rate
            pictures.append(time(frame))
            for (index, walk) in walks.enumerated() where walk.begin <= seconds && seconds <= walk.end {
                var place = walk.place(at: seconds)
                let added = jitter(index, seconds)
                place = Point(x: place.x + added.x, y: place.y + added.y)
                if mirrored { place.x = 1 - place.x }
                add(index + 1, walk.box(place), FrameInfo(index: frame, time: time(frame)))
            }
            for (index, walk) in walks.enumerated() where seconds <= walk.end && walk.end < seconds + 1 / rate {
                end(index + 1, cause, at: time(frame))
            }
        }
        finish(at: time(last))
    }

    mutating func start(at time: Timestamp) {
        let start = StreamStart(
            run: 1, codec: "h264", container: "mp4", frameSize: Self.size, frameRate: 25, durationMilliseconds: nil,
            pixelFormat: "yuv420p", colorRange: "tv", clock: .file, timeOrigin: .epoch, source: "a.mp4")
        records.append(PathRecord(time: time, event: .streamStart(start)))
    }

    mutating func add(_ track: Int, _ box: BoundingBox, _ frame: FrameInfo, _ source: Track.Source = .measured) {
        let point = PathPoint(track: track, frame: frame, box: box, confidence: 0.9, source: source)
        records.append(PathRecord(time: frame.time, event: .path(point)))
    }

    mutating func end(_ track: Int, _ cause: TrackRemoval.Cause, at time: Timestamp) {
        let end = PathEnd(
            track: track, cause: cause, start: time, end: time, points: 1, distance: 0, entry: .inside,
            exit: .inside, bestFaceConfidence: nil)
        records.append(PathRecord(time: time, event: .pathEnd(end)))
    }

    mutating func finish(at time: Timestamp) {
        let end = StreamEnd(reason: .endOfFile, message: nil, frames: 1, analyzed: 1, decodeErrors: 0)
        records.append(PathRecord(time: time, event: .streamEnd(end)))
    }

    /// What is counted, with all that is recorded handed over in pieces of `chunk` records.
    func counted(
        _ layout: CountingLayout, origin: Int64 = 0, chunk: Int = .max, looksAtAll: Bool = false
    ) -> Counted {
        var counter = RegionCounter(layout, origin: origin, start: records[0].time)
        counter.looksAtAll = looksAtAll
        var output: [PathRecord] = []
        var remaining = pictures[...]
        var rest = records[...]
        while !rest.isEmpty {
            let piece = rest.prefix(chunk)
            rest.removeFirst(piece.count)
            if case .streamStart = piece[piece.startIndex].event, chunk == 1 {
                counter.take(Array(piece), into: &output)
                continue
            }
            if let first = piece.first, case .streamStart = first.event {
                counter.take([first], into: &output)
            }
            let until = piece[piece.endIndex - 1].time
            while let picture = remaining.first, picture <= until {
                counter.observe(picture)
                remaining.removeFirst()
            }
            let others = piece.filter { if case .streamStart = $0.event { false } else { true } }
            // All but the piece's last frame is complete.
            let settled = others.dropLast().last?.time
            counter.take(
                others, settled: rest.isEmpty ? until : settled.flatMap { $0 < until ? $0 : nil }, into: &output)
        }
        return Counted(records: output, zones: counter.zones, lines: counter.lines)
    }
}

extension RegionCounter {
    /// Takes records and appends them with what they lead to.
    mutating func take(_ records: [PathRecord], settled: Timestamp? = nil, into output: inout [PathRecord]) {
        var records = records
        take(&records, settled: settled)
        output += records
    }
}

/// What a counter wrote.
struct Counted {
    let records: [PathRecord]
    let zones: [RegionCounter.ZoneTotals]
    let lines: [RegionCounter.LineTotals]

    var crossings: [(time: Timestamp, crossing: LineCrossing)] {
        records.compactMap { if case .line(let crossing) = $0.event { ($0.time, crossing) } else { nil } }
    }
    var changes: [(time: Timestamp, change: ZoneChange)] {
        records.compactMap { if case .zone(let change) = $0.event { ($0.time, change) } else { nil } }
    }
    var crowds: [(time: Timestamp, change: CrowdChange)] {
        records.compactMap { if case .crowd(let change) = $0.event { ($0.time, change) } else { nil } }
    }
    var counts: [IntervalCounts] {
        records.compactMap { if case .counts(let counts) = $0.event { counts } else { nil } }
    }
    var ends: [PathEnd] {
        records.compactMap { if case .pathEnd(let end) = $0.event { end } else { nil } }
    }
    /// `1 in, 2 out` for each line.
    var directions: [String] {
        lines.map { "\($0.inward) in, \($0.outward) out of \($0.people)" }
    }
}

extension CountingLine {
    static func across(_ points: (Double, Double)..., name: String = "door") -> CountingLine {
        CountingLine(name: name, polyline: Polyline(points.map { Point(x: $0.0, y: $0.1) }))
    }

    var reversed: CountingLine {
        CountingLine(name: name, polyline: Polyline(polyline.vertices.reversed()), anchor: anchor)
    }
}

extension Zone {
    static func of(_ points: (Double, Double)..., name: String = "hall") -> Zone {
        Zone(name: name, polygon: Polygon(points.map { Point(x: $0.0, y: $0.1) }))
    }
}

/// A walk through places, a second from one to the next.
func steps(_ places: (Double, Double)..., every seconds: Double = 1, height: Double = 0.3) -> Walk {
    Walk(
        stops: places.enumerated().map { (Double($0.offset) * seconds, Point(x: $0.element.0, y: $0.element.1)) },
        height: height)
}
