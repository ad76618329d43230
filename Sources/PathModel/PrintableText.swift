extension String {
    /// Fit for a line of a terminal or a log: what would steer a terminal or end the line is shown as `\\x1B`. Names of files may
    /// hold anything.
    public var printable: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text +=
                    digits.count > 2
                    ? "\\u{\(digits)}" : "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
