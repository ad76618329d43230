import PathModel

/// What records say of one track around the picture that is drawn next.
struct TrackHistory {
    /// In order of time.
    private(set) var points: [PathPoint] = []
    /// Where the feet were at the first point of each tenth of a second, in order of time.
    private(set) var steps: [Step] = []

    /// A place of a trail.
    struct Step {
        let time: Timestamp
        let place: Point
    }

    /// The points before and after a time; a point at that time, to the millisecond as records have it, is both.
    struct Neighbours {
        let before: PathPoint?
        let after: PathPoint?
    }

    mutating func add(_ point: PathPoint) {
        let place = points.lastIndex { $0.frame.time <= point.frame.time }.map { $0 + 1 } ?? 0
        points.insert(point, at: place)
        let time = point.frame.time
        let next = steps.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        if next > 0, steps[next - 1].time.tenth == time.tenth { return }
        steps.insert(Step(time: time, place: Anchor.feet.point(of: point.box)), at: next)
    }

    /// Forgets what is older, but for the last point.
    mutating func forget(before time: Timestamp) {
        let old = points.prefix { $0.frame.time < time }.count
        if old > 1 { points.removeFirst(min(old, points.count) - 1) }
        steps.removeFirst(steps.prefix { $0.time < time }.count)
    }

    var lastTime: Timestamp? { points.last?.frame.time }

    func neighbours(of time: Timestamp) -> Neighbours {
        guard let index = points.lastIndex(where: { $0.frame.time.milliseconds <= time.milliseconds }) else {
            return Neighbours(before: nil, after: points.first)
        }
        if points[index].frame.time.milliseconds == time.milliseconds {
            return Neighbours(before: points[index], after: points[index])
        }
        return Neighbours(before: points[index], after: index + 1 < points.count ? points[index + 1] : nil)
    }

    /// The last point at or before a time at which the face was found, and the first after it.
    func faces(around time: Timestamp) -> [(seconds: Double, point: PathPoint)] {
        let found = points.filter { $0.face != nil }
        let before = found.last { $0.frame.time.milliseconds <= time.milliseconds }
        let after = found.first { $0.frame.time.milliseconds > time.milliseconds }
        return [before, after].compactMap { $0 }.map { (abs($0.frame.time.seconds(since: time)), $0) }
    }

    /// How fast box edges move at one end, per second: between the two points nearest to it.
    func velocity(atEnd: Bool) -> (left: Double, top: Double) {
        let two = atEnd ? points.suffix(2) : points.prefix(2)
        guard two.count == 2, let first = two.first, let last = two.last else { return (0, 0) }
        let seconds = last.frame.time.seconds(since: first.frame.time)
        guard seconds > 0 else { return (0, 0) }
        return (
            (last.box.center.x - first.box.center.x) / seconds, (last.box.center.y - first.box.center.y) / seconds
        )
    }
}

extension Timestamp {
    /// Tenths of a second.
    var tenth: Int64 { microseconds / 100_000 }
}

extension BoundingBox {
    /// The box a share of the way to another one.
    func moved(to other: BoundingBox, share: Double) -> BoundingBox {
        func between(_ one: Double, _ other: Double) -> Double { one + (other - one) * share }
        return BoundingBox(
            left: between(left, other.left), top: between(top, other.top), width: between(width, other.width),
            height: between(height, other.height))
    }

    /// The smallest box around both.
    func union(_ other: BoundingBox) -> BoundingBox {
        let (left, top) = (min(left, other.left), min(top, other.top))
        return BoundingBox(
            left: left, top: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// Larger by a share of its width and of its height on each side.
    func grown(by share: Double) -> BoundingBox {
        BoundingBox(
            left: left - width * share, top: top - height * share, width: width * (1 + 2 * share),
            height: height * (1 + 2 * share))
    }
}
