/// What a line's parts are worth.
extension LineScanner.Number {
    private static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The nearest double; infinity where there is none.
    @inline(__always)
    func double(_ line: Span<UInt8>) -> Double {
        // Both are exact then, and one division or multiplication rounds once.
        guard !isLong, digits < 1 << 53, exponent >= -22, exponent <= 22 else { return slowDouble(line) }
        let magnitude = exponent < 0 ? Double(digits) / Self.powers[-exponent] : Double(digits) * Self.powers[exponent]
        return isNegative ? -magnitude : magnitude
    }

    private func slowDouble(_ line: Span<UInt8>) -> Double {
        Double(String(decoding: line.bytes(range), as: UTF8.self)) ?? .infinity
    }

    /// The whole number; nil where it isn't one, or doesn't fit.
    @inline(__always)
    func integer(_ line: Span<UInt8>) -> Int? {
        guard !isLong, exponent == 0 else { return Int(exactly: double(line)) }
        return isNegative ? -Int(digits) : Int(digits)
    }
}

extension LineScanner.Text {
    /// The text with its escapes resolved. Halves of surrogate pairs and bytes that aren't UTF-8 become U+FFFD.
    func string(_ line: Span<UInt8>) -> String {
        guard hasEscapes else { return String(decoding: line.bytes(range), as: UTF8.self) }
        var bytes: [UInt8] = []
        var place = range.lowerBound
        while place < range.upperBound {
            guard line[place] == UInt8(ascii: "\\") else {
                bytes.append(line[place])
                place += 1
                continue
            }
            guard line[place + 1] == UInt8(ascii: "u") else {
                bytes.append(Self.character(escapedBy: line[place + 1]))
                place += 2
                continue
            }
            var units = [Self.unit(line, at: place + 2)]
            place += 6
            if UTF16.isLeadSurrogate(units[0]), place + 5 < range.upperBound, line[place] == UInt8(ascii: "\\"),
                line[place + 1] == UInt8(ascii: "u")
            {
                let second = Self.unit(line, at: place + 2)
                if UTF16.isTrailSurrogate(second) {
                    units.append(second)
                    place += 6
                }
            }
            bytes += Array(String(decoding: units, as: UTF16.self).utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func character(escapedBy byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: byte
        }
    }

    private static func unit(_ line: Span<UInt8>, at place: Int) -> UInt16 {
        (place..<place + 4).reduce(0) { $0 << 4 | (line[$1].hexadecimal ?? 0) }
    }

    /// Whether its bytes are these.
    @inline(__always)
    func equals(_ bytes: [UInt8], _ line: Span<UInt8>) -> Bool {
        guard range.count == bytes.count else { return false }
        var place = range.lowerBound
        for byte in bytes {
            if line[place] != byte { return false }
            place += 1
        }
        return true
    }
}

extension Span<UInt8> {
    /// A copy of some bytes.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        range.map { self[$0] }
    }
}

extension LineScanner.Text {
    /// Whether it is a word; for words of ASCII letters, which nobody writes with escapes.
    @inline(__always)
    func `is`(_ word: StaticString, _ line: Span<UInt8>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        let start = range.lowerBound
        return word.withUTF8Buffer { bytes in
            for index in 0..<bytes.count where line[start + index] != bytes[index] { return false }
            return true
        }
    }
}
