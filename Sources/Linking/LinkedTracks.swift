import Assembling
import PathModel
import Tracking

/// The tracks of a sequence of detections, as rows of MOTChallenge results.
package struct LinkedTracks {
    private struct Row {
        let frame: Int
        var seen: Sighting
        let source: Track.Source
    }

    private let imageSize: PixelSize
    private let options: LinkingOptions
    /// By frame; those that nobody was detected in may be missing.
    private var times: [Int: Timestamp] = [:]
    /// By serial, in order of frame: a track's first boxes are known to count only once it has an id.
    private var rows: [Int: [Row]] = [:]
    private var ids: [Int: Int] = [:]

    /// How many detected boxes belong to somebody.
    package var followed: Int {
        ids.keys.reduce(0) { $0 + (rows[$1] ?? []).count { $0.source == .measured } }
    }

    /// The seconds spent in the tracker.
    package let seconds: Double

    /// Tracks a sequence.
    package init(_ input: DetectionSequence, options: LinkingOptions) {
        (imageSize, self.options) = (input.imageSize, options)
        var tracker = ByteTracker(
            options: options.tracker, aspectRatio: Double(imageSize.width) / Double(imageSize.height))
        var update = TrackerUpdate()
        var spent = Duration.zero
        for frame in input.frames {
            let start = ContinuousClock.now
            tracker.step(frame.detections, at: frame.time, into: &update)
            spent += ContinuousClock.now - start
            times[frame.number] = frame.time
            for track in update.tracks {
                let seen = Sighting(time: frame.time, box: track.box, confidence: track.confidence)
                rows[track.serial, default: []].append(Row(frame: frame.number, seen: seen, source: track.source))
                if let id = track.id { ids[track.serial] = id }
            }
        }
        seconds = spent / .seconds(1)
    }

    /// `frame,id,left,top,width,height,confidence,-1,-1,-1`, in order of frame, then id.
    package var text: String {
        var lines: [(frame: Int, id: Int, text: String)] = []
        for (serial, id) in ids {
            for row in completed(rows[serial] ?? []) {
                lines.append((row.frame, id, text(row, id: id)))
            }
        }
        lines.sort { ($0.frame, $0.id) < ($1.frame, $1.id) }
        return lines.map(\.text).joined()
    }

    private func completed(_ rows: [Row]) -> [Row] {
        var detected = rows.filter { $0.source == .measured }
        for (index, box) in BoxSmoother(placeSpan: options.smooth).smooth(detected.map(\.seen)).enumerated() {
            detected[index].seen.box = box
        }
        var result = bridged(detected)
        if options.predicted {
            let written = Set(result.map(\.frame))
            result += rows.filter { $0.source == .predicted && !written.contains($0.frame) }
        }
        return result
    }

    /// A track that was found again was there in between, and walked about evenly.
    private func bridged(_ rows: [Row]) -> [Row] {
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
