import Foundation
import PathModel
import TestSupport
import Testing

/// The sample video's records against what is true of it (`SampleVideos/README.md`).
@Suite struct GroundTruthTests {
    private struct Person {
        let id: Int
        /// In pixels.
        let box: BoundingBox
        let visibility: Double
    }

    /// A person or nobody, and a record or none, in one frame.
    private struct Pair {
        let frame: Int
        let person: Person?
        let point: Records.Point?
    }

    private static let size = (width: 768.0, height: 432.0)

    private static func columns(_ file: String) throws -> [[String]] {
        let path = Project.root.appendingPathComponent("SampleVideos/\(file)").path
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",").map(String.init)
        }
    }

    private static func box(_ point: Records.Point) -> BoundingBox {
        BoundingBox(left: point.box.left, top: point.box.top, width: point.box.width, height: point.box.height)
            .scaled(x: size.width, y: size.height)
    }

    /// Frame by frame, the best overlaps first, each person and record once, from an IoU of 0.5.
    private static func pairs() throws -> [Pair] {
        let truth = try columns("crossing.gt.txt").map { row in
            let value = try row.map { try #require(Double($0)) }
            let box = BoundingBox(left: value[2], top: value[3], width: value[4], height: value[5])
            return (frame: Int(value[0]) - 1, person: Person(id: Int(value[1]), box: box, visibility: value[8]))
        }
        let people = Dictionary(grouping: truth, by: \.frame)
        let points = Dictionary(grouping: try Records.points(), by: \.frame)
        return Set(people.keys).union(points.keys).sorted().flatMap { frame in
            match(people[frame, default: []].map(\.person), points[frame, default: []], frame: frame)
        }
    }

    private static func match(_ people: [Person], _ points: [Records.Point], frame: Int) -> [Pair] {
        let overlaps = people.indices.flatMap { person in
            points.indices.map { (person: person, point: $0, iou: people[person].box.iou(box(points[$0]))) }
        }
        var (freePeople, freePoints) = (Set(people.indices), Set(points.indices))
        var pairs: [Pair] = []
        for overlap in overlaps.sorted(by: { $0.iou > $1.iou }) where overlap.iou >= 0.5 {
            guard freePeople.contains(overlap.person), freePoints.contains(overlap.point) else { continue }
            freePeople.remove(overlap.person)
            freePoints.remove(overlap.point)
            pairs.append(Pair(frame: frame, person: people[overlap.person], point: points[overlap.point]))
        }
        pairs += freePeople.sorted().map { Pair(frame: frame, person: people[$0], point: nil) }
        pairs += freePoints.sorted().map { Pair(frame: frame, person: nil, point: points[$0]) }
        return pairs
    }

    @Test func visiblePeopleAreFound() throws {
        let visible = try Self.pairs().filter { ($0.person?.visibility ?? 0) > 0.5 }
        func recall(_ pairs: [Pair]) -> Double { Double(pairs.count { $0.point != nil }) / Double(pairs.count) }
        #expect(recall(visible) >= 0.9)
        let people = Dictionary(grouping: visible) { $0.person?.id ?? 0 }
        #expect(people.count == 4)
        for (id, pairs) in people { #expect(recall(pairs) >= 0.8, "person \(id)") }
    }

    @Test func whatIsRecordedIsAPerson() throws {
        let recorded = try Self.pairs().filter { $0.point != nil }
        #expect(Double(recorded.count { $0.person != nil }) >= 0.9 * Double(recorded.count))
    }

    @Test func countingIdsCountsPeople() throws {
        #expect(Set(try Records.points().map(\.track)).count == 4)
    }

    @Test func whoeverPassesInFrontOfSomebodyStandingDoesNotTakeTheirPath() throws {
        let pairs = try Self.pairs()
        func tracks(of id: Int, in frames: Range<Int>) -> Set<Int> {
            Set(pairs.filter { $0.person?.id == id && frames.contains($0.frame) }.compactMap { $0.point?.track })
        }
        // 4 passes in front of 3 from the 177th to the 220th frame.
        #expect(tracks(of: 3, in: 80..<176).count == 1)
        #expect(tracks(of: 3, in: 220..<300) == tracks(of: 3, in: 80..<176))
        #expect(tracks(of: 4, in: 220..<300).count == 1)
        #expect(tracks(of: 4, in: 220..<300).isDisjoint(with: tracks(of: 3, in: 80..<176)))
    }

    /// Whose path a face is on is the tracker's business; here it counts that its points are right.
    @Test func landmarksLieOnAFace() throws {
        let rows = try Self.columns("crossing.faces.txt")
        let faces = Dictionary(grouping: rows) { "\($0[0]),\($0[1])" }.values.filter { $0.count == 5 }
        let truth = Dictionary(grouping: try faces.map(TrueFace.init), by: \.frame)
        var checked = 0
        for point in try Records.points() {
            guard let face = point.face else { continue }
            let found = Dictionary(
                uniqueKeysWithValues: face.landmarks.map { landmark in
                    (landmark.type, Point(x: landmark.x * Self.size.width, y: landmark.y * Self.size.height))
                })
            // A face that is far from all true ones is a cameraman's profile, of which nobody noted the points.
            let distances = truth[point.frame, default: []].map { $0.distance(to: found) }
            guard let distance = distances.min(), distance < 30 else { continue }
            checked += 1
            #expect(distance < 4.5, "track \(point.track) in frame \(point.frame)")
        }
        #expect(checked >= 70)
    }

    /// The points of one visible face, in pixels, by name.
    private struct TrueFace {
        let frame: Int
        let points: [String: Point]

        init(rows: [[String]]) throws {
            frame = try #require(Int(rows[0][0])) - 1
            points = try Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    (row[2], Point(x: try #require(Double(row[3])), y: try #require(Double(row[4]))))
                })
        }

        /// The largest distance between two points of one name.
        func distance(to other: [String: Point]) -> Double {
            points.map { name, point in
                other[name].map { hypot($0.x - point.x, $0.y - point.y) } ?? .infinity
            }.max() ?? .infinity
        }
    }
}
