import PathModel

/// Whom there are paths of now, and what is known of each of them at each zone and line.
struct PeopleInView {
    /// Somebody's last point.
    struct Person {
        let track: Int
        /// In microseconds of the stream's clock.
        private(set) var time: Int64 = 0
        private(set) var box = BoundingBox.frame
        /// Whether they were seen there, and not only expected.
        private(set) var isSeen = false
        /// Whether they were seen since the stream was last lost from view.
        private(set) var isKnown = false
        /// Where they were when it was last known how far they may go before anything can change.
        private var origin = BoundingBox.frame
        /// The square of that distance, in frame heights; negative where something may change anywhere.
        fileprivate var squaredRoom = -1.0
        /// When something may change though they stay, in microseconds of the stream's clock.
        var due = Int64.min
        /// How far they went from origin to origin, in frame heights. Limits are of it.
        fileprivate var gone = 0.0
        /// The zone or line where something can change first, and how far they may go before it can at another.
        var nearest = 0, others = 0.0
        /// The slot of whom a point came after theirs.
        fileprivate var next = 0
        fileprivate var isInView = true

        fileprivate init(track: Int) { self.track = track }

        /// Goes on to their next point where that can't change anything.
        fileprivate mutating func pass(_ point: NextPoint, _ reach: Reach) -> Bool {
            let distance = reach.squaredDistance(from: origin, to: point.box)
            guard point.track == track, point.time < due, distance < squaredRoom else { return false }
            (time, box, isSeen) = (point.time, point.box, point.isSeen)
            return true
        }

        mutating func stay(at point: NextPoint) {
            (time, box, isSeen, isKnown) = (point.time, point.box, point.isSeen, true)
        }

        /// - Returns: how far they went so far.
        mutating func move(to box: BoundingBox, _ reach: Reach) -> Double {
            gone += reach.squaredDistance(from: origin, to: box).squareRoot()
            origin = box
            return gone
        }

        /// Nobody knows where they are.
        mutating func lose() { (isKnown, squaredRoom) = (false, -1) }
    }

    private var slots: [Int: Int] = [:]
    private var free: [Int] = []
    /// Of whom the last point came.
    private var latest = 0
    /// By slot; those that are free are of nobody.
    var persons: [Person] = []
    /// By slot, then zone.
    var zones: [ZoneWatch] = []
    /// By slot, then line.
    var lines: [LineWatch] = []
    /// By slot, then zone, then line: how far they may have gone before anything can change there.
    var limits: [Double] = []

    /// The slots of all, in order of their tracks.
    var inOrder: [Int] { slots.sorted { $0.key < $1.key }.map(\.value) }

    /// Goes on to somebody's next point where that can't change anything; they must come after whom they came before.
    mutating func pass(_ point: NextPoint, _ reach: Reach) -> Bool {
        guard latest < persons.count else { return false }
        let next = persons[latest].next
        guard persons[next].pass(point, reach) else { return false }
        latest = next
        return true
    }

    /// The slot of a track that has a point, a new one where it has none.
    mutating func slot(of track: Int, _ layout: CountingLayout) -> Int {
        if latest < persons.count {
            let next = persons[latest].next
            if persons[next].track == track, persons[next].isInView {
                latest = next
                return next
            }
        }
        let slot = slots[track] ?? add(track, layout)
        persons[latest].next = slot
        latest = slot
        return slot
    }

    /// They are there anew: something may change anywhere.
    mutating func begin(_ slot: Int, _ count: Int) {
        for index in 0..<count { limits[slot * count + index] = 0 }
        (persons[slot].gone, persons[slot].others) = (0, 0)
    }

    /// Finds when something can change though they stay.
    mutating func findDue(of slot: Int, _ layout: CountingLayout) {
        persons[slot].due = .max
        for (zone, index) in zip(layout.zones, slot * layout.zones.count..<zones.count) {
            guard zone.loiter != nil, zones[index].isInside, !zones[index].loiters else { continue }
            persons[slot].due = min(persons[slot].due, zone.loitering(since: zones[index].entered))
        }
    }

    /// Notes how far they may go from here before something can change.
    mutating func allow(_ slot: Int, _ gone: Double, _ count: Int) {
        let limit = min(limits[slot * count + persons[slot].nearest], persons[slot].others)
        let room = limit - gone
        persons[slot].squaredRoom = room > 0 ? room * room : -1
    }

    private mutating func add(_ track: Int, _ layout: CountingLayout) -> Int {
        let (zoneCount, lineCount) = (layout.zones.count, layout.lines.count)
        let slot = free.popLast() ?? persons.count
        if slot == persons.count {
            persons.append(Person(track: track))
            zones.append(contentsOf: repeatElement(ZoneWatch(), count: zoneCount))
            lines.append(contentsOf: repeatElement(LineWatch(), count: lineCount))
            limits.append(contentsOf: repeatElement(0, count: zoneCount + lineCount))
        } else {
            persons[slot] = Person(track: track)
            for index in 0..<zoneCount { zones[slot * zoneCount + index] = ZoneWatch() }
            for index in 0..<lineCount { lines[slot * lineCount + index] = LineWatch() }
        }
        slots[track] = slot
        return slot
    }

    /// The slot of a track that ends; nil where it has no point.
    mutating func end(_ track: Int) -> Int? {
        guard let slot = slots.removeValue(forKey: track) else { return nil }
        persons[slot].squaredRoom = -1
        persons[slot].isInView = false
        free.append(slot)
        return slot
    }
}

/// Which parts of a box move the points that count.
struct Reach {
    private let aspect: Double
    private let top: Double, bottom: Double

    init(_ layout: CountingLayout, aspect: Double) {
        let anchors = layout.zones.map(\.anchor) + layout.lines.map(\.anchor)
        self.aspect = aspect
        top = anchors.contains { $0 != .feet } ? 1 : 0
        bottom = anchors.contains { $0 != .head } ? 1 : 0
    }

    /// The square of the most that a point that counts moves, in frame heights.
    func squaredDistance(from: BoundingBox, to: BoundingBox) -> Double {
        let across = aspect * (to.left - from.left + (to.width - from.width) / 2)
        let top = top * abs(to.top - from.top)
        let bottom = bottom * abs(to.bottom - from.bottom)
        let down = max(top, bottom)
        return across * across + down * down
    }
}

extension Zone {
    /// When somebody who came in at a time begins to loiter; never where nobody does.
    func loitering(since time: Int64) -> Int64 { loiter.map { time + Int64($0 * 1e6) } ?? .max }
}
