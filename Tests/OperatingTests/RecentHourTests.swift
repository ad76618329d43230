import Testing

@testable import Operating

@Suite("What a camera's counters grew by in the last hour")
struct RecentHourTests {
    private let start = ContinuousClock.now

    /// A camera that sees two people, and somebody going in every ten seconds.
    private func counters(_ second: Int, observes: Bool = true) -> RecentHour.Counters {
        var counters = RecentHour.Counters()
        counters.people = 2
        counters.observedSeconds = observes ? Double(second) : 0
        counters.inward = ["gate": second / 10]
        counters.entered = ["door": second / 10, "never": 0]
        return counters
    }

    @Test("Sixty minutes are kept, what is older is forgotten")
    func hour() {
        var hour = RecentHour(since: start)
        for second in 0...7230 { hour.note(counters(second), at: start + .seconds(second)) }
        #expect(hour.minutes.count == 60)
        #expect(hour.minutes.allSatisfy { $0.people == 2 && $0.observed == 1 || $0.number == 120 })
        // From the last second of minute 60 on.
        #expect(hour.total.inward == ["gate": 723 - 365])
        #expect(hour.total.entered == ["door": 723 - 365, "never": 0])
        #expect(hour.observed == 1)
    }

    @Test("Time without pictures isn't observed, and not taken for an hour without people")
    func outage() {
        var hour = RecentHour(since: start)
        for second in 0...60 { hour.note(counters(second), at: start + .seconds(second)) }
        for second in 61...120 { hour.note(counters(60), at: start + .seconds(second)) }
        // The last second of a minute is told in the next one.
        #expect(hour.minutes.map { ($0.observed * 50).rounded() / 50 } == [1, 0.02, 0])
        #expect(abs(hour.observed - 0.5) < 0.01)
    }

    @Test("A counter that begins anew loses nothing and counts nothing twice")
    func restart() {
        var hour = RecentHour(since: start)
        for second in 0...30 { hour.note(counters(second), at: start + .seconds(second)) }
        for second in 0...30 { hour.note(counters(second), at: start + .seconds(31 + second)) }
        #expect(hour.total.inward == ["gate": 6])
        #expect(abs(hour.total.observedSeconds - 60) < 0.001)
    }
}
