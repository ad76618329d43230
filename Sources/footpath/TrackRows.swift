import Foundation
import PathModel
import Tracking

/// Collects what a tracker finds as rows of MOTChallenge results.
struct TrackRows {
    /// What is written of a path besides the boxes that were detected.
    struct Completion {
        /// Steadies detected boxes.
        var smoother: BoxSmoother
        /// How long a gap in a path may be for boxes to be put in, seconds.
        var longestGap: Double
        /// Whether predicted boxes are written where no gap was filled.
        var includesPredicted: Bool
    }

    private struct Row {
        var frame: Int
        var time: Timestamp
        var box: BoundingBox
        var confidence: Double
        var source: Track.Source

        var sample: BoxSmoother.Sample { BoxSmoother.Sample(time: time, box: box, confidence: confidence) }
    }

    private let imageSize: PixelSize
    /// By frame; those that nobody was detected in may be missing.
    private var times: [Int: Timestamp] = [:]
    /// By serial, in order of frame: a track's first boxes are known to count only once it has an id.
    private var rows: [Int: [Row]] = [:]
    private var ids: [Int: Int] = [:]

    /// How many detected boxes belong to somebody.
    var followed: Int {
        ids.keys.reduce(0) { $0 + (rows[$1] ?? []).count { $0.source == .measured } }
    }

    init(imageSize: PixelSize) {
        self.imageSize = imageSize
    }

    /// Tracks a sequence.
    ///
    /// - Returns: the seconds spent in the tracker.
    mutating func track(_ input: TrackInput, options: ByteTracker.Options) -> Double {
        var tracker = ByteTracker(
            options: options, aspectRatio: Double(imageSize.width) / Double(imageSize.height))
        var update = TrackerUpdate()
        var spent = Duration.zero
        for frame in input.frames {
            let start = ContinuousClock.now
            tracker.step(frame.detections, at: frame.time, into: &update)
            spent += ContinuousClock.now - start
            times[frame.number] = frame.time
            for track in update.tracks {
                let row = Row(
                    frame: frame.number, time: frame.time, box: track.box, confidence: track.confidence,
                    source: track.source)
                rows[track.serial, default: []].append(row)
                if let id = track.id { ids[track.serial] = id }
            }
        }
        return spent / .seconds(1)
    }

    /// `frame,id,left,top,width,height,confidence,-1,-1,-1`, in order of frame, then id.
    func text(_ completion: Completion) -> String {
        var lines: [(frame: Int, id: Int, text: String)] = []
        for (serial, id) in ids {
            for row in completed(rows[serial] ?? [], completion) {
                lines.append((row.frame, id, text(row, id: id)))
            }
        }
        lines.sort { ($0.frame, $0.id) < ($1.frame, $1.id) }
        return lines.map(\.text).joined()
    }

    private func completed(_ rows: [Row], _ completion: Completion) -> [Row] {
        var detected = rows.filter { $0.source == .measured }
        for (index, box) in completion.smoother.smooth(detected.map(\.sample)).enumerated() {
            detected[index].box = box
        }
        var result = bridged(detected, longestGap: completion.longestGap)
        if completion.includesPredicted {
            let written = Set(result.map(\.frame))
            result += rows.filter { $0.source == .predicted && !written.contains($0.frame) }
        }
        return result
    }

    /// A track that was found again was there in between, and walked about evenly.
    private func bridged(_ rows: [Row], longestGap: Double) -> [Row] {
        guard var last = rows.first else { return [] }
        var result = [last]
        for row in rows.dropFirst() {
            if row.time.seconds(since: last.time) <= longestGap + Self.halfMicrosecond {
                for frame in (last.frame + 1)..<row.frame { result += between(last, row, at: frame) }
            }
            result.append(row)
            last = row
        }
        return result
    }

    /// Empty where the box lies outside the frame.
    private func between(_ last: Row, _ next: Row, at frame: Int) -> [Row] {
        let seconds = next.time.seconds(since: last.time)
        var share = Double(frame - last.frame) / Double(next.frame - last.frame)
        if let time = times[frame], seconds > 0 { share = time.seconds(since: last.time) / seconds }
        guard let visible = last.box.mixed(with: next.box, share: share).clipped(to: .frame) else { return [] }
        return [
            Row(
                frame: frame, time: times[frame] ?? last.time, box: visible,
                confidence: min(last.confidence, next.confidence), source: .predicted)
        ]
    }

    /// Times are whole microseconds.
    private static let halfMicrosecond = 0.5e-6

    private func text(_ row: Row, id: Int) -> String {
        let box = row.box.scaled(x: Double(imageSize.width), y: Double(imageSize.height))
        // The first pixel is (1, 1).
        let numbers = [box.left + 1, box.top + 1, box.width, box.height].map { "\(($0 * 100).rounded() / 100)" }
        let confidence = (row.confidence * 10_000).rounded() / 10_000
        return "\(row.frame),\(id),\(numbers.joined(separator: ",")),\(confidence),-1,-1,-1\n"
    }
}

extension BoundingBox {
    /// The box that is `share` of the way to `other`.
    fileprivate func mixed(with other: BoundingBox, share: Double) -> BoundingBox {
        BoundingBox(
            left: left + (other.left - left) * share, top: top + (other.top - top) * share,
            width: width + (other.width - width) * share, height: height + (other.height - height) * share)
    }
}
