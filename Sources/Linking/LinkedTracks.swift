import Assembling
import PathModel
import Tracking

/// The tracks of a sequence of detections, as rows of MOTChallenge results.
package struct LinkedTracks {
    struct Row {
        let frame: Int
        var seen: Sighting
        let source: Track.Source
    }

    /// One person's boxes, in order of frame.
    struct Path {
        let id: Int
        var rows: [Row]
        /// The frame in which its end was known.
        let last: Int
        let cause: TrackRemoval.Cause
    }

    /// Frames that were searched.
    struct Frame {
        let number: Int
        let time: Timestamp
    }

    let imageSize: PixelSize
    let fps: Double
    let options: LinkingOptions
    /// In their order.
    private(set) var frames: [Frame] = []
    private(set) var paths: [Path] = []
    /// How many detected boxes belong to somebody.
    package private(set) var followed = 0

    /// The seconds spent in the tracker.
    package let seconds: Double

    /// Tracks a sequence, or takes the tracks that it has.
    package init(_ input: DetectionSequence, options: LinkingOptions) {
        (imageSize, fps, self.options) = (input.imageSize, input.fps, options)
        frames = input.frames.map { Frame(number: $0.number, time: $0.time) }
        let found = options.isLinked ? Tracked(linked: input) : Tracked(input, options: options)
        seconds = found.seconds
        let times = Dictionary(uniqueKeysWithValues: frames.map { ($0.number, $0.time) })
        for (serial, id) in found.ids.sorted(by: { $0.value < $1.value }) {
            let rows = found.rows[serial] ?? []
            followed += rows.count { isGiven($0) }
            let completed = completed(rows, times).sorted { $0.frame < $1.frame }
            let end = found.ends[serial] ?? (frames.last?.number ?? 0, .streamEnd)
            paths.append(Path(id: id, rows: completed, last: end.frame, cause: end.cause))
        }
    }

    /// `frame,id,left,top,width,height,confidence,-1,-1,-1`, in order of frame, then id.
    package var text: String {
        var lines: [(frame: Int, id: Int, text: String)] = []
        for path in paths {
            for row in path.rows { lines.append((row.frame, path.id, text(row, id: path.id))) }
        }
        lines.sort { ($0.frame, $0.id) < ($1.frame, $1.id) }
        return lines.map(\.text).joined()
    }

    /// Whether a row is one of the input's, and not one that the tracker expects.
    private func isGiven(_ row: Row) -> Bool { options.isLinked || row.source == .measured }

    private func completed(_ rows: [Row], _ times: [Int: Timestamp]) -> [Row] {
        var detected = rows.filter(isGiven)
        for (index, box) in BoxSmoother(placeSpan: options.smooth).smooth(detected.map(\.seen)).enumerated() {
            detected[index].seen.box = box
        }
        var result = bridged(detected, times)
        if options.predicted {
            let written = Set(result.map(\.frame))
            result += rows.filter { $0.source == .predicted && !written.contains($0.frame) }
        }
        return result
    }

    /// A track that was found again was there in between, and walked about evenly.
    private func bridged(_ rows: [Row], _ times: [Int: Timestamp]) -> [Row] {
        guard var last = rows.first else { return [] }
        var result = [last]
        for row in rows.dropFirst() {
            let occlusion = Occlusion(from: last.seen, to: row.seen)
            if occlusion.isWithin(options.bridge) {
                for frame in (last.frame + 1)..<row.frame {
                    let time = times[frame] ?? time(of: frame, between: last, row)
                    guard let box = occlusion.box(at: time, expected: last.seen.box) else { continue }
                    let seen = Sighting(time: time, box: box, confidence: occlusion.confidence)
                    result.append(Row(frame: frame, seen: seen, source: .predicted))
                }
            }
            result.append(row)
            last = row
        }
        return result
    }

    /// Of a frame that has none, as if frames came evenly.
    private func time(of frame: Int, between last: Row, _ next: Row) -> Timestamp {
        let (start, end) = (last.seen.time.microseconds, next.seen.time.microseconds)
        return Timestamp(
            microseconds: start + (end - start) * Int64(frame - last.frame) / Int64(next.frame - last.frame))
    }

    private func text(_ row: Row, id: Int) -> String {
        let box = row.seen.box.scaled(x: Double(imageSize.width), y: Double(imageSize.height))
        // The first pixel is (1, 1).
        let numbers = [box.left + 1, box.top + 1, box.width, box.height].map { "\(($0 * 100).rounded() / 100)" }
        let confidence = (row.seen.confidence * 10_000).rounded() / 10_000
        return "\(row.frame),\(id),\(numbers.joined(separator: ",")),\(confidence),-1,-1,-1\n"
    }
}

/// What a tracker says of a sequence, by serial: a track's first boxes are known to count only once it has an id.
private struct Tracked {
    var rows: [Int: [LinkedTracks.Row]] = [:]
    var ids: [Int: Int] = [:]
    var ends: [Int: (frame: Int, cause: TrackRemoval.Cause)] = [:]
    var seconds = 0.0

    init(_ input: DetectionSequence, options: LinkingOptions) {
        let size = input.imageSize
        var tracker = ByteTracker(options: options.tracker, aspectRatio: Double(size.width) / Double(size.height))
        var update = TrackerUpdate()
        var spent = Duration.zero
        for frame in input.frames {
            let start = ContinuousClock.now
            tracker.step(frame.detections, at: frame.time, into: &update)
            spent += ContinuousClock.now - start
            for track in update.tracks {
                let seen = Sighting(time: frame.time, box: track.box, confidence: track.confidence)
                add(LinkedTracks.Row(frame: frame.number, seen: seen, source: track.source), of: track.serial)
                if let id = track.id { ids[track.serial] = id }
            }
            for removal in update.removals { ends[removal.serial] = (frame.number, removal.cause) }
        }
        seconds = spent / .seconds(1)
    }

    init(linked input: DetectionSequence) {
        for frame in input.frames {
            for (person, found) in zip(frame.people, frame.detections) {
                let seen = Sighting(time: frame.time, box: found.box, confidence: found.confidence)
                add(LinkedTracks.Row(frame: frame.number, seen: seen, source: person.source), of: person.id)
                ids[person.id] = person.id
                ends[person.id] = frame.number == input.frames.last?.number ? nil : (frame.number, .lost)
            }
        }
    }

    private mutating func add(_ row: LinkedTracks.Row, of serial: Int) {
        rows[serial, default: []].append(row)
    }
}
