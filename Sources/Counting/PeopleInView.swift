import PathModel

/// Whom there are paths of now, and what is known of each of them at each zone and line.
struct PeopleInView {
    /// Somebody's last point.
    struct Person {
        let track: Int
        /// In microseconds of the stream's clock.
        var time: Int64 = 0
        var box = BoundingBox.frame
        /// Whether they were seen since the stream was last lost from view.
        var isKnown = false
        /// How far they went so far, in frame heights, and how far they may go before anything can change.
        var gone = 0.0, limit = 0.0
    }

    private var slots: [Int: Int] = [:]
    private var free: [Int] = []
    /// By slot; those that are free are of nobody.
    var persons: [Person] = []
    /// By slot, then zone.
    var zones: [ZoneWatch] = []
    /// By slot, then line.
    var lines: [LineWatch] = []
    /// By slot, then zone, then line: how far they may go before anything can change there.
    var limits: [Double] = []

    /// The slots of all, in order of their tracks.
    var inOrder: [Int] { slots.sorted { $0.key < $1.key }.map(\.value) }

    /// The slot of a track, a new one where it has none.
    mutating func slot(of track: Int, _ layout: CountingLayout) -> Int {
        if let slot = slots[track] { return slot }
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
        free.append(slot)
        return slot
    }
}
