import Recording

/// Puts places of rows in order, however many there are: sorted runs on the disk, merged at the end.
struct PlaceSorter {
    /// A place, and what it is sorted by: first `major`, then `minor`, then time, then where it stands in `rows`.
    struct Entry {
        static let size = 16 + RowPlace.size

        var major: Int64
        var minor: Double
        var place: RowPlace

        init(major: Int64 = 0, minor: Double = 0, place: RowPlace) {
            (self.major, self.minor, self.place) = (major, minor, place)
        }

        init(_ bytes: ArraySlice<UInt8>) {
            var integers = LittleEndianReader(bytes)
            major = integers.next()
            minor = Double(bitPattern: integers.next())
            place = RowPlace(bytes.dropFirst(16))
        }

        func append(to bytes: inout [UInt8]) {
            bytes.append(littleEndian: major)
            bytes.append(littleEndian: minor.bitPattern)
            place.append(to: &bytes)
        }

        static func < (one: Entry, other: Entry) -> Bool {
            (one.major, one.minor, one.place.timestamp, one.place.offset)
                < (other.major, other.minor, other.place.timestamp, other.place.offset)
        }
    }

    /// A sorted stretch of a file.
    private struct Run {
        var file: AppendedBytes
        var rest: Range<Int64>
        var entries: ArraySlice<Entry> = []

        /// - Parameter count: of entries to read at a time.
        mutating func next(_ count: Int) throws(RecordingError) -> Entry? {
            if entries.isEmpty, !rest.isEmpty {
                let end = min(rest.upperBound, rest.lowerBound + Int64(count * Entry.size))
                let bytes = try file.bytes(rest.lowerBound..<end)
                rest = end..<rest.upperBound
                entries =
                    stride(from: 0, to: bytes.count, by: Entry.size).map { Entry(bytes[$0..<$0 + Entry.size]) }[...]
            }
            return entries.popFirst()
        }
    }

    private let path: String
    private let capacity: Int
    /// How many runs are merged at a time.
    private let width: Int
    private var waiting: [Entry] = []
    private var file: AppendedBytes
    private var runs: [Range<Int64>] = []
    private var generation = 0

    /// - Parameters:
    ///   - path: of a file that it may make, and others whose names begin so.
    ///   - capacity: entries in memory at a time.
    init(path: String, capacity: Int = 1 << 15, width: Int = 64) throws(RecordingError) {
        (self.path, self.capacity, self.width) = (path, capacity, width)
        file = try Self.scratch(path)
    }

    mutating func add(_ entry: Entry) throws(RecordingError) {
        waiting.append(entry)
        if waiting.count == capacity { try spill() }
    }

    /// Gives all places in order; none is there afterwards.
    mutating func finish(_ use: (RowPlace) throws -> Void) throws {
        if runs.isEmpty {
            waiting.sort(by: <)
            for entry in waiting { try use(entry.place) }
            return
        }
        if !waiting.isEmpty { try spill() }
        while runs.count > width { try mergeOnce() }
        try file.flush()
        try merge(runs) { try use($0.place) }
    }

    private mutating func spill() throws(RecordingError) {
        waiting.sort(by: <)
        try write(waiting, to: file)
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ entries: [Entry], to file: AppendedBytes) throws(RecordingError) {
        let start = file.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * Entry.size)
        for entry in entries { entry.append(to: &bytes) }
        try file.append(bytes)
        runs.append(start..<file.count)
    }

    /// Makes longer runs of the runs.
    private mutating func mergeOnce() throws {
        try file.flush()
        generation += 1
        let next = try Self.scratch("\(path).\(generation)")
        var longer: [Range<Int64>] = []
        for first in stride(from: 0, to: runs.count, by: width) {
            let start = next.count
            var bytes: [UInt8] = []
            try merge(Array(runs[first..<min(first + width, runs.count)])) { entry in
                bytes.removeAll(keepingCapacity: true)
                entry.append(to: &bytes)
                try next.append(bytes)
            }
            longer.append(start..<next.count)
        }
        (file, runs) = (next, longer)
    }

    private func merge(_ ranges: [Range<Int64>], _ use: (Entry) throws -> Void) throws {
        var heads: [(entry: Entry, run: Run)] = []
        for range in ranges {
            var run = Run(file: file, rest: range)
            if let entry = try run.next(chunk) { heads.append((entry, run)) }
        }
        heads.sort { $1.entry < $0.entry }
        // The smallest is the last; another one sinks to its place.
        while var (entry, run) = heads.popLast() {
            try use(entry)
            guard let next = try run.next(chunk) else { continue }
            entry = next
            var place = heads.count
            while place > 0, heads[place - 1].entry < entry { place -= 1 }
            heads.insert((entry, run), at: place)
        }
    }

    /// All runs of a merge together have as much in memory as a run.
    private var chunk: Int { max(1, capacity / width) }

    /// A file without a name.
    private static func scratch(_ path: String) throws(RecordingError) -> AppendedBytes {
        let file = try AppendedBytes(path: path)
        try RecordingError.attempt(.remove, path) { try Disk.remove(path) }
        return file
    }
}
