import Testing

@testable import Recording

@Suite struct SyncScheduleTests {
    private let start = ContinuousClock.now

    @Test func anIntervalSyncsOnceItHasPassedAndThenBeginsAnew() {
        #expect(
            due(.interval(.seconds(1)), after: [100, 999, 1000, 1500, 1999, 2000, 9000, 9999])
                == [false, false, true, false, false, true, true, false])
    }

    @Test func theOtherPoliciesKnowNoTime() {
        #expect(due(.line, after: [0, 0, 5000]) == [true, true, true])
        #expect(due(.never, after: [0, 0, 5000]) == [false, false, false])
    }

    private func due(_ policy: SyncPolicy, after milliseconds: [Int]) -> [Bool] {
        var schedule = SyncSchedule(policy, start: start)
        return milliseconds.map { schedule.isDue(at: start + .milliseconds($0)) }
    }
}
