extension Array {
    /// Sorts without allocating, as `sort(by:)` does from 64 elements on. Equal elements may change places.
    ///
    /// Shell's method ("A High-Speed Sorting Procedure", CACM 2, 1959) with Ciura's gaps (2001): quick where little is
    /// out of order, as from one frame to the next.
    mutating func sortInPlace(by precedes: (Element, Element) -> Bool) {
        for gap in ciuraGaps where gap < count {
            for start in gap..<count {
                let element = self[start]
                var place = start
                while place >= gap, precedes(element, self[place - gap]) {
                    self[place] = self[place - gap]
                    place -= gap
                }
                self[place] = element
            }
        }
    }
}

/// Largest first; beyond a few thousand elements, more would be quicker.
private let ciuraGaps = [1750, 701, 301, 132, 57, 23, 10, 4, 1]
