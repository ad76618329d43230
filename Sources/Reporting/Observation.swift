/// When pictures of one session of a feed were analysed: from a stream's start to its end without gaps, or, where there are
/// `counts` records, as these say.
struct Observation {
    /// Stretches that no counts record has spoken of so far.
    private var spans: [(from: Int64, to: Int64)] = []
    private var openSince: Int64?
    private var last: Int64?

    /// How many stretches wait for counts records that may never come.
    private static let mostSpans = 256

    /// A stream begins.
    mutating func begin(at time: Int64) {
        close(at: last)
        openSince = time
        last = time
    }

    /// Something was seen, or looked for.
    @inline(__always)
    mutating func go(to time: Int64) {
        if let last, time <= last { return }
        last = time
    }

    /// A stretch without pictures.
    mutating func gap(from start: Int64, to end: Int64) {
        guard let since = openSince, end > start else { return }
        if start > since { spans.append((since, start)) }
        openSince = max(since, end)
        go(to: end)
    }

    /// The stream ends; nil: nobody knows when, but not before what was seen last.
    mutating func close(at time: Int64?) {
        guard let since = openSince else { return }
        openSince = nil
        if let time, time > since { spans.append((since, time)) }
    }

    /// A counts record: nothing else tells of this stretch.
    mutating func take(from start: Int64, to end: Int64, share: Double, into series: inout TimeSeries) {
        let waiting = spans
        spans = []
        for span in waiting {
            if span.from < start { add(span.from, min(span.to, start), to: &series) }
            if span.to > end { spans.append((max(span.from, end), span.to)) }
        }
        if let since = openSince, since < end {
            if since < start { add(since, start, to: &series) }
            openSince = end
        }
        series.spread(from: start, to: end) { $0.observed += $1 * share }
    }

    /// Writes what waits where it has become much.
    mutating func settle(into series: inout TimeSeries) {
        if spans.count > Self.mostSpans { flush(into: &series) }
    }

    /// Writes all.
    mutating func finish(into series: inout TimeSeries) {
        close(at: last)
        flush(into: &series)
    }

    private mutating func flush(into series: inout TimeSeries) {
        for span in spans { add(span.from, span.to, to: &series) }
        spans = []
    }

    private func add(_ start: Int64, _ end: Int64, to series: inout TimeSeries) {
        series.spread(from: start, to: end) { $0.observed += $1 }
    }
}
