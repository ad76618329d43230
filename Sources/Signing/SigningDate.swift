import Glibc

/// A moment as Signature Version 4 writes it: UTC, to the second.
public struct SigningDate: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00Z; years 0 to 9999.
    public let seconds: Int

    public init(seconds: Int) {
        self.seconds = seconds
    }

    /// `20260301T080000Z`.
    public var text: String {
        let parts = parts
        let date = Self.digits(parts.tm_year + 1900, 4) + Self.digits(parts.tm_mon + 1) + Self.digits(parts.tm_mday)
        return "\(date)T\(Self.digits(parts.tm_hour))\(Self.digits(parts.tm_min))\(Self.digits(parts.tm_sec))Z"
    }

    private var parts: tm {
        var (time, parts) = (time_t(seconds), tm())
        gmtime_r(&time, &parts)
        return parts
    }

    /// Nil where it isn't written just so, or is no date.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int32? {
            var number: Int32 = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                number = number * 10 + Int32(byte - UInt8(ascii: "0"))
            }
            return number
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        self.init(seconds: timegm(&parts))
        // timegm takes February 30 for March 2.
        let found = self.parts
        guard (found.tm_year, found.tm_mon, found.tm_mday) == (year - 1900, month - 1, day),
            (found.tm_hour, found.tm_min, found.tm_sec) == (hour, minute, second)
        else { return nil }
    }

    public static var now: SigningDate { SigningDate(seconds: time(nil)) }

    /// `20260301`.
    var day: String { String(text.prefix(8)) }

    private static func digits(_ number: Int32, _ count: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
