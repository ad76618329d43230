import Testing

@testable import Operating

@Suite("What hangs, and what stood still with all the rest")
struct StandstillWatchTests {
    private let start = ContinuousClock.now

    @Test("A part that is silent while ticks come is stuck")
    func stuck() {
        var watch = StandstillWatch(since: start)
        for second in 1...30 { watch.tick(at: start + .seconds(second)) }
        #expect(!watch.isStuck(silent: 19, at: start + .seconds(30)))
        #expect(watch.isStuck(silent: 21, at: start + .seconds(30)))
    }

    @Test("After a standstill of the whole program no part of it is to blame, for a while")
    func standstill() {
        var watch = StandstillWatch(since: start)
        watch.tick(at: start + .seconds(1))
        #expect(!watch.isStuck(silent: 31, at: start + .seconds(31)), "before the first tick, too")
        for second in 31...50 {
            watch.tick(at: start + .seconds(second))
            #expect(!watch.isStuck(silent: Double(second), at: start + .seconds(second)))
        }
        watch.tick(at: start + .seconds(51))
        #expect(watch.isStuck(silent: 51, at: start + .seconds(51)))
    }
}
