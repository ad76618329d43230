import Assembling
import Counting
import PathModel

extension LinkedTracks {
    /// Records, and what came of zones and lines.
    package struct Counted {
        package let records: [PathRecord]
        let zones: [RegionCounter.ZoneTotals]
        let lines: [RegionCounter.LineTotals]
        /// The seconds spent in counting.
        package let seconds: Double

        /// The totals for people, a line for each zone and line.
        package var totals: [String] {
            zones.map { "\($0.name): entered \($0.entries) times" }
                + lines.map { "\($0.name): \($0.inward) in, \($0.outward) out, \($0.people) people" }
        }
    }

    /// What a stream of nothing but detections is said to be.
    private func opening(_ source: String) -> StreamStart {
        StreamStart(
            run: 1, codec: "none", container: "detections", frameSize: imageSize, frameRate: fps,
            durationMilliseconds: nil, pixelFormat: "none", colorRange: "unknown", clock: .file, timeOrigin: .epoch,
            source: source)
    }

    /// The tracks as records of a stream, as of a video, with what is counted of them.
    ///
    /// - Parameter source: where the detections come from.
    /// - Returns: also the totals by zone and line.
    package func counted(source: String) -> Counted {
        let layout = options.counting
        let start = frames.first?.time ?? Timestamp(microseconds: 0)
        var counter = RegionCounter(layout, origin: 0, start: start)
        counter.longestStep = max(1, 2.5 / fps)
        var output: [PathRecord] = []
        let regions = layout.zones.map { Region($0) } + layout.lines.map { Region($0) }
        var first = regions.map { PathRecord(time: start, event: .region($0)) }
        first.append(PathRecord(time: start, event: .streamStart(opening(source))))
        counter.take(&first)
        output += first
        var inFrames = RecordsByFrame(self)
        var spent = Duration.zero
        for frame in frames {
            var records = inFrames.take(frame)
            let start = ContinuousClock.now
            counter.observe(frame.time)
            counter.take(&records, settled: frame.time)
            spent += ContinuousClock.now - start
            output += records
        }
        let end = StreamEnd(
            reason: .endOfFile, message: nil, frames: frames.count, analyzed: frames.count, decodeErrors: 0)
        var last = [PathRecord(time: frames.last?.time ?? start, event: .streamEnd(end))]
        counter.take(&last)
        output += last
        return Counted(records: output, zones: counter.zones, lines: counter.lines, seconds: spent / .seconds(1))
    }
}

/// The records of linked tracks, frame by frame.
private struct RecordsByFrame {
    private let size: PixelSize
    private let paths: [LinkedTracks.Path]
    /// By frame: which path, and which of its rows; in order of paths.
    private var rows: [Int: [(path: Int, row: Int)]] = [:]
    private var ends: [Int: [Int]] = [:]
    private var summaries: [Int: PathSummary] = [:]

    init(_ tracks: LinkedTracks) {
        (size, paths) = (tracks.imageSize, tracks.paths)
        for (index, path) in paths.enumerated() {
            for row in path.rows.indices { rows[path.rows[row].frame, default: []].append((index, row)) }
            ends[path.last, default: []].append(index)
        }
    }

    mutating func take(_ frame: LinkedTracks.Frame) -> [PathRecord] {
        let info = FrameInfo(index: frame.number - 1, time: frame.time)
        var records: [PathRecord] = []
        for (index, row) in rows[frame.number] ?? [] {
            let (path, row) = (paths[index], paths[index].rows[row])
            var summary = summaries[index] ?? PathSummary(id: path.id, start: frame.time, box: row.seen.box)
            if summaries[index] == nil {
                let start = PathStart(track: path.id, frame: info, box: row.seen.box, entry: summary.entry)
                records.append(PathRecord(time: frame.time, event: .pathStart(start)))
            }
            summary.add(row.seen.box, at: frame.time, frameSize: size)
            summaries[index] = summary
            let point = PathPoint(
                track: path.id, frame: info, box: row.seen.box, confidence: row.seen.confidence, source: row.source)
            records.append(PathRecord(time: frame.time, event: .path(point)))
        }
        for index in ends[frame.number] ?? [] {
            guard let summary = summaries[index] else { continue }
            records.append(PathRecord(time: frame.time, event: .pathEnd(summary.end(paths[index].cause))))
        }
        return records
    }
}
