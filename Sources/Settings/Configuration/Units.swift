/// Durations and sizes as people write them.
package enum Units {
    private static let durations = [("ms", 0.001), ("s", 1.0), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604_800)]
    /// SI prefixes are powers of 1000; those of IEC 80000-13, and single letters as in systemd.syntax(7), of 1024.
    private static let sizes = [
        ("B", 1.0), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("KiB", 1024), ("MiB", 1_048_576),
        ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776), ("K", 1024), ("M", 1_048_576), ("G", 1_073_741_824),
        ("T", 1_099_511_627_776),
    ]

    /// Seconds of `30s`, `1h30m` or `1.5h`; nil for anything else, a bare number too.
    package static func seconds(_ text: String) -> Double? {
        var total = 0.0
        var rest = text[...]
        while !rest.isEmpty {
            guard let (number, unit) = part(&rest) else { return nil }
            guard let factor = durations.first(where: { $0.0 == unit })?.1 else { return nil }
            total += number * factor
        }
        return text.isEmpty ? nil : total
    }

    /// Bytes of `64MB` or `64 MB`.
    static func bytes(_ text: String) -> Int64? {
        var rest = text[...]
        guard let (number, unit) = part(&rest), rest.isEmpty else { return nil }
        guard let factor = sizes.first(where: { $0.0.lowercased() == unit.lowercased() })?.1 else { return nil }
        return Int64(exactly: (number * factor).rounded())
    }

    /// The shortest way to write seconds, such as `1h`.
    package static func duration(_ seconds: Double) -> String {
        let unit = durations.last { seconds >= $0.1 } ?? ("ms", 0.001)
        // 0.7 / 0.001 isn't 700, quite.
        let number = (seconds / unit.1 * 1e6).rounded() / 1e6
        return (number == number.rounded() ? "\(Int(number))" : "\(number)") + unit.0
    }

    /// Takes a number and its unit from the front.
    private static func part(_ rest: inout Substring) -> (Double, String)? {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(digits.count).drop { $0 == " " }
        let unit = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(unit.count).drop { $0 == " " }
        guard let number = Double(digits), number.isFinite, !unit.isEmpty else { return nil }
        return (number, String(unit))
    }
}
