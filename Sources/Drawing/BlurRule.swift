import PathModel

/// Which parts of a picture are blurred for one person, by what is known of them before and after.
struct BlurRule {
    let blur: Blur
    /// As shown.
    let frame: PixelSize

    /// Who wasn't found for longer than this may be elsewhere.
    static let longestHole = 2.5
    /// Kept before the first and after the last point at the least: whoever was just too small or half hidden, or in a
    /// picture that wasn't analysed, is nearly where they were found.
    static let leastHold = 0.2
    /// For how many seconds a face is where it was found on the person, and for how many it may be.
    private static let faceIsFresh = 0.3, faceLife = 1.0

    /// - Parameter interval: seconds from one analysed picture to the next.
    func parts(of track: TrackHistory, at time: Timestamp, interval: Double) -> [Scene.BlurredPart] {
        guard let box = place(of: track, at: time, interval: interval) else { return [] }
        let found = track.faces(around: time).filter { $0.seconds <= Self.faceLife }
        let face = found.reduce(nil as BoundingBox?) { face, found in
            let place = place(ofFaceIn: found.point, person: box)
            return face?.union(place) ?? place
        }
        let isFresh = found.contains { $0.seconds <= Self.faceIsFresh }
        return [blur.part(of: box, face: face, isFresh: isFresh, frame: frame)]
    }

    /// Where somebody is, or may be where no picture between two was analysed; nil where they aren't.
    private func place(of track: TrackHistory, at time: Timestamp, interval: Double) -> BoundingBox? {
        let near = track.neighbours(of: time)
        if let before = near.before, let after = near.after {
            let hole = after.frame.time.seconds(since: before.frame.time)
            guard hole > 0 else { return before.box }
            if hole <= Self.longestHole + interval {
                let since = time.seconds(since: before.frame.time)
                let until = after.frame.time.seconds(since: time)
                // People don't walk as evenly as this.
                return before.box.moved(to: after.box, share: since / hole).grown(by: 0.15 * min(1, min(since, until)))
            }
        }
        let hold = max(interval, Self.leastHold) + 0.001
        for (point, isEnd) in [(near.before, true), (near.after, false)] {
            guard let point else { continue }
            let seconds = time.seconds(since: point.frame.time)
            guard abs(seconds) <= hold else { continue }
            let velocity = track.velocity(atEnd: isEnd)
            var moved = point.box
            moved.left += velocity.left * seconds
            moved.top += velocity.top * seconds
            return point.box.union(moved).grown(by: 0.05)
        }
        return nil
    }

    /// Where a face is or may be, as large as it was. It moved as the person did: as the top of their box, but as its bottom
    /// where the box grew over somebody behind them, or not at all where it is somebody else's now.
    private func place(ofFaceIn point: PathPoint, person: BoundingBox) -> BoundingBox {
        guard let face = point.face?.box else { return person }
        let aside = person.center.x - point.box.center.x
        return [person.top - point.box.top, person.bottom - point.box.bottom].reduce(face) { place, down in
            var moved = face
            moved.left += aside
            moved.top += down
            return place.union(moved)
        }
    }
}
