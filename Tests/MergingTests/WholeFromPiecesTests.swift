import PathModel
import TestSupport
import Testing

@testable import Merging

/// The log of a file's pieces is that of the whole file, but for what the pieces saw.
@Suite struct WholeFromPiecesTests {
    /// Up to eight people on lanes of their own, who come and go, are hidden for a while and have faces now and then.
    private static func scene(_ seed: UInt64) -> Scene {
        var random = ScriptedRandom(seed: seed)
        let frameCount = Int.random(in: 300...700, using: &random)
        let people = (0..<Int.random(in: 0...8, using: &random)).map { lane in
            person(lane, frameCount, &random)
        }
        // Pieces of two overlaps at least.
        var cuts: [Int] = []
        while let next = [(cuts.last ?? 0) + Int.random(in: 110...250, using: &random)].first, next < frameCount - 5 {
            cuts.append(next)
        }
        return Scene(people: people, frameCount: frameCount, cuts: cuts, seed: seed)
    }

    private static func person(_ lane: Int, _ frameCount: Int, _ random: inout ScriptedRandom) -> Scene.Person {
        let start = Int.random(in: 0..<frameCount - 20, using: &random)
        let end = Int.random(in: start + 10...frameCount, using: &random)
        let left = Double.random(in: 0...0.8, using: &random), speed = Double.random(in: -0.002...0.002, using: &random)
        var person = Scene.Person(frames: start..<end) { frame in
            BoundingBox(
                left: left + speed * Double(frame - start), top: 0.11 * Double(lane), width: 0.05, height: 0.1)
        }
        func some(_ count: Int, _ length: ClosedRange<Int>) -> Set<Int> {
            var frames: Set<Int> = []
            for _ in 0..<count where end - start > 40 {
                let first = Int.random(in: start + 5..<end - 30, using: &random)
                frames.formUnion(first..<first + Int.random(in: length, using: &random))
            }
            return frames
        }
        person.hidden = some(2, 1...8)
        person.predicted = some(2, 1...8).subtracting(person.hidden)
        person.faces = some(3, 1...3).subtracting(person.hidden).subtracting(person.predicted)
        return person
    }

    /// What tells the lines apart, where they differ.
    private func expectEqual(_ merged: [String], _ whole: [String], _ seed: UInt64) {
        let different = zip(merged, whole).first { $0 != $1 }
        #expect(
            merged.count == whole.count && different == nil,
            "seed \(seed): \(merged.count) lines, not \(whole.count): \(different.map { "\n\($0)\n\($1)" } ?? "")")
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func anyPeopleAndCuts(seed: UInt64) throws {
        let scene = Self.scene(seed)
        expectEqual(try scene.merged(), try scene.whole(), seed)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func withLessDetail(seed: UInt64) throws {
        for detail in [Detail.paths, .counts] {
            var scene = Self.scene(seed)
            scene.detail = detail
            let merged = try scene.merged()
            expectEqual(merged, try scene.whole(), seed)
            if detail == .counts { #expect(!merged.contains { $0.contains(#""track":"#) }) }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func withZonesAndLines(seed: UInt64) throws {
        var scene = Self.scene(seed)
        scene.layout = CountingLayout(
            zones: [
                Zone(
                    name: "le\"ft", polygon: Polygon(BoundingBox(left: 0, top: 0, width: 0.4, height: 1)), loiter: 2,
                    crowd: Zone.Crowd(people: 2, seconds: 1)),
                Zone(name: "right", polygon: Polygon(BoundingBox(left: 0.5, top: 0, width: 0.5, height: 1))),
            ],
            lines: [CountingLine(name: "up", polyline: Polyline([Point(x: 0.45, y: 1), Point(x: 0.45, y: 0)]))],
            interval: 3)
        scene.detail = Detail.allCases[Int(seed % 3)]
        expectEqual(try scene.merged(), try scene.whole(), seed)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func withThoseWhoStirLate(seed: UInt64) throws {
        var scene = Self.scene(seed)
        // Left out while they don't stir, or marked.
        scene.still = seed % 4 != 0
        var random = ScriptedRandom(seed: seed)
        for index in scene.people.indices where .random(using: &random) {
            let frames = scene.people[index].frames
            var frame = Int.random(in: frames.lowerBound...frames.upperBound, using: &random)
            while scene.people[index].hidden.contains(frame) { frame += 1 }
            scene.people[index].stirs = frame
        }
        expectEqual(try scene.merged(), try scene.whole(), seed)
    }
}
