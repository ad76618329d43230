/// A row and a column that may be joined, and what is gained by it.
struct CandidatePair: Hashable, Sendable {
    /// 0, 1, 2, ...
    var row: Int
    /// 0, 1, 2, ...
    var column: Int
    /// Positive: a pair that gains nothing is no candidate.
    var gain: Double
}

/// Optimal assignment: joins rows to columns so that the sum of the gains is the largest possible.
enum Assignment {
    /// The columns that the rows are joined to; nil for a row that is left alone.
    ///
    /// Each row and column is used once at most, and only listed pairs are joined. The candidates fall into groups that
    /// share no row and no column. Each group is solved by itself, which is where gating makes the problem small. The
    /// answer does not depend on the order of `candidates`.
    static func maximumGain(rowCount: Int, columnCount: Int, candidates: [CandidatePair]) -> [Int?] {
        var result = [Int?](repeating: nil, count: rowCount)
        for group in groups(rowCount: rowCount, columnCount: columnCount, candidates: candidates) {
            var solver = GroupSolver(group)
            for (row, column) in solver.solve() { result[row] = column }
        }
        return result
    }

    /// The connected components of the candidates.
    private static func groups(rowCount: Int, columnCount: Int, candidates: [CandidatePair]) -> [[CandidatePair]] {
        var sets = DisjointSets(count: rowCount + columnCount)
        for pair in candidates { sets.join(pair.row, rowCount + pair.column) }
        var indexOfRoot = [Int: Int]()
        var groups = [[CandidatePair]]()
        for pair in candidates {
            let root = sets.root(of: pair.row)
            if let index = indexOfRoot[root] {
                groups[index].append(pair)
            } else {
                indexOfRoot[root] = groups.count
                groups.append([pair])
            }
        }
        return groups
    }
}

/// Union-find with path halving.
private struct DisjointSets {
    private var parent: [Int]

    init(count: Int) { parent = Array(0..<count) }

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

/// One group, solved by shortest augmenting paths with dual variables in O(rows^2 x columns): Jonker and Volgenant,
/// "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems", Computing 38, 1987, without
/// its initialisation, for rectangles as in Crouse, "On Implementing 2D Rectangular Assignment Algorithms", 2016.
///
/// Every row also has a column of its own that costs nothing: to be joined to it is to be left alone. So every row can
/// always be placed, and forbidden pairs are simply infinitely dear.
private struct GroupSolver {
    private let rows: [Int]
    private let columns: [Int]
    /// Columns of the matrix: the real ones, then one for each row.
    private let width: Int
    /// Row-major negated gains.
    private var cost: [Double]
    private var rowPrice: [Double]
    private var columnPrice: [Double]
    private var rowOfColumn: [Int?]

    init(_ group: [CandidatePair]) {
        rows = Set(group.map(\.row)).sorted()
        columns = Set(group.map(\.column)).sorted()
        width = columns.count + rows.count
        cost = [Double](repeating: .infinity, count: rows.count * width)
        rowPrice = [Double](repeating: 0, count: rows.count)
        columnPrice = [Double](repeating: 0, count: width)
        rowOfColumn = [Int?](repeating: nil, count: width)

        let rowIndex = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
        let columnIndex = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
        for pair in group {
            guard let row = rowIndex[pair.row], let column = columnIndex[pair.column] else { continue }
            cost[row * width + column] = -pair.gain
        }
        for row in rows.indices { cost[row * width + columns.count + row] = 0 }
    }

    /// Rows with the real columns they are joined to, in the caller's numbers.
    mutating func solve() -> [(row: Int, column: Int)] {
        for row in rows.indices { place(row) }
        return columns.indices.compactMap { column in
            rowOfColumn[column].map { (rows[$0], columns[column]) }
        }
    }

    /// Joins one more row, moving rows placed before along the cheapest path to a free column.
    private mutating func place(_ newRow: Int) {
        var distance = [Double](repeating: .infinity, count: width)
        var cameFrom = [Int?](repeating: nil, count: width)
        var isReached = [Bool](repeating: false, count: width)
        var row = newRow
        var here: Int?
        var pathCost = 0.0

        while true {
            var nearest: Int?
            for column in 0..<width where !isReached[column] {
                let reduced = cost[row * width + column] - rowPrice[row] - columnPrice[column]
                if pathCost + reduced < distance[column] {
                    distance[column] = pathCost + reduced
                    cameFrom[column] = here
                }
                if distance[column] < nearest.map({ distance[$0] }) ?? .infinity { nearest = column }
            }
            // The row's own column is always within reach, so there is a nearest one.
            guard let next = nearest else { return }
            isReached[next] = true
            pathCost = distance[next]
            here = next
            guard let occupant = rowOfColumn[next] else { break }
            row = occupant
        }

        updatePrices(newRow: newRow, isReached: isReached, distance: distance, pathCost: pathCost)
        shiftRows(endingAt: here, cameFrom: cameFrom, newRow: newRow)
    }

    /// Keeps every reduced cost non-negative, and zero for joined pairs.
    private mutating func updatePrices(newRow: Int, isReached: [Bool], distance: [Double], pathCost: Double) {
        rowPrice[newRow] += pathCost
        for column in 0..<width where isReached[column] {
            if let occupant = rowOfColumn[column] { rowPrice[occupant] += pathCost - distance[column] }
            columnPrice[column] -= pathCost - distance[column]
        }
    }

    private mutating func shiftRows(endingAt last: Int?, cameFrom: [Int?], newRow: Int) {
        var column = last
        while let current = column {
            let previous = cameFrom[current]
            rowOfColumn[current] = previous.flatMap { rowOfColumn[$0] } ?? newRow
            column = previous
        }
    }
}
