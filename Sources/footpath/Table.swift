import PathModel

/// Cells in columns that are as wide as their widest.
enum Table {
    /// A line a row.
    static func lines(_ rows: [[String]]) -> [String] {
        let rows = rows.map { $0.map(\.printable) }
        let widths = (rows.first ?? []).indices.map { column in rows.map(\.[column].count).max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).dropLast().map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            return (cells + row.suffix(1)).joined(separator: "  ")
        }
    }
}
