import TestSupport
import Testing

@testable import Decoding

@Suite struct LiveClockTests {
    private static let start: Int64 = 1_770_000_000_000_000
    private static let second: Int64 = 1_000_000

    @Test func arrivalTimesAreSmoothWhateverTheNetworkDoes() {
        var random = ScriptedRandom(seed: 3)
        var clock = LiveClock()
        var last: Int64 = 0
        for frame in 0..<5000 {
            let pts = Int64(frame) * 40_000
            // A camera's crystal is off by 50 millionths, and pictures are late by up to 150 ms.
            let arrival = Self.start + pts + pts / 20_000 + Int64.random(in: 0...150_000, using: &random)
            let reading = clock.read(pts: pts, arrival: arrival, realTimeOfZero: nil)
            #expect(reading.source == .arrival)
            #expect(!reading.isStep)
            #expect(reading.time > last)
            if frame > 500 {
                #expect(abs(reading.time - (Self.start + pts + pts / 20_000)) < 25_000)
                #expect(reading.error <= 180_000)
            }
            last = reading.time
        }
    }

    @Test func theCamerasOwnClockIsBelievedWhereItIsPlausible() {
        var clock = LiveClock()
        let zero = Self.start - 300_000
        var reading = clock.read(pts: 0, arrival: Self.start, realTimeOfZero: zero)
        #expect(reading.source == .ntp)
        #expect(reading.time == zero)
        #expect(reading.error == 300_000)
        reading = clock.read(pts: 40_000, arrival: Self.start + 40_000, realTimeOfZero: zero)
        #expect(reading.time == zero + 40_000)

        clock = LiveClock()
        reading = clock.read(pts: 0, arrival: Self.start, realTimeOfZero: 1_000_000)
        #expect(reading.source == .arrival, "a camera that thinks it is 1970")
        #expect(reading.time == Self.start)
    }

    @Test func aReportThatComesLaterIsApproachedSlowly() {
        var clock = LiveClock()
        let zero = Self.start - 200_000
        var last: Int64 = 0
        for frame in 0..<500 {
            let pts = Int64(frame) * 40_000
            let reading = clock.read(
                pts: pts, arrival: Self.start + pts, realTimeOfZero: frame < 50 ? nil : zero)
            #expect(reading.time > last)
            #expect(reading.time - last <= 43_000 || frame == 0)
            #expect(!reading.isStep)
            last = reading.time
        }
        #expect(last == zero + 499 * 40_000)
    }

    @Test(
        "A clock that is set is a step, a stall is none",
        arguments: [
            (3600 * second, 40_000, true), (-3600 * second, 40_000, true), (40_000, -10 * second, true),
            (40_000, 30 * second, false), (30 * second, 30 * second, false), (1_900_000, 40_000, false),
        ])
    func steps(pts: Int64, arrival: Int64, isStep: Bool) {
        var clock = LiveClock()
        for frame in 0..<50 {
            _ = clock.read(pts: Int64(frame) * 40_000, arrival: Self.start + Int64(frame) * 40_000, realTimeOfZero: nil)
        }
        let (lastPTS, lastArrival) = (49 * Int64(40_000), Self.start + 49 * 40_000)
        let reading = clock.read(pts: lastPTS + pts, arrival: lastArrival + arrival, realTimeOfZero: nil)
        #expect(reading.isStep == isStep)
        if isStep { #expect(reading.time == lastArrival + arrival) }
    }

    @Test func aCameraWhosePTSAreSlowIsCaughtUpWith() {
        var clock = LiveClock()
        var (steps, worst) = (0, Int64(0))
        for frame in 0..<10_000 {
            let (pts, arrival) = (Int64(frame) * 38_000, Self.start + Int64(frame) * 40_000)
            let reading = clock.read(pts: pts, arrival: arrival, realTimeOfZero: nil)
            steps += reading.isStep ? 1 : 0
            worst = max(worst, arrival - reading.time)
        }
        #expect((5...10).contains(steps))
        #expect(worst < 4 * Self.second)
    }
}
