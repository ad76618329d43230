/// Who is there at a time, from when paths begin and end. That a path has ended is known some seconds later, so what is
/// younger than `lag` waits.
struct Presence {
    private static let lag: Int64 = 60_000

    private var changes: [(time: Int64, step: Int)] = []
    private var people = 0
    private var place: Int64?
    /// How many changes are worth another look.
    private var worth = 64

    /// Somebody's first point.
    mutating func begin(at time: Int64) { changes.append((time, 1)) }

    /// Somebody's last point.
    mutating func end(at time: Int64) { changes.append((time, -1)) }

    /// Writes what can't change any more.
    mutating func settle(at now: Int64, into series: inout TimeSeries) {
        guard changes.count >= worth else { return }
        flush(before: now - Self.lag, into: &series)
        worth = max(64, 2 * changes.count)
    }

    /// Writes all.
    mutating func finish(into series: inout TimeSeries) { flush(before: .max, into: &series) }

    private mutating func flush(before limit: Int64, into series: inout TimeSeries) {
        // At one time who comes counts before who goes: both were in that frame.
        changes.sort { ($0.time, -$0.step) < ($1.time, -$1.step) }
        let count = changes.firstIndex { $0.time >= limit } ?? changes.count
        for change in changes[..<count] {
            if let place, people > 0 {
                let people = people
                series.spread(from: place, to: change.time) { bin, length in
                    bin.presence += Double(people) * length
                    bin.most = max(bin.most, people)
                }
            }
            place = max(change.time, place ?? change.time)
            people = max(0, people + change.step)
            let people = people
            series.note(at: change.time) { $0.most = max($0.most, people) }
        }
        changes.removeFirst(count)
    }
}
