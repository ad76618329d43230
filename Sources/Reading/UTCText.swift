import Recording

/// Reads instants as records write them, without what makes `UTCTime` take microseconds for each.
enum UTCText {
    /// Milliseconds since 1970 UTC of an RFC 3339 text; nil where it is something else.
    @inline(__always)
    static func milliseconds(_ text: LineScanner.Text, _ line: Span<UInt8>) -> Int64? {
        // YYYY-MM-DDTHH:MM:SS.mmmZ
        let start = text.range.lowerBound
        guard text.range.count == 24, line[start + 4] == UInt8(ascii: "-"), line[start + 7] == UInt8(ascii: "-"),
            line[start + 10] == UInt8(ascii: "T"), line[start + 13] == UInt8(ascii: ":"),
            line[start + 16] == UInt8(ascii: ":"), line[start + 19] == UInt8(ascii: "."),
            line[start + 23] == UInt8(ascii: "Z"), let century = pair(start, line), let year = pair(start + 2, line),
            let month = pair(start + 5, line), let day = pair(start + 8, line), let hour = pair(start + 11, line),
            let minute = pair(start + 14, line), let second = pair(start + 17, line),
            let hundredths = pair(start + 20, line), line[start + 22] &- UInt8(ascii: "0") < 10,
            1...12 ~= month, 1...length(of: month, in: century * 100 + year) ~= day, hour < 24, minute < 60, second < 60
        else { return UTCTime(text.string(line))?.milliseconds }
        let days = daysSince1970(year: century * 100 + year, month: month, day: day)
        let thousandths = hundredths * 10 + Int64(line[start + 22] &- UInt8(ascii: "0"))
        return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + thousandths
    }

    /// As `UTCTime` counts them, for years from 0 on: counting years from March puts the leap day last.
    @inline(__always)
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let fromMarch = month > 2 ? month - 3 : month + 9
        let year = (month > 2 ? year : year - 1) + 400
        return year * 365 + year / 4 - year / 100 + year / 400 + (153 * fromMarch + 2) / 5 + day - 1
            - 719_468 - 146_097
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }

    @inline(__always)
    private static func pair(_ place: Int, _ line: Span<UInt8>) -> Int64? {
        let (tens, ones) = (line[place] &- UInt8(ascii: "0"), line[place + 1] &- UInt8(ascii: "0"))
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }
}
