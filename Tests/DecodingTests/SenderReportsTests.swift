import Testing

@testable import Decoding

@Suite struct SenderReportsTests {
    private static let start: Int64 = 1_770_000_000_000_000
    private static let period: Int64 = 47_721_858_844

    /// The offsets from `start` that are found, for packets at 25 frames/s whose reports are notes of the next one's time,
    /// or of their own.
    private func offsets(
        ofNext: Bool, first: Int64? = start, count: Int = 10,
        _ change: (Int, inout Int64, inout Int64) -> Void = { _, _, _ in }
    ) -> [Int64?] {
        var reports = SenderReports(timeBase: 1 / 90_000)
        return (0..<count).map { index in
            var pts = Int64(index) * 40_000
            var realTime = Self.start + pts + (ofNext ? 40_000 : 0)
            change(index, &pts, &realTime)
            reports.note(pts: pts, realTime: realTime, start: first)
            return reports.offset.map { $0 - Self.start }
        }
    }

    @Test func aReportOfTheNextPacketIsTakenForThat() {
        #expect(offsets(ofNext: true).dropFirst().allSatisfy { $0 == 0 })
        #expect(offsets(ofNext: false).allSatisfy { $0 == 0 })
        #expect(offsets(ofNext: false, first: nil).allSatisfy { $0 == 0 })
    }

    @Test func aNewReportCountsAtOnce() {
        let found = offsets(ofNext: true) { index, _, realTime in realTime += index >= 5 ? 320_000 : 0 }
        #expect(found[1...5].allSatisfy { $0 == 0 } && found[6...].allSatisfy { $0 == 320_000 })
    }

    /// libavformat before version 61 counts from the report without regard to the turn of RTP's 32 bits.
    @Test func rtpTimesThatBeginAnewChangeNothing() {
        let found = offsets(ofNext: true) { index, _, realTime in realTime -= (4...6).contains(index) ? Self.period : 0
        }
        #expect(found.dropFirst().allSatisfy { abs($0 ?? .max) <= 1 })
    }

    @Test func withoutReportsThereIsNothing() {
        var reports = SenderReports(timeBase: 1 / 90_000)
        reports.note(pts: 0, realTime: nil, start: nil)
        reports.note(pts: nil, realTime: Self.start, start: Self.start)
        #expect(reports.offset == nil)
    }
}
