/// Bars of equal length on clocks, as few as can be looked at, over what feeds cover.
struct TimeAxis {
    private static let widths: [Int64] = [
        1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 28 * 24 * 3600, 364 * 24 * 3600,
    ].map { $0 * 1000 }
    private static let day: Int64 = 86_400_000

    /// Milliseconds.
    let width: Int64
    /// The first bar, in widths since 1970 (weeks since a Monday), and their number.
    let start: Int64
    let count: Int
    private let time: LocalTime
    private let isRelative: Bool
    /// What is covered, in milliseconds since 1970 UTC.
    private let first: Int64, last: Int64

    /// - Parameters:
    ///   - first: the time covered, in milliseconds since 1970 UTC.
    ///   - least: bars aren't shorter than this, in milliseconds.
    ///   - most: not more bars than this, one or two excepted.
    init(from first: Int64, to last: Int64, least: Int64, most: Int, time: LocalTime, isRelative: Bool) {
        let width =
            Self.widths.first { $0 >= least && (last - first) / $0 < Int64(most) } ?? Self.widths[Self.widths.count - 1]
        (self.width, self.time, self.isRelative) = (width, time, isRelative)
        (self.first, self.last) = (first, last)
        start = Self.index(of: first, width, time, isRelative)
        // What ends with a bar doesn't begin the next.
        count = Int(Self.index(of: max(first, last - 1), width, time, isRelative) - start) + 1
    }

    private static func index(of time: Int64, _ width: Int64, _ zone: LocalTime, _ isRelative: Bool) -> Int64 {
        // Below an hour all time zones have the same bars.
        let local = width < 3_600_000 ? time : zone.local(time, isRelative: isRelative)
        return (local - shift(width)).floored(by: width)
    }

    /// 1970 began on a Thursday.
    private static func shift(_ width: Int64) -> Int64 { width % (7 * day) == 0 ? 4 * day : 0 }

    /// What the bins of a series come to, bar by bar.
    func bars(_ series: TimeSeries) -> [TimeBin] {
        var bars = [TimeBin](repeating: TimeBin(), count: count)
        for (index, bin) in series.bins {
            let bar = Self.index(of: index * series.step, width, time, isRelative) - start
            if bar >= 0, bar < Int64(count) { bars[Int(bar)].add(bin) }
        }
        return bars
    }

    /// What each bar is called: `2026-03-01 09:00`, a date alone for days and more, or `0:05:00` since the beginning.
    var labels: [String] {
        (0..<Int64(count)).map { bar in
            var local = (start + bar) * width + Self.shift(width)
            if isRelative { return LocalTime.elapsed(local) }
            if width < 3_600_000 { local = time.local(local, isRelative: false) }
            let date = LocalTime.date(local)
            return width >= Self.day ? date : "\(date) \(LocalTime.clock(local, seconds: width < 60_000))"
        }
    }

    /// The share of each bar, as far as anything is covered, in which pictures were analysed, 0...1.
    func observed(_ bars: [TimeBin]) -> [Double] {
        bars.enumerated().map { offset, bar in
            let index = start + Int64(offset)
            let length = min(last, utc(ofBar: index + 1)) - max(first, utc(ofBar: index))
            // An hour that clocks pass over has nothing to observe.
            return length > 0 ? min(1, bar.observed / Double(length)) : 1
        }
    }

    /// When a bar begins. Days on which clocks are set have 23 or 25 hours.
    private func utc(ofBar index: Int64) -> Int64 {
        let local = index * width + Self.shift(width)
        return width < 3_600_000 ? local : time.time(ofLocal: local, isRelative: isRelative)
    }
}
