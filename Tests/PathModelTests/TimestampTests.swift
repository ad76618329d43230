import PathModel
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2), (40_000, 40), (33_367, 33),
        (-499, 0), (-500, -1), (-1499, -1), (-1500, -2), (-40_000, -40),
    ])
    func millisecondsAreTheNearestWithHalvesAwayFromZero(microseconds: Int64, milliseconds: Int64) {
        #expect(Timestamp(microseconds: microseconds).milliseconds == milliseconds)
    }

    @Test func differencesAreSecondsAndCanBeNegative() {
        let (early, late) = (Timestamp(microseconds: -500_000), Timestamp(microseconds: 1_000_000))
        #expect(late.seconds(since: early) == 1.5)
        #expect(early.seconds(since: late) == -1.5)
        #expect(early < late)
    }
}
