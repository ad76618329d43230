import Foundation
import PathModel
import Tracking

/// Collects what a tracker finds as rows of MOTChallenge results.
struct TrackRows {
    private struct Row {
        var frame: Int
        var box: BoundingBox
        var confidence: Double
    }

    private let imageSize: PixelSize
    /// By serial, in order of frame: a track's first boxes are known to count only once it has an id.
    private var rows: [Int: [Row]] = [:]
    private var ids: [Int: Int] = [:]

    init(imageSize: PixelSize) {
        self.imageSize = imageSize
    }

    /// Tracks a sequence.
    ///
    /// - Returns: the seconds spent in the tracker.
    mutating func track(_ input: TrackInput, options: ByteTracker.Options) -> Double {
        var tracker = ByteTracker(
            options: options, aspectRatio: Double(imageSize.width) / Double(imageSize.height))
        let start = ContinuousClock.now
        let updates = input.frames.map { tracker.step($0.detections, at: $0.time) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        for (frame, update) in zip(input.frames, updates) {
            for track in update.tracks where track.source == .measured {
                rows[track.serial, default: []].append(
                    Row(frame: frame.number, box: track.box, confidence: track.confidence))
                if let id = track.id { ids[track.serial] = id }
            }
        }
        return seconds
    }

    /// `frame,id,left,top,width,height,confidence,-1,-1,-1`, in order of frame, then id.
    ///
    /// - Parameter longestGap: how many frames apart two boxes of a track may be for those between to be filled in.
    func text(bridging longestGap: Double) -> String {
        var lines: [(frame: Int, id: Int, text: String)] = []
        for (serial, id) in ids {
            for row in Self.bridged(rows[serial] ?? [], longestGap: longestGap) {
                lines.append((row.frame, id, text(row, id: id)))
            }
        }
        lines.sort { ($0.frame, $0.id) < ($1.frame, $1.id) }
        return lines.map(\.text).joined()
    }

    /// A track that was found again was there in between, and walked about evenly.
    private static func bridged(_ rows: [Row], longestGap: Double) -> [Row] {
        guard var last = rows.first else { return [] }
        var result = [last]
        for row in rows.dropFirst() {
            let gap = row.frame - last.frame
            if gap > 1, Double(gap) <= longestGap {
                for step in 1..<gap {
                    let share = Double(step) / Double(gap)
                    result.append(
                        Row(
                            frame: last.frame + step, box: last.box.mixed(with: row.box, share: share),
                            confidence: min(last.confidence, row.confidence)))
                }
            }
            result.append(row)
            last = row
        }
        return result
    }

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
