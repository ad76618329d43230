import Following
import Testing

@testable import Operating

@Suite("When the machine can't keep up")
struct LoadWatchTests {
    private let start = ContinuousClock.now

    private func camera(dropped: Int, analyzed: Int) -> [(name: String, status: FeedStatus)] {
        var status = FeedStatus()
        (status.dropped, status.analyzed) = (dropped, analyzed)
        return [("cam", status)]
    }

    @Test("It is said once, and once when it is over; not while networks load")
    func saidOnce() {
        var watch = LoadWatch(since: start)
        let looks = [(50, 0), (50, 50), (60, 90), (70, 130), (70, 180)].enumerated().map { index, counts in
            watch.messages(
                camera(dropped: counts.0, analyzed: counts.1), at: start + .seconds(10 * (index + 1)))
        }
        #expect(looks.map(\.count) == [0, 0, 1, 0, 1])
        #expect(looks[2].first?.contains("20 % of the frames") == true)
        #expect(looks[4].first?.contains("keeps up again: 5.0 frames/s") == true)
    }

    @Test("Nothing is said between two looks")
    func tenSeconds() {
        var watch = LoadWatch(since: start)
        _ = watch.messages(camera(dropped: 0, analyzed: 1), at: start + .seconds(10))
        #expect(watch.messages(camera(dropped: 99, analyzed: 1), at: start + .seconds(19)).isEmpty)
        #expect(watch.messages(camera(dropped: 99, analyzed: 1), at: start + .seconds(20)).count == 1)
    }
}
