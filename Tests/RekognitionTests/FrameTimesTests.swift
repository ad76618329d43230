import PathModel
import TestSupport
import Testing

@testable import Rekognition

@Suite struct FrameTimesTests {
    /// As a program in Python computes the frame.
    private func truncated(_ timestamp: Int64, _ rate: Double) -> Int { Int(Double(timestamp) * rate / 1000) }

    private func rounded(_ timestamp: Int64, _ rate: Double) -> Int {
        Int((Double(timestamp) * rate / 1000).rounded(.toNearestOrEven))
    }

    /// A rate as exact numbers of frames and seconds, and as the log has it.
    struct Rate: CustomTestStringConvertible {
        let frames: Int64, seconds: Int64
        var inLog: Double { (Double(frames) / Double(seconds) * 1e6).rounded() / 1e6 }
        var testDescription: String { "\(inLog)" }
    }

    static let rates = [
        Rate(frames: 24, seconds: 1), Rate(frames: 25, seconds: 1), Rate(frames: 30000, seconds: 1001),
        Rate(frames: 2997, seconds: 100), Rate(frames: 30, seconds: 1), Rate(frames: 50, seconds: 1),
        Rate(frames: 60, seconds: 1), Rate(frames: 24000, seconds: 1001), Rate(frames: 60000, seconds: 1001),
        Rate(frames: 15, seconds: 2), Rate(frames: 240, seconds: 1),
    ]

    @Test(arguments: rates) func eachFramesNumberComesBackBothWaysForSixHours(rate: Rate) throws {
        let times = try #require(FrameTimes(rate: rate.inLog))
        let last = 6 * 3600 * Int(rate.inLog)
        var random = ScriptedRandom(seed: 1)
        let frames = Array(0..<3000) + (0..<3000).map { _ in Int.random(in: 0...last, using: &random) } + [last]
        for frame in frames {
            let exact = Timestamp(microseconds: Int64(frame) * 1_000_000 * rate.seconds / rate.frames)
            let timestamp = times.timestamp(frame: frame, time: exact.milliseconds)
            #expect(truncated(timestamp, rate.inLog) == frame && rounded(timestamp, rate.inLog) == frame)
            // The first that does.
            let earliest = Int64((Double(exact.microseconds) / 1000 - 0.1).rounded(.up))
            #expect(earliest...earliest + 2 ~= timestamp)
            for earlier in min(earliest, timestamp)..<timestamp {
                #expect(truncated(earlier, rate.inLog) != frame || rounded(earlier, rate.inLog) != frame)
            }
        }
    }

    @Test func aLogOfThreeDecimalsGivesNumbersBackForFourHours() throws {
        let times = try #require(FrameTimes(rate: 29.97))
        for frame in stride(from: 0, to: 4 * 3600 * 30, by: 97) {
            let time = Timestamp(microseconds: Int64(frame) * 1_001_000_000 / 30_000).milliseconds
            let timestamp = times.timestamp(frame: frame, time: time)
            #expect(truncated(timestamp, 29.97) == frame && rounded(timestamp, 29.97) == frame)
        }
    }

    @Test func framesThatADecoderPassedOverAreCountedByTheirTimes() throws {
        let times = try #require(FrameTimes(rate: 30))
        // Every fifth frame, numbered one after another.
        for number in 0..<100 {
            let time = Timestamp(microseconds: Int64(number * 5) * 1_000_000 / 30).milliseconds
            #expect(truncated(times.timestamp(frame: number, time: time), 30) == number * 5)
        }
    }

    @Test func atVariableRatesNoTimeIsMovedByMoreThanHalfAFrame() throws {
        let times = try #require(FrameTimes(rate: 29.4))
        var random = ScriptedRandom(seed: 2)
        var time = 0.0
        var given = 0
        for frame in 0..<5000 {
            let milliseconds = Int64(time.rounded())
            let timestamp = times.timestamp(frame: frame, time: milliseconds)
            #expect(milliseconds - 1...milliseconds + 18 ~= timestamp)
            if truncated(timestamp, 29.4) == frame { given += 1 }
            time += Double.random(in: 24...44, using: &random)
        }
        #expect(given > 0)
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e-300, 1e300]) func noRateIsNone(rate: Double) {
        #expect(FrameTimes(rate: rate) == nil)
    }

    @Test func absurdFramesHaveTheirTimes() throws {
        let times = try #require(FrameTimes(rate: 0.01))
        #expect(times.timestamp(frame: .max, time: 5) == 5)
        #expect(times.timestamp(frame: -7, time: 123_456) == 123_456)
        #expect(try #require(FrameTimes(rate: 100_000)).timestamp(frame: 3, time: 0) == 0)
    }
}
