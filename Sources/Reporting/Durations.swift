import Foundation

/// How long things took: their number, mean and longest exactly, the share below a length to 2 %.
struct Durations {
    private(set) var count = 0
    private(set) var total = 0.0
    private(set) var longest: Int64 = 0
    /// By length, each bin 4 % wider than the one before; the first holds all below 100 ms.
    private var bins: [Int: Int] = [:]

    private static let growth = 1.04
    private static let shortest = 100.0

    /// Adds one of so many milliseconds, several times.
    mutating func add(_ milliseconds: Int64, times: Int = 1) {
        count += times
        total += Double(milliseconds) * Double(times)
        longest = max(longest, milliseconds)
        bins[Self.bin(of: Double(milliseconds)), default: 0] += times
    }

    /// Adds all of another.
    mutating func add(_ other: Durations) {
        count += other.count
        total += other.total
        longest = max(longest, other.longest)
        bins.merge(other.bins, uniquingKeysWith: +)
    }

    /// Milliseconds; nil where there are none.
    var mean: Double? { count > 0 ? total / Double(count) : nil }

    /// The length that a share of all, 0...1, does not exceed, in milliseconds; nil where there are none.
    func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((share * Double(count)).rounded(.up)))
        var passed = 0
        for (bin, number) in bins.sorted(by: { $0.key < $1.key }) {
            passed += number
            if passed >= wanted { return min(Double(longest), Self.middle(of: bin)) }
        }
        return Double(longest)
    }

    private static func bin(of milliseconds: Double) -> Int {
        milliseconds <= shortest ? 0 : 1 + Int(log(milliseconds / shortest) / log(growth))
    }

    private static func middle(of bin: Int) -> Double {
        bin == 0 ? shortest / 2 : shortest * pow(growth, Double(bin) - 0.5)
    }
}
