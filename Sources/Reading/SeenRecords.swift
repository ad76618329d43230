/// Which records of a session were read already, by their numbers: those of a copy, or where two files overlap. Memory
/// doesn't grow with the number of records.
///
/// The numbers of one session in one output only grow, though an output of several feeds holds other records between them,
/// so what lies between two of a run was in it, too.
public struct SeenRecords {
    /// First and last numbers of what was read in one piece; ascending, apart.
    private var spans: [(first: Int, last: Int)] = []
    private var current = 0
    private var run = -1

    /// Pieces of one session; who tears one into more has holes taken for read.
    private static let mostSpans = 4096

    /// Nothing so far.
    public init() {}

    /// Notes a record.
    ///
    /// - Parameters:
    ///   - sequence: its number.
    ///   - run: the reader's, as it was read.
    /// - Returns: whether it wasn't read before.
    @inline(__always)
    public mutating func insert(_ sequence: Int, run: Int) -> Bool {
        let next = current + 1
        if run == self.run, sequence > spans[current].last, next == spans.count || sequence < spans[next].first {
            spans[current].last = sequence
            return true
        }
        return begin(sequence, run: run)
    }

    private mutating func begin(_ sequence: Int, run: Int) -> Bool {
        self.run = run
        let next = spans.partitioningIndex { $0.first > sequence }
        if next > 0, sequence <= spans[next - 1].last {
            current = next - 1
            return false
        }
        if next > 0, sequence == spans[next - 1].last + 1 {
            current = next - 1
            spans[current].last = sequence
            return true
        }
        spans.insert((sequence, sequence), at: next)
        current = next
        if spans.count > Self.mostSpans {
            spans[0].last = spans[1].last
            spans.remove(at: 1)
            current = max(0, current - 1)
        }
        return true
    }
}

extension Array {
    /// The first index whose element fulfils what all behind it do, too; `count` where none does.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
