import Decoding
import PathModel
import Testing

@testable import Capturing

@Suite struct LiveClockTests {
    private static let second = SimulatedCamera.second

    // MARK: - Arrival

    @Test func arrivalTimesAreSmoothWhateverTheNetworkDoes() {
        // A crystal off by 50 millionths, pictures late by up to 150 ms.
        var camera = SimulatedCamera(ptsRate: 1.00005, jitter: 150_000, seed: 3)
        let pictures = camera.run(400)
        #expect(pictures.count > 9990 && pictures.steps == 0 && pictures.isOrdered && pictures.estimated == 0)
        #expect(pictures.allSatisfy { $0.reading.source == .arrival && $0.reading.error < 180_000 })
        let errors = pictures.errors(10..<400)
        #expect(errors.lowerBound > -25_000 && errors.upperBound < 25_000)
    }

    @Test(arguments: [0.3, 0.5, 0.84, 0.97, 1.2, 2])
    func aCameraThatClaimsAnotherFrameRateThanItSendsAtIsTimedByArrival(ptsRate: Double) {
        var camera = SimulatedCamera(ptsRate: ptsRate)
        let pictures = camera.run(300)
        #expect(pictures.count > 7400 && pictures.steps == 0 && pictures.isOrdered)
        #expect(pictures.allSatisfy { abs($0.error) < 12 * Self.second })
        let errors = pictures.errors(60..<300)
        #expect(errors.lowerBound > -Self.second / 2 && errors.upperBound < Self.second / 2, "\(errors)")
    }

    @Test(arguments: [5.0, 10, 15, 0.5])
    func aStreamWithoutTimesIsTimedByArrival(fps: Double) {
        var camera = SimulatedCamera(fps: fps)
        let pictures = camera.run(120) { $0.pts = nil }
        #expect(pictures.count == Int(fps * 120) - 1 && pictures.steps == 0 && pictures.isOrdered)
        #expect(pictures.estimated == pictures.count)
        #expect(pictures.allSatisfy { (0...60_000).contains($0.error) })
    }

    @Test func aStallIsNoStep() {
        var camera = SimulatedCamera()
        let pictures = camera.run(120) {
            if (1000..<1750).contains($0.index) { $0.delay = 70 * Self.second - $0.taken }
        }
        #expect(pictures.count > 2990 && pictures.steps == 0 && pictures.estimated == 0)
        #expect(pictures.errors(0..<120).upperBound < 100_000)
    }

    // MARK: - Reports

    @Test(arguments: [0.2, 1, 15, 25], [-50.0, -3, 0.1, 3, 30, 59])
    func aCamerasOwnClockCountsFromTheFirstPicture(fps: Double, ahead: Double) {
        var camera = SimulatedCamera(fps: fps, ahead: Int64(ahead * 1e6), reports: (0, 5))
        let pictures = camera.run(40) { if $0.index == 0 { $0.pts = nil } }
        #expect(pictures.count >= Int(40 * fps) - 3, "it is no buffer")
        #expect(pictures.steps == 0 && pictures.allSatisfy { $0.reading.source == .ntp })
        #expect(pictures.allSatisfy { abs($0.error - camera.ahead) <= 1 && !$0.reading.isEstimated })
    }

    @Test(arguments: [-3600 * 24 * 365 * 30, -3600, -61, 61, 3600] as [Double])
    func aClockThatIsFarOffDoesNotCount(ahead: Double) {
        var camera = SimulatedCamera(ahead: Int64(ahead * 1e6), reports: (0, 5))
        let pictures = camera.run(60)
        #expect(pictures.steps == 0 && pictures.allSatisfy { $0.reading.source == .arrival && abs($0.error) < 60_000 })
    }

    @Test(arguments: [-55, -10, -2.5, -0.2, 0.2, 2.5, 10, 55], [3.0, 33])
    func aLateFirstReportIsApproachedWithoutAnEndAndRemembered(ahead: Double, after: Double) throws {
        var camera = SimulatedCamera(ahead: Int64(ahead * 1e6), reports: (after, 5))
        let first = camera.run(200)
        #expect(first.steps == 0 && first.isOrdered && first.count > 4990)
        let jumps = zip(first, first.dropFirst()).map { $1.reading.time - $0.reading.time }
        #expect(jumps.allSatisfy { (15_000...100_000).contains($0) })
        let errors = first.errors(190..<200)
        #expect(abs(errors.lowerBound - camera.ahead) < 1000 && abs(errors.upperBound - camera.ahead) < 1000)

        // The next connection begins where the last one was, on other PTS.
        camera.clock = LiveClock(skew: try #require(first.last).reading.skew)
        let second = camera.run(100) { $0.pts? += 7 * Self.second }
        #expect(
            second.steps == 0
                && second.allSatisfy { abs($0.error - camera.ahead) < 60_000 && $0.reading.source == .ntp })
    }

    @Test(arguments: [0.5, 0.84, 1.3], [2.0, 5])
    func everyReportCounts(ptsRate: Double, every: Double) {
        var camera = SimulatedCamera(fps: 21, ptsRate: ptsRate, reports: (0, every))
        let pictures = camera.run(600)
        #expect(pictures.steps == 0 && pictures.isOrdered)
        #expect(pictures.allSatisfy { abs($0.error) < 9 * Self.second })
        let errors = pictures.errors(60..<600)
        #expect(errors.lowerBound > -Self.second / 2 && errors.upperBound < Self.second / 2, "\(errors)")
    }

    @Test(arguments: [true, false])
    func aMonthOfDriftIsFollowed(hasReports: Bool) {
        var camera = SimulatedCamera(fps: 1, ptsRate: 1.00005, jitter: 20_000, reports: hasReports ? (0, 30) : nil)
        var (worst, steps, count) = (Int64(0), 0, 0)
        camera.run(30 * 86_400) { _ in
        } _: {
            worst = max(worst, abs($0.error))
            steps += $0.reading.isStep ? 1 : 0
            count += 1
        }
        // PTS alone would be off by 130 s.
        #expect(worst < 50_000 && steps == 0 && count > 2_591_000)
    }

    // MARK: - Strays

    @Test(arguments: [37_600, -37_600, 5, -5, 2.5], [true, false])
    func aStrayTimeMovesItsPictureAlone(by seconds: Double, hasReports: Bool) {
        var camera = SimulatedCamera(reports: hasReports ? (0, 2) : nil)
        let pictures = camera.run(60) { if $0.index % 50 == 49 { $0.pts? += Int64(seconds * 1e6) } }
        #expect(pictures.count > 1490 && pictures.steps == 0 && pictures.isOrdered)
        #expect((25...30).contains(pictures.estimated))
        #expect(pictures.allSatisfy { abs($0.error) < 60_000 })
    }

    @Test(arguments: [37_600, -37_600, 10, -10] as [Double])
    func aReportThatIsWrongOnceDoesNotCount(by seconds: Double) {
        var camera = SimulatedCamera(reports: (0, 5))
        let pictures = camera.run(60) { $0.reportError = (700..<800).contains($0.index) ? Int64(seconds * 1e6) : 0 }
        #expect(pictures.steps == 0 && pictures.allSatisfy { abs($0.error) < 60_000 })
    }

    @Test(arguments: [3, 2, 5], [true, false])
    func picturesThatShareAPTSAreSpread(group: Int, hasReports: Bool) {
        var camera = SimulatedCamera(jitter: 5000, reports: hasReports ? (0, 5) : nil)
        let pictures = camera.run(60) { $0.pts? -= 40_000 * Int64($0.index % group) }
        #expect(
            pictures.steps == 0 && pictures.isOrdered && pictures.allSatisfy { abs($0.error) < 40_000 * Int64(group) })
    }

    @Test func ptsThatStandAreTimedByArrival() {
        var camera = SimulatedCamera()
        let pictures = camera.run(60) { $0.pts = 0 }
        #expect(pictures.steps == 0 && pictures.isOrdered && pictures.allSatisfy { (-1...60_000).contains($0.error) })
    }

    /// 2^32 ticks of RTP's 90 kHz, and what else a camera may begin anew at.
    @Test(arguments: [-47_721.858844, 3600, -3600, 20, -20, -4], [true, false])
    func ptsThatGoOnElsewhereAreFollowed(by seconds: Double, hasReports: Bool) {
        var camera = SimulatedCamera(reports: hasReports ? (0, 5) : nil)
        let pictures = camera.run(60) { if $0.index > 700 { $0.pts? += Int64(seconds * 1e6) } }
        #expect(pictures.count > 1490 && pictures.steps == 0 && pictures.isOrdered && pictures.estimated < 20)
        #expect(pictures.allSatisfy { abs($0.error) < 100_000 })
    }

    // MARK: - Clocks that are set

    @Test(arguments: [-3600, -30, -3, 3, 30, 3600] as [Double])
    func thisMachinesClockIsSet(by seconds: Double) {
        let change = Int64(seconds * 1e6)
        for hasReports in [false, true] {
            var camera = SimulatedCamera(reports: hasReports ? (0, 5) : nil)
            let pictures = camera.run(60) { if $0.index > 700 { $0.machineAhead = change } }
            let staysWithTheCameras = hasReports && abs(seconds) < 60
            #expect(pictures.steps == (staysWithTheCameras ? 0 : 1) && pictures.isOrdered)
            let expected = staysWithTheCameras ? 0 : change
            let errors = pictures.errors(29..<60)
            #expect(abs(errors.lowerBound - expected) < 60_000 && abs(errors.upperBound - expected) < 60_000)
        }
    }

    @Test(arguments: [-3600, -30, -3, 3, 30, 3600] as [Double])
    func theCamerasClockIsSet(by seconds: Double) {
        let change = Int64(seconds * 1e6)
        var camera = SimulatedCamera(reports: (0, 5))
        let pictures = camera.run(90) { if $0.index > 700 { $0.ahead = change } }
        #expect(pictures.steps == 1 && pictures.isOrdered)
        let expected = abs(seconds) < 60 ? change : 0
        let errors = pictures.errors(50..<90)
        #expect(abs(errors.lowerBound - expected) < 60_000 && abs(errors.upperBound - expected) < 60_000)
        #expect((pictures.last?.reading.source == .ntp) == (expected != 0))
    }

    @Test func aSmallChangeOfTheCamerasClockIsApproached() {
        var camera = SimulatedCamera(reports: (0, 5))
        let pictures = camera.run(90) { if $0.index > 700 { $0.ahead = -1_500_000 } }
        #expect(pictures.steps == 0 && pictures.isOrdered)
        #expect(pictures.errors(80..<90).upperBound == -1_500_000)
    }

    // MARK: - The beginning

    @Test(arguments: [5.0, 25], [0.0, 2, 4])
    func whatWasBufferedIsPassedOver(fps: Double, seconds: Double) throws {
        var camera = SimulatedCamera(fps: fps, jitter: 10_000)
        let buffered = Int64(seconds * 1e6)
        let pictures = camera.run(60) { if $0.taken < buffered { $0.delay = buffered - $0.taken } }
        let first = try #require(pictures.first)
        #expect(first.event.taken >= buffered && first.event.taken < buffered + 500_000)
        #expect(pictures.allSatisfy { abs($0.error) < 40_000 })
    }
}
