import PathModel
import Testing

@testable import Tracking

/// Two people who walk towards each other and cross, the nearer one hiding the other for about 0.4 s, and one who
/// stands.
private let crossing = [
    Walker { Point(x: 0.2 + 0.08 * $0, y: 0.55) },
    Walker(confidence: { abs($0 - 3.75) < 0.2 ? nil : 0.8 }) { Point(x: 0.8 - 0.08 * $0, y: 0.5) },
    Walker { _ in Point(x: 0.9, y: 0.3) },
]

@Suite struct AssociationTests {
    @Test(arguments: [2.0, 5, 10, 25, 60])
    func peopleWhoCrossKeepTheirIDsAtAnyFrameRate(fps: Double) {
        let result = replay(crossing, at: times(7, fps: fps))
        #expect(result.ids.count == 3)
        for walker in crossing { #expect(result.ids(of: walker).count == 1) }
    }

    @Test(arguments: [0.02, 0.2, 0.5, 1, 1.5, 1.9, 5])
    func whoStandsIsFollowedHoweverSeldomFramesCome(fps: Double) {
        let seconds = 40 / fps
        let still = Walker { _ in Point(x: 0.3, y: 0.5) }
        let missedOnce = Walker(confidence: { abs($0 * fps - 10) < 0.1 ? nil : 0.8 }) { _ in Point(x: 0.7, y: 0.5) }
        let result = replay([still, missedOnce], at: times(seconds, fps: fps))
        #expect(result.ids.count == 2 && result.removals.isEmpty)

        let gone = Walker(confidence: { $0 * fps < 10 ? 0.8 : nil }) { _ in Point(x: 0.5, y: 0.5) }
        let end = replay([gone], at: times(seconds, fps: fps)).updates.first { !$0.update.removals.isEmpty }
        #expect((end?.time ?? .infinity) <= (10 + max(2 * fps, 3)) / fps + 0.001, "nobody is kept for long who is gone")
    }

    @Test func unevenStepsKeepIDs() {
        var random = SeededRandom(seed: 3)
        let uneven = times(7, fps: 30).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        #expect(replay(crossing, at: uneven).ids.count == 3)
    }

    @Test func theOrderOfDetectionsChangesNothing() {
        var random = SeededRandom(seed: 5)
        let expected = replay(crossing, at: times(7, fps: 10))
        let shuffled = replay(crossing, at: times(7, fps: 10), reorder: { $0.shuffled(using: &random) })
        #expect(shuffled.updates.map(\.update) == expected.updates.map(\.update))
    }

    @Test func theClocksOriginChangesNothing() {
        let expected = replay(crossing, at: times(7, fps: 10))
        let shifted = replay(crossing, at: times(7, fps: 10), offset: -987_654_321_012)
        #expect(shifted.updates.map(\.update) == expected.updates.map(\.update))
    }

    @Test(arguments: [0.5, 2, 4])
    func theClocksSpeedChangesNoID(factor: Double) {
        var options = ByteTracker.Options()
        options.confirmAfter *= factor
        options.maxLost *= factor
        options.tentativeGrace *= factor
        let slower = crossing.map { walker in
            Walker(confidence: { walker.confidence($0 / factor) }) { walker.position($0 / factor) }
        }
        let result = replay(slower, at: times(7 * factor, fps: 20 / factor), options: options)
        #expect(result.ids.count == 3)
        for walker in slower { #expect(result.ids(of: walker).count == 1) }
    }

    @Test func aBoxAroundTwoPeopleDragsNobodyAlong() {
        // One comes up to the other. From then on the detector gives a box around both instead of one of them, and at
        // last nothing.
        let standing = Walker(confidence: { $0 < 2 ? 0.8 : nil }) { _ in Point(x: 0.5, y: 0.5) }
        let coming = Walker(confidence: { $0 < 3 ? 0.9 : nil }) { Point(x: 0.4 + 0.03 * min($0, 2), y: 0.5) }
        let result = replay([standing, coming], at: times(3.2, fps: 20)) { time in
            guard time >= 2, time < 3 else { return [] }
            return [Detection(box: standing.box(at: time).union(coming.box(at: time)), confidence: 0.85)]
        }
        #expect(result.ids == [1, 2])
        let expected = result.updates.last?.update.tracks.first { abs($0.box.right - 0.53) < 0.01 }
        #expect(expected?.source == .predicted)
        #expect(abs((expected?.box.width ?? 0) - standing.width) < 0.01)
        // Nor is it anybody's place in the records.
        let both = result.updates.filter { (2..<3).contains($0.time) }.flatMap(\.update.tracks)
        #expect(!both.isEmpty)
        for track in both where track.source == .predicted { #expect(track.box.width < 0.08) }
        #expect(!both.contains { $0.source == .measured && $0.box.width > 0.061 })
    }

    @Test func whoeverWasAllButHiddenIsKnownWhenMoreOfThemIsSeen() {
        // Something rises in front of somebody standing until a head is left, stays, and is gone from one frame to the next but one.
        func height(at time: Double) -> Double {
            time < 1 ? 0.3 : time < 2 ? 0.3 - 0.22 * (time - 1) : time < 2.4 ? 0.08 : time < 3 ? 0.2 : 0.3
        }
        let result = replay([], at: times(4, fps: 10)) { time in
            let box = BoundingBox(left: 0.4, top: 0.3, width: 0.06, height: height(at: time))
            return [Detection(box: box, confidence: 0.9)]
        }
        #expect(result.ids == [1])
    }

    @Test func piecesOfWhoeverHidesSomeoneHoldNoTrack() {
        // Behind the nearer one, who stands at 0.5, the walker gives no box; the nearer one's left half gives one.
        let near = Walker(width: 0.12, height: 0.4) { _ in Point(x: 0.5, y: 0.5) }
        let hidden = Walker(confidence: { abs($0 - 2) < 0.5 ? nil : 0.8 }) { Point(x: 0.3 + 0.1 * $0, y: 0.5) }
        let result = replay([near, hidden], at: times(4, fps: 20)) { time in
            guard abs(time - 2) < 0.5 else { return [] }
            let piece = BoundingBox(left: 0.44, top: 0.33, width: 0.06, height: 0.3)
            return [Detection(box: piece, confidence: 0.35)]
        }
        #expect(result.ids == [1, 2])
        #expect(result.ids(of: hidden).count == 1)
    }

    @Test func unsureDetectionsContinueATrackButStartNone() {
        let fading = Walker(confidence: { $0 < 1 ? 0.9 : 0.2 }) { Point(x: 0.3 + 0.05 * $0, y: 0.5) }
        let faint = Walker(confidence: { _ in 0.3 }) { _ in Point(x: 0.8, y: 0.5) }
        let result = replay([fading, faint], at: times(4, fps: 10))
        #expect(result.ids == [1])
        #expect(result.updates.last?.update.tracks.map(\.source) == [.measured])
    }

    @Test func someoneIsFollowedBeforeTheyArePlainlySeenAndGetsAnIDThen() {
        let coming = Walker(confidence: { $0 < 0.8 ? 0.4 : 0.9 }) { Point(x: 0.3 + 0.05 * $0, y: 0.5) }
        let result = replay([coming], at: times(2, fps: 20))
        #expect(Set(result.updates.flatMap { $0.update.tracks.map(\.serial) }) == [0], "one track from the start")
        #expect(result.updates.first { $0.update.tracks.first?.id != nil }?.time == 0.8)
    }

    @Test(arguments: [(0.0, 1), (0.5, 0)])
    func whatIsInDoubtForLongGetsNoIDForOneGoodScore(mean: Double, ids: Int) {
        var options = ByteTracker.Options()
        (options.birthConfidence, options.meanBirthConfidence) = (0.55, mean)
        let shelf = Walker(confidence: { abs($0 - 0.5) < 0.01 ? 0.56 : 0.46 }) { _ in Point(x: 0.5, y: 0.5) }
        #expect(replay([shelf], at: times(0.9, fps: 20), options: options).ids.count == ids)
    }

    @Test func someoneNeverPlainlySeenIsForgottenAfterTheProbation() {
        let faint = Walker(confidence: { _ in 0.45 }) { _ in Point(x: 0.5, y: 0.5) }
        let result = replay([faint], at: times(5, fps: 20))
        #expect(result.ids.isEmpty)
        for (time, update) in result.updates {
            let oldest = update.tracks.map(\.serial).min() ?? 0
            #expect(Double(oldest) >= (time / 1.1).rounded(.down) - 1, "none is tentative for more than a second")
        }
    }

    @Test(arguments: [0.5, 1, 1.5, 1.9], [0.03, 0.1, 0.2])
    func someoneWhoWalksOnBehindAPillarKeepsTheID(seconds: Double, speed: Double) {
        let walker = Walker(confidence: { $0 > 1.5 && $0 < 1.5 + seconds ? nil : 0.9 }) {
            Point(x: 0.1 + speed * $0, y: 0.5)
        }
        #expect(replay([walker], at: times(4.2, fps: 20)).ids == [1])
    }

    @Test(arguments: [(0.1, 1), (1.5, 2)])
    func theLongerSomeoneIsGoneTheNearerTheyMustReappear(seconds: Double, ids: Int) {
        // Half a width aside: the boxes' IoU is a third.
        let person = Walker(confidence: { $0 > 1 && $0 < 1 + seconds ? nil : 0.9 }) {
            Point(x: $0 <= 1 ? 0.5 : 0.53, y: 0.5)
        }
        #expect(replay([person], at: times(4, fps: 20)).ids.count == ids)
    }

    @Test func aSecondBoxOfTheSamePersonStartsNoTrack() {
        let person = Walker { _ in Point(x: 0.5, y: 0.5) }
        let double = Walker(confidence: { _ in 0.7 }) { _ in Point(x: 0.503, y: 0.51) }
        #expect(replay([person, double], at: times(2, fps: 10)).ids == [1])
    }

    /// Seconds of a second box, its score, and whether it is in every second frame only.
    @Test(arguments: [(2.0, 0.9, false, 2), (0.4, 0.9, false, 1), (2, 0.7, false, 1), (2, 0.9, true, 1)])
    func aSecondBoxThatStaysAndIsSureIsSomebodyHidden(seconds: Double, score: Double, flickers: Bool, ids: Int) {
        var options = ByteTracker.Options()
        options.nestedConfidence = 0.8
        let walker = Walker { Point(x: 0.3 + 0.05 * $0, y: 0.5) }
        let hidden = Walker(
            width: 0.05, height: 0.24,
            confidence: { $0 < 1 || $0 > 1 + seconds || flickers && Int(($0 * 20).rounded()) % 2 == 0 ? nil : score },
            position: { Point(x: 0.305 + 0.05 * $0, y: 0.52) })
        #expect(replay([walker, hidden], at: times(4, fps: 20), options: options).ids.count == ids)
        #expect(replay([walker, hidden], at: times(4, fps: 20)).ids.count == 1, "by default it is a second box")
    }

    @Test func detectionsThatMakeNoSenseAreIgnored() {
        func detection(_ left: Double, _ top: Double, _ width: Double, _ height: Double, _ score: Double = 0.9)
            -> Detection
        {
            Detection(box: BoundingBox(left: left, top: top, width: width, height: height), confidence: score)
        }
        let hostile = [
            detection(.nan, 0.1, 0.1, 0.1), detection(0.1, .infinity, 0.1, 0.1), detection(0.1, 0.1, .nan, 0.1),
            detection(0.1, 0.1, 0.1, 0.1, .nan), detection(0.1, 0.1, 0, 0.1), detection(0.1, 0.1, 0.1, -0.1),
            detection(-1e300, -1e300, 1e301, 1e301), detection(0.1, 0.1, 5, 5), detection(3, 3, 0.1, 0.1),
            detection(0.1, 0.1, .leastNonzeroMagnitude, 0.1),
            detection(-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, 0.1),
        ]
        let expected = replay(crossing, at: times(3, fps: 10))
        let disturbed = replay(crossing, at: times(3, fps: 10), noise: { _ in hostile })
        #expect(disturbed.updates.map(\.update) == expected.updates.map(\.update))
    }
}

@Suite struct LifeTests {
    private let standing = Walker { _ in Point(x: 0.5, y: 0.5) }

    @Test(arguments: [(25.0, 0.25), (60, 0.25), (4, 0.5), (2, 1)])
    func anIDTakesTimeAndThreeDetections(fps: Double, seconds: Double) {
        let result = replay([standing], at: times(2, fps: fps))
        let confirmed = result.updates.first { $0.update.tracks.first?.id != nil }
        #expect(abs((confirmed?.time ?? -1) - seconds) < 1 / fps)
        #expect(Set(result.updates.flatMap { $0.update.tracks.map(\.serial) }) == [0], "the serial is there from birth")
    }

    @Test func flickeringNoiseGetsNoID() {
        var random = SeededRandom(seed: 11)
        let result = replay([standing], at: times(20, fps: 20)) { time in
            // A sure detection at a new place every 0.2 s, for two frames.
            guard Int((time * 20).rounded()) % 4 < 2 else { return [] }
            let left = Double.random(in: 0...0.3, using: &random)
            return [Detection(box: BoundingBox(left: left, top: 0.1, width: 0.02, height: 0.1), confidence: 0.95)]
        }
        #expect(result.ids == [1])
    }

    @Test(arguments: [(1.5, 1), (2.5, 2)])
    func anOcclusionKeepsTheIDUntilMaxLost(seconds: Double, paths: Int) {
        let hidden = Walker(confidence: { $0 >= 2 && $0 < 2 + seconds ? nil : 0.9 }) {
            Point(x: 0.3 + 0.03 * $0, y: 0.5)
        }
        let result = replay([hidden], at: times(6, fps: 20))
        #expect(result.ids.count == paths)
        #expect(result.removals.map(\.cause) == (paths == 2 ? [.lost] : []))
    }

    @Test func someoneOutOfSightIsPredictedInsideTheFrame() {
        let hidden = Walker(confidence: { $0 < 2 ? 0.9 : nil }) { Point(x: 0.75 + 0.1 * $0, y: 0.5) }
        let predicted = replay([hidden], at: times(5, fps: 20)).updates.flatMap(\.update.tracks)
            .filter { $0.source == .predicted }
        #expect(predicted.count > 5)
        #expect(predicted.allSatisfy { $0.box.left >= 0 && $0.box.right <= 1 + 1e-9 && $0.box.width > 0 })
        #expect(predicted.allSatisfy { $0.id == 1 && $0.confidence == 0.9 })
    }

    @Test func someoneOutOfSightIsNotExpectedToWalkOn() {
        var options = ByteTracker.Options()
        options.motion.coastingTime = 0.4
        let hidden = Walker(confidence: { $0 < 2 ? 0.9 : nil }) { Point(x: 0.2 + 0.1 * $0, y: 0.5) }
        let last = replay([hidden], at: times(3.9, fps: 20), options: options).updates.last?.update.tracks.first
        #expect(last?.source == .predicted)
        // Last seen at 0.395, then one step and 0.4 s at 0.1 a second; without slowing it would be at 0.585.
        #expect(abs((last?.box.center.x ?? 0) - 0.44) < 0.01)
    }

    @Test func walkingOutOfTheFrameIsNotBeingLost() {
        // Their box is clipped at the right edge, as detectors do, until too little is left to detect.
        var tracker = ByteTracker(aspectRatio: 16.0 / 9)
        var removals = [(time: Double, removal: TrackRemoval)]()
        for time in times(6, fps: 20) {
            let left = 0.7 + 0.1 * time
            let box = BoundingBox(left: left, top: 0.3, width: min(0.1, 1 - left), height: 0.5)
            let detections = box.width > 0.03 ? [Detection(box: box, confidence: 0.9)] : []
            let update = tracker.step(detections, at: Timestamp(microseconds: Int64(time * 1e6)))
            removals += update.removals.map { (time, $0) }
        }
        #expect(removals.map(\.removal) == [TrackRemoval(serial: 0, cause: .leftFrame)])
        #expect(removals.allSatisfy { $0.time < 4 }, "sooner than after maxLost")
    }

    @Test func finishEndsEveryTrackAndIDsGoOn() {
        var tracker = ByteTracker(aspectRatio: 1)
        func play() -> Set<Int> {
            Set(
                times(1, fps: 10).flatMap { time -> [Int] in
                    let detection = standing.detection(at: time)
                    return tracker.step([detection!], at: Timestamp(microseconds: Int64(time * 1e6))).tracks
                        .compactMap(\.id)
                })
        }
        #expect(play() == [1])
        #expect(tracker.finish() == [TrackRemoval(serial: 0, cause: .streamEnd)])
        #expect(tracker.finish().isEmpty)
        #expect(play() == [2], "the clock may start anew")
    }
}
