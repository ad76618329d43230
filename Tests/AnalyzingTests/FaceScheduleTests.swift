import PathModel
import Testing

@testable import Analyzing

@Suite struct FaceScheduleTests {
    private let frame = PixelSize(width: 768, height: 432)

    private func time(_ index: Int, rate: Double = 25) -> Timestamp {
        Timestamp(microseconds: Int64((Double(index) * 1_000_000 / rate).rounded()))
    }

    private func track(_ serial: Int, id: Int? = 1, height: Double = 0.5, source: Track.Source = .measured) -> Track {
        let box = BoundingBox(left: 0.4, top: 0.2, width: 0.4 * height, height: height)
        return Track(serial: serial, id: id, box: box, confidence: 0.9, source: source)
    }

    @Test(arguments: [25, 30_000.0 / 1001, 15, 3])
    func aTracksFaceIsLookedForAtTheRateOrInEveryFrame(frameRate: Double) {
        var schedule = FaceSchedule(rate: 5, minimumWidth: 20)
        let seconds = 20.0
        let searched = (0..<Int(seconds * frameRate)).filter {
            !schedule.due(in: TrackerUpdate(tracks: [track(0)]), at: time($0, rate: frameRate), frame: frame).isEmpty
        }
        // As often as whole frames allow without exceeding the rate.
        let expected = seconds * frameRate / (frameRate / 5).rounded(.up)
        #expect(abs(Double(searched.count) - expected) <= 1)
        #expect(searched.first == 0)
    }

    @Test func eachTrackHasItsOwnTime() {
        var schedule = FaceSchedule(rate: 1, minimumWidth: 20)
        func due(_ index: Int, _ serials: [Int]) -> [Int] {
            let tracks = serials.map { track($0) }
            return schedule.due(in: TrackerUpdate(tracks: tracks), at: time(index), frame: frame).map(\.serial)
        }
        #expect(due(0, [1]) == [1])
        #expect(due(10, [1, 2]) == [2])
        #expect(due(25, [1, 2]) == [1])
        #expect(due(35, [1, 2]) == [2])
    }

    @Test func onlyMeasuredConfirmedLargeTracksAreDue() {
        var schedule = FaceSchedule(rate: 5, minimumWidth: 20)
        let tracks = [
            track(0, id: nil), track(1, source: .predicted), track(2, height: 0.1), track(3),
        ]
        #expect(schedule.due(in: TrackerUpdate(tracks: tracks), at: time(0), frame: frame).map(\.serial) == [3])
        let confirmed = TrackerUpdate(tracks: [track(0)])
        #expect(!schedule.due(in: confirmed, at: time(1), frame: frame).isEmpty, "it had not been looked for")
    }
}
