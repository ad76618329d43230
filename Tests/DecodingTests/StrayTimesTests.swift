import Testing

@testable import Decoding

@Suite struct StrayTimesTests {
    /// The PTS of 25 frames a second, 40 ticks apart, with changes, as they come out.
    private func repaired(_ pts: [Int64], reorders: Bool = false) throws -> [Int64] {
        var strays = StrayTimes(frameDuration: 40, second: 1000, reorders: reorders)
        return try pts.indices.map { index throws(DecodingError) in
            let following = { Array(pts[(index + 1)...].prefix(StrayTimes.lookahead)) }
            return try strays.replacement(of: pts[index]) { () throws(DecodingError) in following() } ?? pts[index]
        }
    }

    private static let even = (0..<100).map { Int64($0) * 40 }

    @Test(arguments: [0, 1, 2, 50, 98, 99], [37_600_000, 1100])
    func oneStrayIsPutBetweenItsNeighbours(at index: Int, by error: Int64) throws {
        var pts = Self.even
        pts[index] += error
        let isFoundOut = index < 99 || error > 60_000
        #expect(try repaired(pts) == (isFoundOut ? Self.even : pts))
    }

    @Test(arguments: [1, 2, 50, 98], [37_600_000, 1100])
    func aStrayFromEarlierIsToo(at index: Int, by error: Int64) throws {
        var pts = Self.even
        pts[index] -= error
        #expect(try repaired(pts) == Self.even)
    }

    @Test func threeInARowAre() throws {
        var pts = Self.even
        for index in 40..<43 { pts[index] += 1_000_000 + Int64(index) * 7777 }
        #expect(try repaired(pts) == Self.even)
    }

    @Test(arguments: [3_600_000, 1100, -3_600_000, -1100] as [Int64])
    func aJumpThatLastsIsNone(by step: Int64) throws {
        let pts = Self.even.map { $0 >= 2000 ? $0 + step : $0 }
        #expect(try repaired(pts) == pts)
    }

    @Test func framesThatComeSeldomAreNone() throws {
        let pts = (0..<20).map { Int64($0) * 10_000 }
        #expect(try repaired(pts) == pts)
    }

    @Test(arguments: 40..<48)
    func aStrayAmongReorderedFramesIsPutWhereItBelongs(index: Int) throws {
        // Shown 0, 3, 1, 2, 6, 4, 5, ...
        let even: [Int64] = (0..<33).flatMap { group in [120, 40, 80].map { Int64(group) * 120 + $0 } }
        var pts = [0] + even
        pts[index] += 37_600_000
        #expect(try repaired(pts, reorders: true) == [0] + even)
    }

    @Test(arguments: 0..<4)
    func framesBeforeAPauseThatComeBehindItsEndAreNone(shift: Int) throws {
        // Shown 0, 3, 1, 2, 6, 4, 5, ...; the pause is before one of them.
        let even: [Int64] = [0] + (0..<33).flatMap { group in [120, 40, 80].map { Int64(group) * 120 + $0 } }
        let pts = even.map { $0 >= 2000 + 40 * Int64(shift) ? $0 + 70_000 : $0 }
        #expect(try repaired(pts, reorders: true) == pts)
    }

    @Test func reorderedFramesAreNone() throws {
        let pts = Self.even.indices.map { Self.even[$0 / 10 * 10 + 9 - $0 % 10] }
        #expect(try repaired(pts) == pts)
    }
}
