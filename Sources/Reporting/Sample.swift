/// Some of many, spread evenly over them: those with the smallest of numbers drawn by lot. Which ones they are depends on
/// nothing but their keys.
struct Sample<Element> {
    private(set) var capacity: Int
    /// How many there were.
    private(set) var count = 0
    private var kept: [(lot: UInt64, element: Element)] = []
    private var limit = UInt64.max

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Whether an element with this lot would be kept.
    func wants(_ lot: UInt64) -> Bool { lot < limit }

    /// Takes an element, or only counts it.
    mutating func take(_ lot: UInt64, _ element: @autoclosure () -> Element) {
        count += 1
        guard lot < limit else { return }
        kept.append((lot, element()))
        if kept.count >= 2 * capacity { trim() }
    }

    /// Keeps fewer from now on.
    mutating func shrink(to capacity: Int) {
        guard capacity < self.capacity else { return }
        self.capacity = capacity
        if kept.count > capacity { trim() }
    }

    private mutating func trim() {
        kept.sort { $0.lot < $1.lot }
        kept.removeSubrange(min(capacity, kept.count)...)
        limit = kept.last.map(\.lot) ?? .max
    }

    /// Those that were kept.
    var elements: [Element] {
        kept.sorted { $0.lot < $1.lot }.prefix(capacity).map(\.element)
    }
}

/// Numbers by lot that are the same in every run.
enum Lot {
    /// A number for a path.
    static func of(session: UInt64, track: Int) -> UInt64 {
        mixed(session &+ UInt64(bitPattern: Int64(track)) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A number for texts.
    static func of(_ texts: String...) -> UInt64 {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return hash
    }

    /// Steele et al., "Fast splittable pseudorandom number generators", 2014.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
