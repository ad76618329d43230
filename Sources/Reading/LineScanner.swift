/// A JSON text's parts by their places in a line (RFC 8259). It reads a line once, builds nothing, and says of every byte
/// whether it may stand there: what isn't JSON is refused. Depth is limited, so that no line can exhaust the stack.
struct LineScanner {
    /// A string's bytes between its quotation marks.
    struct Text {
        var range = 0..<0
        var hasEscapes = false
        var isASCII = true
    }

    /// A number as it is written.
    struct Number {
        var range = 0..<0
        var isNegative = false
        /// Its digits without the point, and the power of ten to multiply them by; not to be used where `isLong`.
        var digits: UInt64 = 0
        var exponent = 0
        /// Whether it has more digits than fit.
        var isLong = false
    }

    /// A value.
    enum Value {
        case text(Text)
        case number(Number)
        case flag(Bool)
        case null
        /// From its bracket to its closing bracket.
        case object(Range<Int>)
        case array(Range<Int>)
    }

    private static let deepest = 32

    /// The next byte.
    var place: Int
    /// Whether a string outside ASCII was passed over.
    private(set) var isASCII = true

    /// Begins at a byte of the line.
    init(at place: Int = 0) {
        self.place = place
    }

    /// Passes over white space; returns the byte there, 0 at the end.
    @inline(__always)
    mutating func peek(_ line: Span<UInt8>) -> UInt8 {
        while place < line.count {
            let byte = line[place]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return byte }
            place += 1
        }
        return 0
    }

    /// Passes over a byte, white space before it; false where there is another.
    @inline(__always)
    mutating func take(_ byte: UInt8, _ line: Span<UInt8>) -> Bool {
        guard peek(line) == byte else { return false }
        place += 1
        return true
    }

    /// Passes over an object's or array's opening; nil where something else is there, else whether it has anything in it.
    @inline(__always)
    mutating func open(_ bracket: UInt8, _ line: Span<UInt8>) -> Bool? {
        guard take(bracket, line) else { return nil }
        // The closing brackets lie two after the opening ones.
        guard peek(line) == bracket + 2 else { return true }
        place += 1
        return false
    }

    /// Passes over a comma or an object's or array's end; nil where something else is there, else whether more follows.
    @inline(__always)
    mutating func more(_ bracket: UInt8, _ line: Span<UInt8>) -> Bool? {
        let byte = peek(line)
        guard byte == UInt8(ascii: ",") || byte == bracket + 2 else { return nil }
        place += 1
        return byte == UInt8(ascii: ",")
    }

    /// A key with its colon.
    @inline(__always)
    mutating func key(_ line: Span<UInt8>) -> Text? {
        guard let key = text(line), take(UInt8(ascii: ":"), line) else { return nil }
        return key
    }

    /// A string.
    @inline(__always)
    mutating func text(_ line: Span<UInt8>) -> Text? {
        guard take(UInt8(ascii: "\""), line) else { return nil }
        let start = place
        var text = Text()
        var all: UInt8 = 0
        while place < line.count {
            let byte = line[place]
            if byte == UInt8(ascii: "\"") {
                text.range = start..<place
                text.isASCII = all < 0x80
                if all >= 0x80 { isASCII = false }
                place += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text.hasEscapes = true
                guard passEscape(line) else { return nil }
                continue
            }
            if byte < 0x20 { return nil }
            all |= byte
            place += 1
        }
        return nil
    }

    private mutating func passEscape(_ line: Span<UInt8>) -> Bool {
        guard place + 1 < line.count else { return false }
        switch line[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            place += 2
            return true
        case UInt8(ascii: "u"):
            guard place + 5 < line.count else { return false }
            for index in place + 2..<place + 6 where line[index].hexadecimal == nil { return false }
            place += 6
            return true
        default: return false
        }
    }

    /// A number.
    @inline(__always)
    mutating func number(_ line: Span<UInt8>) -> Number? {
        _ = peek(line)
        var number = Number()
        let start = place
        if place < line.count, line[place] == UInt8(ascii: "-") {
            number.isNegative = true
            place += 1
        }
        let whole = place
        passDigits(line, into: &number)
        guard place > whole, place == whole + 1 || line[whole] != UInt8(ascii: "0") else { return nil }
        if place < line.count, line[place] == UInt8(ascii: ".") {
            place += 1
            let fraction = place
            passDigits(line, into: &number)
            guard place > fraction else { return nil }
            number.exponent = fraction - place
        }
        let digits = place - whole
        if place < line.count, line[place] | 0x20 == UInt8(ascii: "e") {
            guard passExponent(line, into: &number) else { return nil }
        }
        number.isLong = digits > 18
        number.range = start..<place
        return number
    }

    @inline(__always)
    private mutating func passDigits(_ line: Span<UInt8>, into number: inout Number) {
        while place < line.count {
            let digit = line[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            number.digits = number.digits &* 10 &+ UInt64(digit)
            place += 1
        }
    }

    private mutating func passExponent(_ line: Span<UInt8>, into number: inout Number) -> Bool {
        place += 1
        var isNegative = false
        if place < line.count, line[place] == UInt8(ascii: "-") || line[place] == UInt8(ascii: "+") {
            isNegative = line[place] == UInt8(ascii: "-")
            place += 1
        }
        let start = place
        var exponent = Number()
        passDigits(line, into: &exponent)
        guard place > start else { return false }
        let power = place - start > 9 ? 999_999_999 : Int(exponent.digits)
        number.exponent += isNegative ? -power : power
        return true
    }

    /// Any value.
    @inline(__always)
    mutating func value(_ line: Span<UInt8>) -> Value? {
        let byte = peek(line)
        switch byte {
        case UInt8(ascii: "\""): return text(line).map(Value.text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number(line).map(Value.number)
        case UInt8(ascii: "t"): return word("true", line) ? .flag(true) : nil
        case UInt8(ascii: "f"): return word("false", line) ? .flag(false) : nil
        case UInt8(ascii: "n"): return word("null", line) ? .null : nil
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let start = place
            guard pass(byte, line, depth: 1) else { return nil }
            return byte == UInt8(ascii: "{") ? .object(start..<place) : .array(start..<place)
        default: return nil
        }
    }

    private mutating func word(_ word: StaticString, _ line: Span<UInt8>) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= line.count else { return false }
        let isThere = word.withUTF8Buffer { bytes in
            bytes.indices.allSatisfy { line[place + $0] == bytes[$0] }
        }
        place = end
        return isThere
    }

    /// Passes over an object or array.
    private mutating func pass(_ bracket: UInt8, _ line: Span<UInt8>, depth: Int) -> Bool {
        guard depth < Self.deepest, var goesOn = open(bracket, line) else { return false }
        while goesOn {
            if bracket == UInt8(ascii: "{"), key(line) == nil { return false }
            let byte = peek(line)
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard pass(byte, line, depth: depth + 1) else { return false }
            case UInt8(ascii: "\""):
                guard text(line) != nil else { return false }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard number(line) != nil else { return false }
            default:
                guard value(line) != nil else { return false }
            }
            guard let more = more(bracket, line) else { return false }
            goesOn = more
        }
        return true
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    var hexadecimal: UInt16? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
