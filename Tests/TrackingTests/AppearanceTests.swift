import PathModel
import Testing

@testable import Tracking

@Suite struct AppearanceTests {
    private static func clothes(_ brightness: Float, blue: Float = 0, red: Float = 0) -> Appearance {
        let part = Appearance.Part(values: SIMD4(brightness, blue, red, 8), visibility: 1)
        return Appearance(upper: part, lower: part)
    }

    private static let dark = clothes(40, blue: 12)
    private static let light = clothes(110, red: 9)

    @Test(arguments: [true, false])
    func twoWhoMeetOutOfSightAndTurnBackKeepTheirIDsByTheirClothes(areSeen: Bool) {
        // Where they go on to is where the other comes from.
        func walker(from start: Double, to turn: Double, _ clothes: Appearance) -> Walker {
            Walker(
                confidence: { abs($0 - 2) < 0.6 ? nil : 0.9 }, appearance: { _ in areSeen ? clothes : nil }
            ) { Point(x: turn + (start - turn) * abs($0 - 2) / 2, y: 0.5) }
        }
        let left = walker(from: 0.3, to: 0.49, Self.dark)
        let right = walker(from: 0.7, to: 0.51, Self.light)
        let result = replay([left, right], at: times(4, fps: 20))
        #expect((result.ids == [1, 2]) == areSeen)
        #expect((result.ids(of: left).count == 1) == areSeen)
        #expect((result.ids(of: right).count == 1) == areSeen)
    }

    @Test(arguments: [true, false])
    func whoeverPassesInFrontOfSomebodyStandingDoesNotTakeTheirID(areSeen: Bool) {
        // The one behind isn't detected for as long as both are in the same place, and the one in front not before.
        let standing = Walker(
            confidence: { abs($0 - 3) < 0.7 ? nil : 0.9 }, appearance: { _ in areSeen ? Self.light : nil }
        ) {
            _ in Point(x: 0.5, y: 0.5)
        }
        let passing = Walker(confidence: { $0 < 2.4 ? nil : 0.9 }, appearance: { _ in areSeen ? Self.dark : nil }) {
            Point(x: 0.5 + 0.05 * ($0 - 3), y: 0.52)
        }
        let result = replay([standing, passing], at: times(5, fps: 20))
        #expect(result.ids(of: standing) == (areSeen ? [1] : [1, 2]))
        #expect(result.ids(of: passing) == (areSeen ? [2] : [1]))
    }

    @Test(arguments: [(light, 1), (dark, 2)])
    func whoeverComesBackElsewhereIsKnownByTheirClothes(clothes: Appearance, ids: Int) {
        let walker = Walker(
            confidence: { (1.5..<3).contains($0) ? nil : 0.9 }, appearance: { $0 < 2 ? Self.light : clothes }
        ) { Point(x: $0 < 2 ? 0.4 : 0.6, y: 0.5) }
        let result = replay([walker], at: times(5, fps: 20))
        #expect(result.ids.count == ids)
        #expect(replay([walker.undressed], at: times(5, fps: 20)).ids.count == 2, "places alone don't tell")
    }

    @Test func nobodyIsTwoWhoWereSeenAtOnce() {
        // Both are dressed alike, and one goes out of sight after the other came.
        let gone = Walker(confidence: { $0 < 2 ? 0.9 : nil }, appearance: { _ in Self.light }) { _ in
            Point(x: 0.5, y: 0.5)
        }
        let stays = Walker(confidence: { $0 < 1.9 ? nil : 0.9 }, appearance: { _ in Self.light }) { _ in
            Point(x: 0.56, y: 0.5)
        }
        #expect(replay([gone, stays], at: times(3, fps: 20)).ids == [1, 2])
    }

    @Test func somebodyWhoStepsIntoTheShadeKeepsTheID() {
        let walker = Walker(appearance: { Self.clothes(Float(max(60, min(130, 130 - 70 * ($0 - 1))))) }) {
            Point(x: 0.1 + 0.15 * $0, y: 0.5)
        }
        #expect(replay([walker], at: times(4, fps: 10)).ids == [1])
    }

    @Test func aLightThatGoesOutBreaksNoPath() {
        let walker = Walker(appearance: { Self.clothes($0 < 2 ? 130 : 30) }) { _ in Point(x: 0.5, y: 0.5) }
        #expect(replay([walker], at: times(4, fps: 10)).ids == [1])
    }

    @Test(arguments: [false, true])
    func whoeverTurnsRoundAloneKeepsTheID(isAlone: Bool) {
        // Boxes tremble, so that clothes would outweigh them.
        let turning = Walker(appearance: { $0 < 2 ? Self.light : Self.dark }) {
            let tremble = Int(($0 * 10).rounded()) % 2 == 0 ? 1.0 : -1.0
            return Point(x: 0.5 + 0.009 * tremble, y: 0.5 + 0.012 * tremble)
        }
        let other = Walker(appearance: { _ in Self.light }) { _ in Point(x: 0.55, y: 0.52) }
        let result = replay(isAlone ? [turning] : [turning, other], at: times(4, fps: 10))
        #expect(result.ids(of: turning).count == (isAlone ? 1 : 2))
    }

    @Test func whoeverComesOutHalfHiddenAtFirstIsFoundAgain() {
        let whole = Walker(confidence: { (1.5..<2.35).contains($0) ? nil : 0.9 }, appearance: { _ in Self.light }) {
            Point(x: $0 < 2 ? 0.4 : 0.52, y: 0.5)
        }
        let head = Walker(
            height: 0.18, confidence: { (2.2..<2.35).contains($0) ? 0.9 : nil }, appearance: { _ in Self.light }
        ) { _ in Point(x: 0.52, y: 0.44) }
        #expect(replay([whole, head], at: times(4, fps: 20)).ids == [1])
    }

    @Test func whoeverWentOutOfSightPieceByPieceIsFoundAgain() {
        let whole = Walker(confidence: { (1.5..<3.2).contains($0) ? nil : 0.9 }, appearance: { _ in Self.light }) {
            Point(x: $0 < 2 ? 0.4 : 0.52, y: 0.5)
        }
        let head = Walker(
            height: 0.18, confidence: { (1.5..<2.3).contains($0) ? 0.9 : nil }, appearance: { _ in Self.light }
        ) { _ in Point(x: 0.4, y: 0.44) }
        #expect(replay([whole, head], at: times(5, fps: 20)).ids == [1])
    }

    @Test func inABoxOfAnotherShapeClothesAreLookedForInTheWrongPlace() {
        var memory = AppearanceMemory()
        let body = BoundingBox(left: 0.4, top: 0.2, width: 0.2, height: 0.5)
        for _ in 0..<5 { memory.add(Self.light, in: body, after: 0.04) }
        #expect(abs(memory.likeness(of: body) - 1) < 1e-9)
        let half = BoundingBox(left: 0.4, top: 0.2, width: 0.2, height: 0.25)
        #expect(abs(memory.likeness(of: half) - 0.3) < 0.01)
        let head = BoundingBox(left: 0.4, top: 0.2, width: 0.2, height: 0.125)
        #expect(memory.likeness(of: head) < 0.01)
    }

    @Test(arguments: [(0.4, 1), (0.02, 2)])
    func whoeverComesInFromTheEdgeIsMoreLikelyAStranger(place: Double, ids: Int) {
        // As likely somebody else's as not, and a little more.
        let alike = Self.clothes(141, red: 9)
        let walker = Walker(
            confidence: { (1.5..<2.5).contains($0) ? nil : 0.9 }, appearance: { $0 < 2 ? Self.light : alike }
        ) { Point(x: $0 < 2 ? place + 0.12 : place, y: 0.5) }
        #expect(replay([walker], at: times(4, fps: 20)).ids.count == ids)
    }
}
