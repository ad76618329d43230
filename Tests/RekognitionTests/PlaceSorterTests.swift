import Recording
import TestSupport
import Testing

@testable import Rekognition

@Suite struct PlaceSorterTests {
    @Test(arguments: [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 4), (1000, 7), (5000, 64), (100, 1000)])
    func anyNumberComesInOrderFromLittleMemory(count: Int, capacity: Int) throws {
        let folder = try TemporaryFolder()
        var random = ScriptedRandom(seed: UInt64(count))
        let entries = (0..<count).map { number in
            PlaceSorter.Entry(
                major: .random(in: -3...9, using: &random),
                minor: [-0.9, -0.5, 0.25].randomElement(using: &random) ?? 0,
                place: RowPlace(
                    offset: Int64(number) * 1000, length: .random(in: 1...999, using: &random),
                    timestamp: .random(in: 0...5, using: &random)))
        }
        var sorter = try PlaceSorter(path: folder.path("sort"), capacity: capacity, width: 3)
        for entry in entries { try sorter.add(entry) }
        var places: [RowPlace] = []
        try sorter.finish { places.append($0) }
        let expected = entries.sorted {
            ($0.major, $0.minor, $0.place.timestamp, $0.place.offset)
                < ($1.major, $1.minor, $1.place.timestamp, $1.place.offset)
        }
        #expect(places.map(\.offset) == expected.map(\.place.offset))
        #expect(places.map(\.length) == expected.map(\.place.length))
        #expect(places.map(\.timestamp) == expected.map(\.place.timestamp))
    }

    @Test func integersAreReadAsTheyWereWritten() {
        for value in [0, 1, -1, .max, .min, 0x0102_0304_0506_0708] as [Int64] {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: value)
            bytes.append(littleEndian: Int32(truncatingIfNeeded: value))
            var reader = LittleEndianReader(bytes[...])
            #expect(reader.next() == value && reader.next() == Int32(truncatingIfNeeded: value))
        }
    }
}
