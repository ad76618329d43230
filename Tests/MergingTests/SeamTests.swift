import PathModel
import Testing

@testable import Merging

/// How tracks go on from one piece to the next.
@Suite struct SeamTests {
    private static let handover: Int64 = 1000

    /// A track's points in the overlap, a frame each 40 ms from 0 to 2 s.
    private func points(
        _ track: Int, _ frames: ClosedRange<Int> = 0...49, left: @escaping (Int) -> Double
    ) -> [SeamPoint] {
        frames.map { frame in
            SeamPoint(
                track: track, frame: Int64(frame), pts: Int64(frame) * 40,
                box: BoundingBox(left: left(frame), top: 0.2, width: 0.1, height: 0.4))
        }
    }

    private func seam(_ old: [[SeamPoint]], _ new: [[SeamPoint]]) -> Seam {
        Seam(
            old.flatMap(\.self).sorted { $0.frame < $1.frame }, new.flatMap(\.self).sorted { $0.frame < $1.frame },
            handover: Self.handover)
    }

    @Test func tracksThatLieOnEachOtherAreOnePersons() {
        let seam = seam(
            [points(1) { _ in 0.1 }, points(2) { _ in 0.5 }], [points(7) { _ in 0.52 }, points(4) { _ in 0.11 }])
        #expect(seam.partners == [1: 4, 2: 7])
        #expect(seam.untils == [1: 1000, 2: 1000] && seam.froms == [4: 1000, 7: 1000])
    }

    @Test func whatIsNearTheHandoverCounts() {
        // The piece before took one for the other, half a second before the handover.
        let seam = seam(
            [points(1) { $0 < 13 ? 0.1 : 0.3 }, points(2) { $0 < 13 ? 0.3 : 0.1 }],
            [points(1) { _ in 0.1 }, points(2) { _ in 0.3 }])
        #expect(seam.partners == [1: 2, 2: 1])
    }

    @Test func whoEndsBeforeTheHandoverGoesOnInTheNextPieceAtOnce() {
        let seam = seam([points(1, 0...15) { _ in 0.1 }], [points(3) { _ in 0.1 }])
        #expect(seam.partners == [1: 3] && seam.untils == [1: 601] && seam.froms == [3: 601])
        // And who begins after it goes on until then.
        let late = self.seam([points(1) { _ in 0.1 }], [points(3, 30...49) { _ in 0.1 }])
        #expect(late.partners == [1: 3] && late.untils == [1: 1200] && late.froms == [3: 1200])
    }

    @Test func whomOnlyOneOfBothKnowsGoesOnWhileNobodyElseIsThere() {
        let alone = seam([points(1) { _ in 0.1 }], [points(2) { _ in 0.7 }])
        #expect(alone.partners.isEmpty && alone.untils == [1: .max] && alone.froms == [2: .min])
        // Somebody else comes to where the old track stays.
        let met = seam(
            [points(1) { _ in 0.1 }, points(2) { $0 < 40 ? 0.5 : 0.11 }], [points(5) { $0 < 40 ? 0.5 : 0.11 }])
        #expect(met.partners == [2: 5] && met.untils == [1: 1600, 2: 1000])
    }

    @Test func whoIsThereOnlyBeforeOrOnlyAfterTheHandoverIsThePiecesThatCounts() {
        let seam = seam([points(1, 30...49) { _ in 0.1 }], [points(2, 0...20) { _ in 0.5 }])
        #expect(seam.partners.isEmpty && seam.untils.isEmpty && seam.froms.isEmpty)
    }
}
