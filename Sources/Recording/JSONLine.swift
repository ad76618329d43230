/// Builds one JSON object on one line, its keys in the order in which they are added.
///
/// `JSONEncoder` promises no order of keys but the alphabet's, writes numbers with all their digits and needs
/// Foundation. Here order, decimals and escapes are fixed: equal values are equal bytes everywhere (RFC 8259, UTF-8).
package struct JSONLine {
    private var bytes: [UInt8]
    private var needsComma = false
    /// Where the last object under a key is in the line.
    package private(set) var lastObject = 0..<0
    let textLimit: Int

    /// An empty object in which no text takes more than `textLimit` bytes, unless it is added with its own limit.
    package init(textLimit: Int = .max) {
        self.textLimit = textLimit
        bytes = [UInt8(ascii: "{")]
        bytes.reserveCapacity(512)
    }

    /// Begins anew, in the same memory.
    package mutating func clear() {
        bytes.removeSubrange(1...)
        needsComma = false
    }

    /// The whole line, without a newline.
    package func closed() -> String {
        String(decoding: bytes, as: UTF8.self) + "}"
    }

    /// The same in UTF-8.
    package var closedBytes: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// Adds a whole number.
    package mutating func add(_ key: String, _ value: some BinaryInteger) {
        begin(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Adds `true` or `false`.
    package mutating func add(_ key: String, _ value: Bool) {
        begin(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Adds a number rounded to `decimals` places (see `appendFixed`).
    package mutating func add(_ key: String, _ value: Double, decimals: Int) {
        begin(key)
        bytes.appendFixed(value, decimals: decimals)
    }

    /// Adds a number with as many digits as it takes to read the same number back; 0 where it isn't finite.
    mutating func add(_ key: String, exactly value: Double) {
        begin(key)
        let whole = Int64(exactly: value.isFinite ? value : 0)
        bytes.append(contentsOf: (whole.map { String($0) } ?? value.description).utf8)
    }

    /// Adds a number that its reader shall take for no whole one: with a point always, and as many digits as it takes to read the
    /// same number back; 0 where it isn't finite.
    package mutating func add(_ key: String, float value: Double) {
        begin(key)
        // Without the sign of zero.
        bytes.append(contentsOf: (value.isFinite ? value + 0 : 0).description.utf8)
    }

    /// Adds what is JSON already.
    package mutating func add(_ key: String, json: [UInt8]) {
        begin(key)
        bytes += json
    }

    /// Adds a text. What goes beyond `limit` bytes, escapes included, is cut off and replaced by `…`.
    package mutating func add(_ key: String, _ value: String, limit: Int? = nil) {
        begin(key)
        append(quoted: value, limit: limit ?? textLimit)
    }

    /// Adds an object with the keys that `fill` adds.
    package mutating func addObject(_ key: String, _ fill: (inout JSONLine) -> Void) {
        begin(key)
        let start = bytes.count
        appendObject(fill)
        lastObject = start..<bytes.count
    }

    /// Adds an array with an object for each element.
    package mutating func addArray<Element>(
        _ key: String, _ elements: [Element], _ fill: (inout JSONLine, Element) -> Void
    ) {
        begin(key)
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            appendObject { fill(&$0, element) }
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Adds an array of pairs of numbers, each an array.
    mutating func addPairs(_ key: String, _ pairs: [(Double, Double)], decimals: Int) {
        begin(key)
        bytes.append(UInt8(ascii: "["))
        for (index, pair) in pairs.enumerated() {
            bytes.append(contentsOf: (index > 0 ? ",[" : "[").utf8)
            bytes.appendFixed(pair.0, decimals: decimals)
            bytes.append(UInt8(ascii: ","))
            bytes.appendFixed(pair.1, decimals: decimals)
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func appendObject(_ fill: (inout JSONLine) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        fill(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    private mutating func begin(_ key: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        // Keys are the program's own: there is nothing in them to escape.
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: key.utf8)
        bytes.append(contentsOf: "\":".utf8)
    }

    private mutating func append(quoted text: String, limit: Int) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.count <= limit, !text.utf8.contains(where: \.mustBeEscaped) {
            bytes.append(contentsOf: text.utf8)
        } else {
            append(escaped: text, limit: limit)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped text: String, limit: Int) {
        let ellipsis = "…".utf8
        let start = bytes.count
        var lastCut = start
        for scalar in text.unicodeScalars {
            for byte in scalar.utf8 { bytes.append(escaping: byte) }
            let length = bytes.count - start
            if length > limit {
                bytes.removeSubrange(lastCut...)
                bytes.append(contentsOf: ellipsis)
                return
            }
            if length + ellipsis.count <= limit { lastCut = bytes.count }
        }
    }
}

extension UInt8 {
    /// What RFC 8259 section 7 demands: quotation mark, reverse solidus and the control characters. Everything else,
    /// U+2028 included, may stand as it is.
    fileprivate var mustBeEscaped: Bool {
        self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
    }
}

extension [UInt8] {
    /// Appends a byte of a JSON string.
    fileprivate mutating func append(escaping byte: UInt8) {
        guard byte.mustBeEscaped else { return append(byte) }
        switch byte {
        case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
        case UInt8(ascii: "\r"): append(contentsOf: #"\r"#.utf8)
        case UInt8(ascii: "\t"): append(contentsOf: #"\t"#.utf8)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
        default:
            append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
            append(contentsOf: String(byte, radix: 16).utf8)
        }
    }

    /// Appends `value` rounded to `decimals` places, halves away from zero, without trailing zeros, exponent or `-0`.
    ///
    /// JSON has no other numbers, so NaN becomes 0, and what lies beyond ±10^12, infinity included, becomes ±10^12.
    mutating func appendFixed(_ value: Double, decimals: Int) {
        let scale = (0..<decimals).reduce(1 as UInt64) { power, _ in power * 10 }
        let finite = value.isNaN ? 0 : Swift.min(Swift.max(value, -1e12), 1e12)
        let scaled = Int64((finite * Double(scale)).rounded())
        let (whole, remainder) = scaled.magnitude.quotientAndRemainder(dividingBy: scale)
        if scaled < 0 { append(UInt8(ascii: "-")) }
        append(contentsOf: String(whole).utf8)

        guard remainder > 0 else { return }
        append(UInt8(ascii: "."))
        var (rest, place) = (remainder, scale / 10)
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest / place))
            (rest, place) = (rest % place, place / 10)
        }
    }
}
