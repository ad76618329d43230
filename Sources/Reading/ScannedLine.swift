import PathModel

/// The keys of one line's object, in whatever order they stand there. Those that most lines have are taken at once, the
/// others by their places. Of a key that stands there twice the last one counts.
struct ScannedLine {
    var version: LineScanner.Text?, event: LineScanner.Text?, feed: LineScanner.Text?, session: LineScanner.Text?
    var time: LineScanner.Text?, source: LineScanner.Text?
    var sequence: LineScanner.Number?, track: LineScanner.Number?, frame: LineScanner.Number?
    var pts: LineScanner.Number?, confidence: LineScanner.Number?
    var box: BoundingBox?
    var face: Range<Int>?
    var isStill = false
    var others: [(key: LineScanner.Text, value: LineScanner.Value)] = []
    /// Whether all strings are ASCII.
    var isASCII = true

    /// Reads a line; false where it isn't one JSON object.
    mutating func scan(_ line: Span<UInt8>) -> Bool {
        clear()
        var scanner = LineScanner()
        guard var goesOn = scanner.open(UInt8(ascii: "{"), line) else { return false }
        while goesOn {
            guard let key = scanner.key(line), take(key, line, &scanner),
                let more = scanner.more(UInt8(ascii: "{"), line)
            else { return false }
            goesOn = more
        }
        isASCII = scanner.isASCII
        return scanner.peek(line) == 0 && scanner.place == line.count
    }

    private mutating func clear() {
        (version, event, feed, session, time, source) = (nil, nil, nil, nil, nil, nil)
        (sequence, track, frame, pts, confidence) = (nil, nil, nil, nil, nil)
        (box, face, isStill) = (nil, nil, false)
        others.removeAll(keepingCapacity: true)
    }

    /// Reads a key's value; false where there is none.
    @inline(__always)
    private mutating func take(_ key: LineScanner.Text, _ line: Span<UInt8>, _ scanner: inout LineScanner) -> Bool {
        if key.is("box", line), scanner.peek(line) == UInt8(ascii: "{") {
            return takeBox(line, &scanner)
        }
        // Texts and numbers are nearly all that stands there.
        let byte = scanner.peek(line)
        if byte == UInt8(ascii: "\"") {
            guard let text = scanner.text(line) else { return false }
            take(key, text, line)
            return true
        }
        if byte &- UInt8(ascii: "0") < 10 {
            guard let number = scanner.number(line) else { return false }
            take(key, number, line)
            return true
        }
        return takeOther(key, line, &scanner)
    }

    private mutating func takeOther(_ key: LineScanner.Text, _ line: Span<UInt8>, _ scanner: inout LineScanner) -> Bool
    {
        guard let value = scanner.value(line) else { return false }
        switch value {
        case .number(let number): take(key, number, line)
        case .flag(let flag) where key.is("still", line): isStill = flag
        case .object(let range) where key.is("face", line): face = range
        default: others.append((key, value))
        }
        return true
    }

    @inline(__always)
    private mutating func take(_ key: LineScanner.Text, _ text: LineScanner.Text, _ line: Span<UInt8>) {
        switch key.range.count {
        case 1 where key.is("v", line): version = text
        case 4 where key.is("feed", line): feed = text
        case 4 where key.is("time", line): time = text
        case 5 where key.is("event", line): event = text
        case 6 where key.is("source", line): source = text
        case 7 where key.is("session", line): session = text
        default: others.append((key, .text(text)))
        }
    }

    @inline(__always)
    private mutating func take(_ key: LineScanner.Text, _ number: LineScanner.Number, _ line: Span<UInt8>) {
        switch key.range.count {
        case 3 where key.is("seq", line): sequence = number
        case 5 where key.is("track", line): track = number
        case 5 where key.is("frame", line): frame = number
        case 6 where key.is("pts_ms", line): pts = number
        case 10 where key.is("confidence", line): confidence = number
        default: others.append((key, .number(number)))
        }
    }

    private mutating func takeBox(_ line: Span<UInt8>, _ scanner: inout LineScanner) -> Bool {
        var (left, top, width, height) = (Double.nan, Double.nan, Double.nan, Double.nan)
        guard var goesOn = scanner.open(UInt8(ascii: "{"), line) else { return false }
        while goesOn {
            guard let key = scanner.key(line) else { return false }
            if scanner.peek(line) &- UInt8(ascii: "0") < 10 || scanner.peek(line) == UInt8(ascii: "-") {
                guard let number = scanner.number(line) else { return false }
                let ratio = number.double(line)
                if key.is("left", line) {
                    left = ratio
                } else if key.is("top", line) {
                    top = ratio
                } else if key.is("width", line) {
                    width = ratio
                } else if key.is("height", line) {
                    height = ratio
                }
            } else if scanner.value(line) == nil {
                return false
            }
            guard let more = scanner.more(UInt8(ascii: "{"), line) else { return false }
            goesOn = more
        }
        let found = BoundingBox(left: left, top: top, width: width, height: height)
        box = found.isUsable ? found : nil
        return true
    }
}

extension BoundingBox {
    /// Whether it can lie in or around a frame.
    var isUsable: Bool {
        // A comparison with what is no number is false.
        left > -100 && top > -100 && right < 100 && bottom < 100 && width >= 0 && height >= 0
    }
}

/// An object's keys, read when they are asked for.
struct ScannedObject {
    private let keys: [(key: LineScanner.Text, value: LineScanner.Value)]

    init(_ keys: [(key: LineScanner.Text, value: LineScanner.Value)]) {
        self.keys = keys
    }

    /// The object at a place of the line, which was scanned before.
    init(_ range: Range<Int>, _ line: Span<UInt8>) {
        var scanner = LineScanner(at: range.lowerBound)
        var keys: [(LineScanner.Text, LineScanner.Value)] = []
        var goesOn = scanner.open(UInt8(ascii: "{"), line) ?? false
        while goesOn {
            guard let key = scanner.key(line), let value = scanner.value(line) else { break }
            keys.append((key, value))
            goesOn = scanner.more(UInt8(ascii: "{"), line) ?? false
        }
        self.keys = keys
    }

    /// The values of an array at a place of the line, which was scanned before.
    static func elements(_ range: Range<Int>, _ line: Span<UInt8>) -> [LineScanner.Value] {
        var scanner = LineScanner(at: range.lowerBound)
        var values: [LineScanner.Value] = []
        var goesOn = scanner.open(UInt8(ascii: "["), line) ?? false
        while goesOn {
            guard let value = scanner.value(line) else { break }
            values.append(value)
            goesOn = scanner.more(UInt8(ascii: "["), line) ?? false
        }
        return values
    }

    func value(_ key: StaticString, _ line: Span<UInt8>) -> LineScanner.Value? {
        keys.last { $0.key.is(key, line) }?.value
    }

    func text(_ key: StaticString, _ line: Span<UInt8>) -> String? {
        guard case .text(let text) = value(key, line) else { return nil }
        return text.string(line)
    }

    /// Larger numbers stand in no record, and sums of them would not fit.
    private static let largest = 1e12

    /// Nil where it is missing or too large.
    func double(_ key: StaticString, _ line: Span<UInt8>) -> Double? {
        guard case .number(let number) = value(key, line) else { return nil }
        let double = number.double(line)
        return abs(double) <= Self.largest ? double : nil
    }

    /// Nil where it is missing, too large or no whole number.
    func integer(_ key: StaticString, _ line: Span<UInt8>) -> Int? {
        guard case .number(let number) = value(key, line), let integer = number.integer(line),
            Double(integer).magnitude <= Self.largest
        else { return nil }
        return integer
    }

    func flag(_ key: StaticString, _ line: Span<UInt8>) -> Bool {
        guard case .flag(let flag) = value(key, line) else { return false }
        return flag
    }

    /// The instant in a text, in milliseconds since 1970 UTC.
    func time(_ key: StaticString, _ line: Span<UInt8>) -> Int64? {
        guard case .text(let text) = value(key, line) else { return nil }
        return UTCText.milliseconds(text, line)
    }

    func object(_ key: StaticString, _ line: Span<UInt8>) -> ScannedObject? {
        guard case .object(let range) = value(key, line) else { return nil }
        return ScannedObject(range, line)
    }

    /// The objects in an array; empty where there is no array.
    func objects(_ key: StaticString, _ line: Span<UInt8>) -> [ScannedObject] {
        guard case .array(let range) = value(key, line) else { return [] }
        return Self.elements(range, line).compactMap { value in
            guard case .object(let range) = value else { return nil }
            return ScannedObject(range, line)
        }
    }

    /// The points in an array of pairs; empty where it holds anything else.
    func points(_ key: StaticString, _ line: Span<UInt8>) -> [Point] {
        guard case .array(let range) = value(key, line) else { return [] }
        var points: [Point] = []
        for value in Self.elements(range, line) {
            guard case .array(let range) = value else { return [] }
            let pair: [Double] = Self.elements(range, line).compactMap { value in
                guard case .number(let number) = value else { return nil }
                return number.double(line)
            }
            guard pair.count == 2, pair.allSatisfy({ abs($0) < 100 }) else { return [] }
            points.append(Point(x: pair[0], y: pair[1]))
        }
        return points
    }
}
