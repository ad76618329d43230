/// Solves one group of an assignment by shortest augmenting paths with dual variables in O(rows^2 x columns): Jonker
/// and Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems", Computing 38,
/// 1987, without its initialisation, for rectangles as in Crouse, "On Implementing 2D Rectangular Assignment
/// Algorithms", 2016.
///
/// Every row also has a column of its own that costs nothing: to be joined to it is to be left alone. So every row can
/// always be placed, and forbidden pairs are simply infinitely dear.
struct GroupSolver: Sendable {
    private var rows: [Int] = []
    private var columns: [Int] = []
    /// Columns of the matrix: the real ones, then one for each row.
    private var width = 0
    /// Row-major negated gains.
    private var cost: [Double] = []
    private var rowPrice: [Double] = []
    private var columnPrice: [Double] = []
    private var rowOfColumn: [Int] = []
    private var distance: [Double] = []
    private var cameFrom: [Int] = []
    private var isReached: [Bool] = []

    /// Stands for no row or no column.
    private static let none = -1

    /// Calls `join` with the rows and columns that are joined, in the caller's numbers.
    ///
    /// - Parameter group: in order of row, then column.
    mutating func solve(_ group: [CandidatePair], join: (_ row: Int, _ column: Int) -> Void) {
        load(group)
        for row in rows.indices { place(row) }
        for column in columns.indices where rowOfColumn[column] != Self.none {
            join(rows[rowOfColumn[column]], columns[column])
        }
    }

    private mutating func load(_ group: [CandidatePair]) {
        rows.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
        for pair in group {
            if rows.last != pair.row { rows.append(pair.row) }
            // Groups are small: a search is quicker than a table.
            if !columns.contains(pair.column) { columns.append(pair.column) }
        }
        width = columns.count + rows.count
        cost.refill(with: .infinity, count: rows.count * width)
        rowPrice.refill(with: 0, count: rows.count)
        columnPrice.refill(with: 0, count: width)
        rowOfColumn.refill(with: Self.none, count: width)
        var row = 0
        for pair in group {
            if rows[row] != pair.row { row += 1 }
            guard let column = columns.firstIndex(of: pair.column) else { continue }
            cost[row * width + column] = min(cost[row * width + column], -pair.gain)
        }
        for row in rows.indices { cost[row * width + columns.count + row] = 0 }
    }

    /// Joins one more row, moving rows placed before along the cheapest path to a free column.
    private mutating func place(_ newRow: Int) {
        distance.refill(with: .infinity, count: width)
        cameFrom.refill(with: Self.none, count: width)
        isReached.refill(with: false, count: width)
        var row = newRow
        var here = Self.none
        var pathCost = 0.0

        while true {
            var nearest = Self.none
            for column in 0..<width where !isReached[column] {
                let reduced = cost[row * width + column] - rowPrice[row] - columnPrice[column]
                if pathCost + reduced < distance[column] {
                    distance[column] = pathCost + reduced
                    cameFrom[column] = here
                }
                if distance[column] < (nearest == Self.none ? .infinity : distance[nearest]) { nearest = column }
            }
            // The row's own column is always within reach, so there is a nearest one.
            isReached[nearest] = true
            pathCost = distance[nearest]
            here = nearest
            if rowOfColumn[nearest] == Self.none { break }
            row = rowOfColumn[nearest]
        }

        updatePrices(newRow: newRow, pathCost: pathCost)
        shiftRows(endingAt: here, newRow: newRow)
    }

    /// Keeps every reduced cost non-negative, and zero for joined pairs.
    private mutating func updatePrices(newRow: Int, pathCost: Double) {
        rowPrice[newRow] += pathCost
        for column in 0..<width where isReached[column] {
            if rowOfColumn[column] != Self.none { rowPrice[rowOfColumn[column]] += pathCost - distance[column] }
            columnPrice[column] -= pathCost - distance[column]
        }
    }

    private mutating func shiftRows(endingAt last: Int, newRow: Int) {
        var column = last
        while column != Self.none {
            let previous = cameFrom[column]
            rowOfColumn[column] = previous == Self.none ? newRow : rowOfColumn[previous]
            column = previous
        }
    }
}

extension Array {
    /// Makes the array `count` times `element`, in the memory it has where that suffices.
    fileprivate mutating func refill(with element: Element, count: Int) {
        removeAll(keepingCapacity: true)
        append(contentsOf: repeatElement(element, count: count))
    }
}
