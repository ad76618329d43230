import Testing

@testable import Tracking

@Suite struct AssignmentTests {
    @Test(arguments: [(1, 1), (2, 5), (5, 2), (4, 4), (6, 5)])
    func gainsAsMuchAsTryingEverything(rows: Int, columns: Int) {
        var random = SeededRandom(seed: UInt64(rows * 10 + columns))
        for _ in 0..<200 {
            // Whole numbers make ties; absent pairs are forbidden ones.
            let candidates = (0..<rows).flatMap { row in
                (0..<columns).map {
                    CandidatePair(row: row, column: $0, gain: Double(Int.random(in: 1...9, using: &random)))
                }
            }.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
            let result = columnsJoined(rowCount: rows, columnCount: columns, candidates: candidates)

            let joined = result.enumerated().compactMap { row, column in
                candidates.first { $0.row == row && $0.column == column }
            }
            let columnsUsed = result.compactMap(\.self)
            #expect(joined.count == columnsUsed.count, "only candidates are joined")
            #expect(Set(columnsUsed).count == columnsUsed.count, "no column is used twice")
            #expect(joined.map(\.gain).reduce(0, +) == bestGain(rows: rows, candidates: candidates))
            let reordered = columnsJoined(
                rowCount: rows, columnCount: columns, candidates: candidates.shuffled(using: &random))
            #expect(reordered == result)
        }
    }

    @Test func ofAPairListedTwiceTheLargerGainCounts() {
        let candidates = [
            CandidatePair(row: 0, column: 0, gain: 0.2), CandidatePair(row: 1, column: 0, gain: 0.5),
            CandidatePair(row: 0, column: 0, gain: 0.9), CandidatePair(row: 0, column: 0, gain: 0.1),
        ]
        #expect(columnsJoined(rowCount: 2, columnCount: 1, candidates: candidates) == [0, nil])
    }

    @Test func prefersTheLargerSumToTheLargestPair() {
        let candidates = [
            CandidatePair(row: 0, column: 0, gain: 0.9), CandidatePair(row: 0, column: 1, gain: 0.8),
            CandidatePair(row: 1, column: 0, gain: 0.7),
        ]
        #expect(columnsJoined(rowCount: 2, columnCount: 2, candidates: candidates) == [1, 0])
    }

    /// By row; nil for a row that is left alone.
    private func columnsJoined(rowCount: Int, columnCount: Int, candidates: [CandidatePair]) -> [Int?] {
        var assignment = Assignment()
        var columns = [Int?](repeating: nil, count: rowCount)
        // Buffers are used again: a second call must not see the first.
        for _ in 0..<2 {
            columns = [Int?](repeating: nil, count: rowCount)
            assignment.maximizeGain(rowCount: rowCount, columnCount: columnCount, candidates: candidates) {
                columns[$0] = $1
            }
        }
        return columns
    }

    private func bestGain(rows: Int, candidates: [CandidatePair], row: Int = 0, used: Set<Int> = []) -> Double {
        guard row < rows else { return 0 }
        var best = bestGain(rows: rows, candidates: candidates, row: row + 1, used: used)
        for pair in candidates where pair.row == row && !used.contains(pair.column) {
            let rest = bestGain(rows: rows, candidates: candidates, row: row + 1, used: used.union([pair.column]))
            best = max(best, pair.gain + rest)
        }
        return best
    }
}
