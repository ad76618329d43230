/// An instant in UTC, in milliseconds, written as RFC 3339 section 5.6 has it: `2024-05-01T12:00:00.250Z`.
///
/// Leap seconds don't exist here, as in POSIX time. Foundation's formatters would do, but cost a locale, a calendar and
/// much of a line's time.
public struct UTCTime: Hashable, Sendable, LosslessStringConvertible {
    /// The years that RFC 3339 can write: 0000 to 9999, in milliseconds since 1970.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// Since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// An instant in milliseconds since 1970-01-01T00:00:00Z, moved to the nearest one in the years 0000 to 9999.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.writable.lowerBound), Self.writable.upperBound)
    }

    /// Reads an RFC 3339 date and time: `T` or a space between them, any number of decimals (those after the third are
    /// dropped), and `Z` or an offset such as `+02:00`.
    ///
    /// Nil where the text is something else, or names a day, hour, minute or second that doesn't exist, a leap second
    /// among them.
    public init?(_ text: String) {
        let pattern =
            #/
            ([0-9]{4})-([0-9]{2})-([0-9]{2}) [Tt\x20] ([0-9]{2}):([0-9]{2}):([0-9]{2})
            (?:\.([0-9]+))? ([Zz]|[+-][0-9]{2}:[0-9]{2})
            /#
        guard let match = text.wholeMatch(of: pattern)?.output,
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
            let hour = Int(match.4), hour < 24, let minute = Int(match.5), minute < 60,
            let second = Int(match.6), second < 60,
            let thousandths = Int(((match.7 ?? "") + "000").prefix(3)),
            let offset = Self.offsetMinutes(match.8)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSince1970: date.daysSince1970) == date else { return nil }
        let minutes = (date.daysSince1970 * 24 + hour) * 60 + minute - offset
        self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + thousandths))
    }

    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, always 24 characters.
    public var description: String {
        let (days, inDay) = Int(milliseconds).flooredDivision(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        let (seconds, thousandths) = inDay.quotientAndRemainder(dividingBy: 1000)
        let day = "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))-\(padded(date.day, to: 2))"
        let time = "\(padded(seconds / 3600, to: 2)):\(padded(seconds / 60 % 60, to: 2)):\(padded(seconds % 60, to: 2))"
        return "\(day)T\(time).\(padded(thousandths, to: 3))Z"
    }

    /// Minutes east of UTC; nil where they don't exist.
    private static func offsetMinutes(_ text: Substring) -> Int? {
        guard text.count > 1 else { return 0 }
        guard let hours = Int(text.dropFirst().prefix(2)), hours < 24, let minutes = Int(text.suffix(2)), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (text.first == "-" ? -1 : 1)
    }
}

/// A day of the proleptic Gregorian calendar.
///
/// Arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021: counting years from March puts
/// the leap day last, and 400 years have 146,097 days.
private struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    private static let daysPerEra = 146_097
    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysTo1970 = 719_468

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int) {
        let (era, dayOfEra) = (days + Self.daysTo1970).flooredDivision(by: Self.daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.daysTo1970
    }
}

extension Int {
    /// Division that rounds down, so that the remainder is never negative.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private func padded(_ value: Int, to width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
