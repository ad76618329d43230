import PathModel
import Tracking

/// A point of the overlap of two pieces.
struct SeamPoint {
    /// Its track in its own piece.
    var track: Int
    var frame: Int64
    /// Milliseconds of the stream.
    var pts: Int64
    var box: BoundingBox
}

/// How the tracks of a piece go on in the next one.
///
/// Before the handover what the piece before saw counts, from it on what the next one saw, which has followed everybody for half the
/// overlap by then. Two tracks are one person's where their boxes lie on each other in the frames that both have, above all in those
/// near the handover: before it either may have changed over to somebody else. A track that only one of both has goes on over the
/// handover for as long as the other has nobody there.
struct Seam {
    /// A track of the next piece by the piece's before.
    private(set) var partners: [Int: Int] = [:]
    /// Points of the piece before count up to here, without it: milliseconds of the stream.
    private(set) var untils: [Int: Int64] = [:]
    /// Points of the next piece count from here on.
    private(set) var froms: [Int: Int64] = [:]

    /// Boxes that lie on each other by less aren't one person's.
    private static let leastOverlap = 0.5
    /// Milliseconds from the handover at which a frame counts half.
    private static let halfWeight = 1000.0

    private struct Pair: Hashable {
        var old, new: Int
    }

    /// - Parameters:
    ///   - old: points of the piece before, in their order.
    ///   - new: points of the next piece, in their order.
    ///   - handover: milliseconds of the stream.
    init(_ old: [SeamPoint], _ new: [SeamPoint], handover: Int64) {
        let (oldTracks, newTracks) = (Dictionary(grouping: old, by: \.track), Dictionary(grouping: new, by: \.track))
        let frames = Dictionary(grouping: new, by: \.frame)
        let ends = Self.ends(oldTracks, newTracks)
        let overlaps = Self.overlaps(old, frames, handover: handover)
        let (oldIDs, newIDs) = (oldTracks.keys.sorted(), newTracks.keys.sorted())
        let rows = Dictionary(uniqueKeysWithValues: zip(oldIDs, oldIDs.indices))
        let columns = Dictionary(uniqueKeysWithValues: zip(newIDs, newIDs.indices))
        var candidates: [CandidatePair] = []
        for (pair, overlap) in overlaps {
            guard let row = rows[pair.old], let column = columns[pair.new], let one = oldTracks[pair.old],
                let other = newTracks[pair.new], let old = ends.old[pair.old], let new = ends.new[pair.new]
            else { continue }
            let place = Self.place(old, new, handover)
            // Both must have a part in it.
            guard old.lowerBound < place, new.upperBound >= place else { continue }
            let common = Self.commonWeight(one, other, handover: handover)
            if overlap >= Self.leastOverlap * common {
                candidates.append(CandidatePair(row: row, column: column, gain: overlap))
            }
        }
        var assignment = Assignment()
        var joined: [(Int, Int)] = []
        assignment.maximizeGain(rowCount: oldIDs.count, columnCount: newIDs.count, candidates: candidates) {
            joined.append((oldIDs[$0], newIDs[$1]))
        }
        for (one, other) in joined {
            guard let old = ends.old[one], let new = ends.new[other] else { continue }
            partners[one] = other
            untils[one] = Self.place(old, new, handover)
            froms[other] = untils[one]
        }
        extend(oldTracks, newTracks, ends.old, ends.new, old: old, frames, handover)
    }

    /// Where the log goes over from one's points to the other's.
    private static func place(_ old: ClosedRange<Int64>, _ new: ClosedRange<Int64>, _ handover: Int64) -> Int64 {
        min(max(handover, new.lowerBound), old.upperBound + 1)
    }

    private static func ends(
        _ old: [Int: [SeamPoint]], _ new: [Int: [SeamPoint]]
    ) -> (old: [Int: ClosedRange<Int64>], new: [Int: ClosedRange<Int64>]) {
        func ends(_ tracks: [Int: [SeamPoint]]) -> [Int: ClosedRange<Int64>] {
            tracks.compactMapValues { points in
                guard let first = points.first, let last = points.last, first.pts <= last.pts else { return nil }
                return first.pts...last.pts
            }
        }
        return (ends(old), ends(new))
    }

    private static func weight(_ pts: Int64, _ handover: Int64) -> Double {
        let distance = Double(pts - handover) / halfWeight
        return 1 / (1 + distance * distance)
    }

    /// By how much tracks lie on each other in the frames that both have.
    private static func overlaps(
        _ old: [SeamPoint], _ frames: [Int64: [SeamPoint]], handover: Int64
    ) -> [Pair: Double] {
        var overlaps: [Pair: Double] = [:]
        for point in old {
            for other in frames[point.frame] ?? [] {
                let overlap = point.box.iou(other.box)
                if overlap > 0 {
                    overlaps[Pair(old: point.track, new: other.track), default: 0] +=
                        overlap * weight(point.pts, handover)
                }
            }
        }
        return overlaps
    }

    /// What they came to if their boxes were the same.
    private static func commonWeight(_ one: [SeamPoint], _ other: [SeamPoint], handover: Int64) -> Double {
        let frames = Set(other.map(\.frame))
        return one.reduce(0) { $0 + (frames.contains($1.frame) ? weight($1.pts, handover) : 0) }
    }

    /// Lets those go on over the handover whom only one of both knows.
    private mutating func extend(
        _ oldTracks: [Int: [SeamPoint]], _ newTracks: [Int: [SeamPoint]], _ oldEnds: [Int: ClosedRange<Int64>],
        _ newEnds: [Int: ClosedRange<Int64>], old: [SeamPoint], _ newFrames: [Int64: [SeamPoint]], _ handover: Int64
    ) {
        let oldFrames = Dictionary(grouping: old, by: \.frame)
        func isTaken(_ point: SeamPoint, _ frames: [Int64: [SeamPoint]]) -> Bool {
            (frames[point.frame] ?? []).contains { $0.box.iou(point.box) >= Self.leastOverlap }
        }
        func spans(_ ends: ClosedRange<Int64>) -> Bool { ends.lowerBound < handover && ends.upperBound >= handover }
        for (track, ends) in oldEnds where partners[track] == nil && spans(ends) {
            let taken = oldTracks[track]?.first { $0.pts >= handover && isTaken($0, newFrames) }
            untils[track] = taken?.pts ?? .max
        }
        for (track, ends) in newEnds where froms[track] == nil && spans(ends) {
            let taken = newTracks[track]?.last { $0.pts < handover && isTaken($0, oldFrames) }
            froms[track] = taken.map { $0.pts + 1 } ?? .min
        }
    }
}
