/// Which pieces a call is to do.
public struct PieceNumbers: Hashable, Sendable {
    /// In the order in which they are done.
    public private(set) var ranges: [ClosedRange<Int>]

    /// Where each engine says which part of its work this is, and from what it counts.
    private static let variables = [("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 0), ("PARALLEL_SEQ", 1)]

    /// One piece.
    public init(_ number: Int) { ranges = [number...number] }

    /// Reads numbers and ranges such as `3,7-9`; nil where the text is none.
    public init?(_ text: String) {
        ranges = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
                end.allSatisfy { $0.isASCII && $0.isNumber } ? Int(end) : nil
            }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else {
                return nil
            }
            ranges.append(first...last)
        }
    }

    /// Reads the index that an engine gives: of Slurm before Kubernetes before GNU parallel.
    ///
    /// - Parameter count: how many pieces an index stands for.
    /// - Throws: where there is none, or none that is a number.
    public init(environment: [String: String], each count: Int = 1) throws(BatchError) {
        guard
            let (name, first, text) = Self.variables.lazy.compactMap({ name, first in
                environment[name].map { (name, first, $0) }
            }).first
        else {
            let names = Self.variables.map(\.0).joined(separator: ", ")
            throw .failed(
                .usage, "--from-env: none of \(names) is set; run it by one of these engines, or give --piece N")
        }
        guard let index = Int(text), index >= first, index < Int.max / count - 1 else {
            throw .failed(.usage, "--from-env: \(name) is \(text); it must be a number from \(first)")
        }
        ranges = [(index - first) * count...(index - first + 1) * count - 1]
    }

    /// How many there are.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Those that a plan has.
    ///
    /// - Parameter isOpen: whether the last range may reach beyond the plan's end, as an engine's last index does.
    /// - Throws: `noPiece`.
    public func within(_ plan: PlanFile, isOpen: Bool) throws(BatchError) -> PieceNumbers {
        var numbers = self
        let count = plan.plan.piecesCount
        for (index, range) in ranges.enumerated() {
            if isOpen, range.lowerBound < count {
                numbers.ranges[index] = range.lowerBound...min(range.upperBound, count - 1)
            } else if range.upperBound >= count {
                throw .noPiece(isOpen ? range.lowerBound : range.upperBound, of: count, plan: plan.path)
            }
        }
        return numbers
    }
}

extension PieceNumbers: CustomStringConvertible {
    /// As `init` reads it.
    public var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    /// Appends a number that is greater than all before.
    mutating func append(_ number: Int) {
        if let last = ranges.last, last.upperBound + 1 == number {
            ranges[ranges.count - 1] = last.lowerBound...number
        } else {
            ranges.append(number...number)
        }
    }

    /// None yet.
    static var none: PieceNumbers {
        var numbers = PieceNumbers(0)
        numbers.ranges = []
        return numbers
    }
}
