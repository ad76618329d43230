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

    private func face() -> Face {
        Face(box: BoundingBox(left: 0, top: 0, width: 0.1, height: 0.1), confidence: 1, landmarks: [])
    }

    /// The frames of 20 seconds in which one track's face is looked for.
    private func searches(
        frameRate: Double, rate: Double = 5, height: (Double) -> Double = { _ in 0.5 }, found: (Int) -> Face?
    ) -> [Int] {
        var schedule = FaceSchedule(rate: rate, minimumWidth: 20)
        return (0..<Int(20 * frameRate)).filter { index in
            let (time, track) = (time(index, rate: frameRate), track(0, height: height(Double(index) / frameRate)))
            guard schedule.isDue(track, at: time, spacing: 1 / frameRate) else { return false }
            schedule.found(found(index), of: track, at: time)
            return true
        }
    }

    @Test(arguments: [25, 30_000.0 / 1001, 15, 3])
    func aFaceIsLookedForAtTheRateOrInEveryFrame(frameRate: Double) {
        let searched = searches(frameRate: frameRate) { _ in face() }
        // As often as whole frames allow without exceeding the rate.
        let expected = 20 * frameRate / (frameRate / 5).rounded(.up)
        #expect(abs(Double(searched.count) - expected) <= 1)
        #expect(searched.first == 0)
    }

    @Test(arguments: [25, 30_000.0 / 1001, 15, 5, 3, 1])
    func whereNoneIsFoundItIsLookedForLessOftenAndWithinHalfASecond(frameRate: Double) {
        let searched = searches(frameRate: frameRate) { _ in nil }
        let waits = zip(searched, searched.dropFirst()).map { Double($1 - $0) / frameRate }
        #expect(waits.allSatisfy { $0 <= max(0.5, 1 / frameRate) + 0.001 })
        #expect(waits == waits.sorted(), "ever less often")
        if frameRate >= 15 { #expect(searched.count < 50, "of 100 at the rate") }
    }

    @Test func aFoundFaceBringsTheRateBack() {
        let searched = searches(frameRate: 25) { index in index < 250 ? nil : face() }
        #expect(searched.count { $0 >= 265 } == 47)
    }

    @Test func whoWalksAwayIsLookedAtLeastOftenAtOnce() {
        func early(_ height: (Double) -> Double) -> Int {
            searches(frameRate: 25, height: height) { $0 == 0 ? face() : nil }.count { (25..<75).contains($0) }
        }
        #expect(early { 0.5 - 0.04 * $0 } <= 5)
        #expect(early { 0.5 + 0.001 * $0 } > 5, "who stands or comes nearer may turn")
    }

    /// On MOT17-09 a third of all searches were for people seen from behind or too small for a face.
    @Test func whoNeverShowedAFaceIsLookedAtLessOftenSooner() {
        func early(_ found: (Int) -> Face?) -> Int {
            searches(frameRate: 25, found: found).count { (1..<50).contains($0) }
        }
        #expect(early { _ in nil } <= 6)
        #expect(early { $0 == 0 ? face() : nil } >= 7, "a face that was there is soon seen again")
    }

    @Test func aRateBelowIsNotExceeded() {
        #expect(searches(frameRate: 25, rate: 1) { _ in nil }.count == 20)
    }

    @Test func eachTrackHasItsOwnTime() {
        var schedule = FaceSchedule(rate: 1, minimumWidth: 20)
        func due(_ index: Int, _ serials: [Int]) -> [Int] {
            serials.filter { schedule.isDue(track($0), at: time(index), spacing: 0.04) }
        }
        #expect(due(0, [1]) == [1])
        #expect(due(10, [1, 2]) == [2])
        #expect(due(25, [1, 2]) == [1])
        #expect(due(35, [1, 2]) == [2])
    }

    @Test func onlyMeasuredConfirmedLargeTracksAreCandidates() {
        let schedule = FaceSchedule(rate: 5, minimumWidth: 20)
        let tracks = [
            track(0, id: nil), track(1, source: .predicted), track(2, height: 0.1), track(3),
        ]
        #expect(schedule.candidates(in: TrackerUpdate(tracks: tracks), frame: frame).map(\.serial) == [3])
    }
}
