import Foundation
import PathModel
import TestSupport
import Testing

@testable import Counting

/// Lines against brute force, and what must not change counts.
@Suite struct LinePropertyTests {
    private static func line(seed: UInt64) -> CountingLine {
        var random = ScriptedRandom(seed: seed &+ 1000)
        let points = (0..<Int.random(in: 2...4, using: &random)).map { _ in
            Point(x: .random(in: 0.1...0.9, using: &random), y: .random(in: 0.1...0.9, using: &random))
        }
        return CountingLine(name: "line \(seed)", polyline: Polyline(points))
    }

    /// Ways of a walk over a line by solving for where its straight pieces meet the line's.
    private func meetings(_ walk: Walk, _ line: CountingLine) -> [(time: Double, place: Point, isInward: Bool)] {
        var found: [(time: Double, place: Point, isInward: Bool)] = []
        for (from, to) in zip(walk.stops, walk.stops.dropFirst()) {
            let corners = line.polyline.vertices
            for (a, b) in zip(corners, corners.dropFirst()) {
                let (dx, dy) = (to.place.x - from.place.x, to.place.y - from.place.y)
                let (ex, ey) = (b.x - a.x, b.y - a.y)
                let determinant = ex * dy - ey * dx
                let (ox, oy) = (a.x - from.place.x, a.y - from.place.y)
                let (along, across) = ((ex * oy - ey * ox) / determinant, (dx * oy - dy * ox) / determinant)
                guard (0..<1).contains(along), (0..<1).contains(across) else { continue }
                let place = Point(x: from.place.x + along * dx, y: from.place.y + along * dy)
                found.append((from.time + along * (to.time - from.time), place, determinant > 0))
            }
        }
        return found.sorted { $0.time < $1.time }
    }

    /// Whether brute force is sure: nobody comes near the line without crossing it well, and takes their time between.
    private func isClear(_ walk: Walk, _ line: CountingLine, _ meetings: [Double]) -> Bool {
        let times = [walk.begin] + meetings + [walk.end]
        guard zip(times, times.dropFirst()).allSatisfy({ $1 - $0 > 0.8 }) else { return false }
        return zip(times, times.dropFirst()).allSatisfy { from, to in
            stride(from: from + 0.3, to: to - 0.2, by: 0.02).contains { time in
                let here = walk.place(at: time)
                let outlines = Outlines(CountingLayout(lines: [line]), aspect: 16.0 / 9)
                return outlines.distance(from: outlines.placed(here), to: outlines.lines[0]) > 0.04
            }
        }
    }

    @Test(arguments: 0..<300) func crossingsAreThoseOfBruteForce(seed: UInt64) {
        let walk = Walk.random(seed: seed)
        let line = Self.line(seed: seed)
        let expected = meetings(walk, line)
        guard isClear(walk, line, expected.map(\.time)) else { return }
        for rate in [25.0, 5] {
            let found = Film([walk], rate: rate).counted(CountingLayout(lines: [line])).crossings
            #expect(found.map { $0.crossing.direction == .inward } == expected.map(\.isInward))
            for (one, other) in zip(found, expected) {
                // A corner of the way is cut by up to the time from one picture to the next.
                #expect(abs(Double(one.time.microseconds) / 1e6 - other.time) < 1 / rate)
                #expect(Walk.length(from: one.crossing.place, to: other.place) < 0.4 / rate + 1e-6)
            }
        }
    }

    @Test func bruteForceIsSureOfMostWalks() {
        let sure = (0..<300 as Range<UInt64>).filter { seed in
            let (walk, line) = (Walk.random(seed: seed), Self.line(seed: seed))
            let times = meetings(walk, line).map(\.time)
            return !times.isEmpty && isClear(walk, line, times)
        }
        #expect(sure.count > 100, "\(sure.count)")
    }

    @Test(arguments: 0..<100) func theSameWalkCountsTheSameAtAnyRate(seed: UInt64) {
        let walk = Walk.random(seed: 1000 + seed, pace: 0.1...0.3)
        // A turn close behind a line, or near its end, may be seen by one and not by the other.
        let lines = (0..<6 as Range<UInt64>).map { Self.line(seed: 10 * seed + $0) }.filter {
            isClear(walk, $0, meetings(walk, $0).map(\.time))
        }
        let counts = [25.0, 12.5, 8, 5].map { Film([walk], rate: $0).counted(CountingLayout(lines: lines)).directions }
        #expect(Set(counts).count == 1, "\(counts)")
    }

    private func key(_ counted: Counted, shift: Int64 = 0, mirror: Bool = false, isReversed: Bool = false) -> [String] {
        counted.crossings.map { time, crossing in
            let x = mirror ? 1 - crossing.place.x : crossing.place.x
            let isInward = (crossing.direction == .inward) != (mirror || isReversed)
            let place = "\(Int((x * 1e6).rounded())) \(Int((crossing.place.y * 1e6).rounded()))"
            return "\(crossing.track) \(crossing.name) \((time.microseconds - shift) / 10) \(place) \(isInward)"
        }
    }

    @Test(arguments: 0..<20) func shiftMirrorAndReversalChangeWhatTheyMustAndNothingElse(seed: UInt64) {
        let walks = (0..<5 as Range<UInt64>).map { Walk.random(seed: 50 * seed + $0) }
        let lines = (0..<4 as Range<UInt64>).map { Self.line(seed: 10 * seed + $0) }
        let plain = key(Film(walks).counted(CountingLayout(lines: lines)))
        #expect(plain.count > 3)
        let shift: Int64 = 7_200_000_000
        let later = Film(walks, shift: shift).counted(CountingLayout(lines: lines))
        #expect(key(later, shift: shift) == plain)
        let reversed = Film(walks).counted(CountingLayout(lines: lines.map(\.reversed)))
        #expect(key(reversed, isReversed: true) == plain)
        let mirroredLines = lines.map { line in
            CountingLine(
                name: line.name, polyline: Polyline(line.polyline.vertices.map { Point(x: 1 - $0.x, y: $0.y) }))
        }
        let mirrored = Film(walks, mirrored: true).counted(CountingLayout(lines: mirroredLines))
        #expect(key(mirrored, mirror: true) == plain)
    }

    @Test(arguments: [1, 2, 7, 100]) func piecesMakeNoDifference(chunk: Int) {
        let walks = (0..<5 as Range<UInt64>).map { Walk.random(seed: $0, from: Double($0)) }
        let layout = CountingLayout(
            zones: [.of((0.3, 0.3), (0.7, 0.3), (0.7, 0.8))], lines: [Self.line(seed: 1), Self.line(seed: 2)],
            interval: 1)
        let film = Film(walks)
        #expect(film.counted(layout, chunk: chunk).records == film.counted(layout).records)
    }

    /// Fast and slow walkers, trembling boxes, stays, people whom the camera loses and finds again, every anchor, loitering.
    @Test(arguments: 0..<40) func passingOverSomebodyMakesNoDifference(seed: UInt64) {
        var random = ScriptedRandom(seed: seed)
        let walks = (0..<12 as Range<UInt64>).map { index in
            let pace = [0.01...0.03, 0.1...0.4, 1...3][Int(index % 3)]
            return Walk.random(
                seed: 100 * seed + index, from: .random(in: 0...5, using: &random), places: index % 3 == 0 ? 2 : 8,
                pace: pace)
        }
        let zones = (0..<6 as Range<UInt64>).map { index in
            var zone = ZonePropertyTests.zone(seed: 10 * seed + index)
            zone.anchor = Anchor.allCases[Int(index % 3)]
            zone.loiter = index % 2 == 0 ? .random(in: 0.5...3, using: &random) : nil
            zone.crowd = index == 1 ? Zone.Crowd(people: 2, seconds: 0.5) : nil
            return zone
        }
        let lines = (0..<4 as Range<UInt64>).map { index in
            CountingLine(
                name: "line \(index)", polyline: Self.line(seed: 10 * seed + index).polyline,
                anchor: Anchor.allCases[Int(index % 3)])
        }
        let layout = CountingLayout(zones: zones, lines: lines, interval: 2)
        var noise = ScriptedRandom(seed: seed + 1)
        var film = Film(walks) { _, _ in
            let reach = Double.random(in: 0...1, using: &noise) < 0.02 ? 0.1 : 0.002
            return Point(x: .random(in: -reach...reach, using: &noise), y: .random(in: -reach...reach, using: &noise))
        }
        let time = film.pictures[film.pictures.count / 2]
        let place = film.records.firstIndex { $0.time > time } ?? film.records.count
        film.records.insert(
            PathRecord(time: time, event: .gap(Gap(from: time, to: time, reason: .decodeError, framesLost: 0))),
            at: place)
        let all = film.counted(layout, looksAtAll: true)
        #expect(all.crossings.count > 5 && all.changes.count > 20)
        #expect(film.counted(layout).records == all.records)
    }
}
