/// A row and a column that may be joined, and what is gained by it.
package struct CandidatePair: Hashable, Sendable {
    /// 0, 1, 2, ...
    package var row: Int
    /// 0, 1, 2, ...
    package var column: Int
    /// Positive: a pair that gains nothing is no candidate.
    package var gain: Double

    package init(row: Int, column: Int, gain: Double) {
        (self.row, self.column, self.gain) = (row, column, gain)
    }
}

/// Optimal assignment: joins rows to columns so that the sum of the gains is the largest possible.
///
/// Each row and column is used once at most, and only listed pairs are joined. The candidates fall into groups that
/// share no row and no column; of a pair that is listed twice the larger gain counts. Each group is solved by itself, which is where gating makes the problem small. The
/// answer does not depend on the order of the candidates. Buffers are kept from call to call.
package struct Assignment: Sendable {
    private var sets = DisjointSets()
    private var keyed: [(root: Int, pair: CandidatePair)] = []
    private var group: [CandidatePair] = []
    private var solver = GroupSolver()

    package init() {}

    /// Calls `join` with the row and the column of every pair that is joined.
    package mutating func maximizeGain(
        rowCount: Int, columnCount: Int, candidates: [CandidatePair], join: (_ row: Int, _ column: Int) -> Void
    ) {
        sets.reset(count: rowCount + columnCount)
        for pair in candidates { sets.join(pair.row, rowCount + pair.column) }
        keyed.removeAll(keepingCapacity: true)
        for pair in candidates { keyed.append((sets.root(of: pair.row), pair)) }
        keyed.sortInPlace { ($0.root, $0.pair.row, $0.pair.column) < ($1.root, $1.pair.row, $1.pair.column) }

        var start = 0
        while start < keyed.count {
            let end = keyed[start...].firstIndex { $0.root != keyed[start].root } ?? keyed.count
            if end == start + 1 {
                join(keyed[start].pair.row, keyed[start].pair.column)
            } else {
                group.removeAll(keepingCapacity: true)
                for (_, pair) in keyed[start..<end] { group.append(pair) }
                solver.solve(group, join: join)
            }
            start = end
        }
    }
}

/// Union-find with path halving.
private struct DisjointSets {
    private var parent: [Int] = []

    mutating func reset(count: Int) {
        parent.removeAll(keepingCapacity: true)
        parent.append(contentsOf: 0..<count)
    }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parent[element] != element {
            parent[element] = parent[parent[element]]
            element = parent[element]
        }
        return element
    }

    mutating func join(_ a: Int, _ b: Int) { parent[root(of: a)] = root(of: b) }
}
