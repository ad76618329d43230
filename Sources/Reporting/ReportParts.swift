import Foundation
import PathModel
import Reading

extension Report.FeedPart {
    /// - Parameter isWhole: whether charts and maps are wanted.
    init(_ tally: FeedTally, time: LocalTime, isWhole: Bool) {
        width = tally.frameSize?.width ?? 16
        height = tally.frameSize?.height ?? 9
        isLive = tally.isLive
        self.isWhole = isWhole
        (flows, flowNames, profiles) = ([], [], [])
        trailCount = tally.trails.count
        let pauses = tally.pauses
        gapCount = tally.gaps.count + pauses.count
        gaps = []
        trails = []
        shapes = []
        guard isWhole, let first = tally.first, let last = tally.last else { return }
        gaps = (tally.gaps.shown + pauses.prefix(GapList.most)).sorted { $0.from < $1.from }.map { gap in
            Report.NotSeen(
                from: time.text(gap.from, isRelative: tally.isRelative),
                to: time.text(gap.to, isRelative: tally.isRelative),
                seconds: (Double(gap.to - gap.from) / 1000).toThousandths, reason: gap.reason)
        }
        shapes = tally.regions.map { region in
            Report.Shape(kind: region.kind, name: region.name, points: region.points.map { [$0.x, $0.y] })
        }
        trails = tally.trails.elements.sorted { ($0.start, $0.track) < ($1.start, $1.track) }.map { row in
            Report.TrailLine(
                track: row.track, start: time.text(row.start, isRelative: tally.isRelative),
                points: row.trail.simplified.flatMap { [Int($0.x * 1000), Int($0.y * 1000)] })
        }
        heat = Report.Heat(tally.heat)
        let axis = TimeAxis(
            from: first, to: last, least: tally.series.step, most: 240, time: time, isRelative: tally.isRelative)
        people = Report.Chart.people(tally, axis)
        zonePeople = Report.Chart.zonePeople(tally, axis)
        addFlows(tally, from: first, to: last, time: time)
    }

    private mutating func addFlows(_ tally: FeedTally, from first: Int64, to last: Int64, time: LocalTime) {
        // Below three hours there is nothing to see in hours.
        let least: Int64 = last - first > 3 * 3_600_000 ? 3_600_000 : 1000
        let hasLines = !tally.lines.isEmpty
        guard hasLines || tally.tellsOfPaths else { return }
        let all = hasLines ? tally.lines.prefix(20).map { ($0.name, $0.series) } : [("", tally.series)]
        let step = all.map(\.1.step).max() ?? 1000
        let axis = TimeAxis(
            from: first, to: last, least: max(least, step), most: last - first > 3 * 3_600_000 ? 100 : 30, time: time,
            isRelative: tally.isRelative)
        let observed = axis.observed(axis.bars(tally.series))
        for (name, series) in all {
            flowNames.append(name)
            flows.append(Report.Chart.flow(axis, series, observed: observed))
        }
        guard !tally.isRelative, last - first > 86_400_000 else { return }
        for (_, series) in all { profiles.append(Report.Chart.profile(series, of: tally, time: time)) }
    }

    /// All feeds on one clock, without maps, since each sees another place; nil where there are less than two.
    init?(together feeds: [FeedTally], time: LocalTime) {
        guard feeds.count > 1, let first = feeds.compactMap(\.first).min(), let last = feeds.compactMap(\.last).max()
        else { return nil }
        (width, height, isLive, isWhole) = (16, 9, feeds.contains(where: \.isLive), true)
        (flows, flowNames, profiles, shapes, trails, gaps) = ([], [], [], [], [], [])
        (trailCount, gapCount) = (0, 0)
        let step = feeds.map(\.series.step).max() ?? 1000
        let axis = TimeAxis(from: first, to: last, least: step, most: 240, time: time, isRelative: false)
        people = .sum(feeds.compactMap { .people($0, axis) })
        zonePeople = .together(feeds, axis)
        addFlows(together: feeds, from: first, to: last, time: time)
    }

    private mutating func addFlows(together feeds: [FeedTally], from first: Int64, to last: Int64, time: LocalTime) {
        let lines = feeds.flatMap { feed in
            feed.lines.map { (name: "\(feed.name): \($0.name)", feed: feed, series: $0.series) }
        }
        let views = feeds.filter(\.tellsOfPaths).map { (name: "", feed: $0, series: $0.series) }
        let all = lines.isEmpty ? views : lines
        let step = all.map(\.series.step).max() ?? 1000
        let isLong = last - first > 3 * 3_600_000
        let axis = TimeAxis(
            from: first, to: last, least: max(isLong ? 3_600_000 : 1000, step), most: isLong ? 100 : 30, time: time,
            isRelative: false)
        let charts = all.map { part in
            Report.Chart.flow(axis, part.series, observed: axis.observed(axis.bars(part.feed.series)))
        }
        let hours =
            last - first > 86_400_000 ? all.map { Report.Chart.profile($0.series, of: $0.feed, time: time) } : []
        guard let sum = Report.Chart.sum(charts) else { return }
        flows = [sum]
        flowNames = [lines.isEmpty ? "" : "all lines"]
        profiles = Report.Chart.sum(hours).map { [$0] } ?? []
        guard lines.count > 1 else { return }
        flows += charts.prefix(20)
        flowNames += lines.prefix(20).map(\.name)
        profiles += hours.prefix(20)
    }
}

extension Report.Chart {
    /// People in view; nil where the records don't tell.
    static func people(_ tally: FeedTally, _ axis: TimeAxis) -> Report.Chart? {
        let bars = axis.bars(tally.series)
        let observed = axis.observed(bars)
        var chart = Report.Chart(
            width: axis.width / 1000, labels: axis.labels, observed: observed.map(\.toThousandths), series: [])
        if tally.tellsOfPaths {
            chart.series = [
                Report.Series(name: "mean", values: bars.map { $0.mean }),
                Report.Series(
                    name: "most", values: bars.map { $0.observed > 0 || $0.most > 0 ? Double($0.most) : nil }),
            ]
        } else if bars.contains(where: { $0.notes > 0 }) {
            let values = bars.map { $0.notes > 0 ? (Double($0.noted) / Double($0.notes)).toThousandths : nil }
            chart.series = [Report.Series(name: "noted", values: values)]
        } else {
            return nil
        }
        return chart
    }

    /// What charts with the same bars come to: where some know nothing the others' sum is observed in part. The most at a
    /// time isn't known of several.
    static func sum(_ charts: [Report.Chart]) -> Report.Chart? {
        guard var sum = charts.first(where: { $0.series.first?.name == "mean" }) ?? charts.first else { return nil }
        sum.observed = observed(charts)
        if charts.count > 1 { sum.series.removeAll { $0.name == "most" } }
        for index in sum.series.indices {
            sum.series[index].values = sum.labels.indices.map { bar in
                let known = charts.compactMap { $0.series[index].values[bar] }
                return known.isEmpty ? nil : known.reduce(0, +).toThousandths
            }
        }
        return sum
    }

    /// People in each zone of each feed.
    static func together(_ feeds: [FeedTally], _ axis: TimeAxis) -> Report.Chart? {
        let charts = feeds.compactMap { feed in
            zonePeople(feed, axis).map { chart in
                var chart = chart
                for index in chart.series.indices {
                    chart.series[index].name = "\(feed.name): \(chart.series[index].name)"
                }
                return chart
            }
        }
        guard var all = charts.first else { return nil }
        all.series = Array(charts.flatMap(\.series).prefix(20))
        all.observed = observed(charts)
        return all
    }

    /// The share of all charts' time in which pictures were analysed, bar by bar.
    private static func observed(_ charts: [Report.Chart]) -> [Double] {
        charts[0].observed.indices.map { bar in
            (charts.reduce(0) { $0 + $1.observed[bar] } / Double(charts.count)).toThousandths
        }
    }

    /// People in each zone.
    static func zonePeople(_ tally: FeedTally, _ axis: TimeAxis) -> Report.Chart? {
        guard tally.hasCounts, !tally.zones.isEmpty else { return nil }
        let observed = axis.observed(axis.bars(tally.series))
        return Report.Chart(
            width: axis.width / 1000, labels: axis.labels, observed: observed.map(\.toThousandths),
            series: tally.zones.prefix(20).map { zone in
                Report.Series(name: zone.name, values: axis.bars(zone.series).map(\.mean))
            })
    }

    /// In and out; null in bars of which nothing was seen.
    static func flow(_ axis: TimeAxis, _ series: TimeSeries, observed: [Double]) -> Report.Chart {
        let bars = axis.bars(series)
        func values(_ value: (TimeBin) -> Int) -> [Double?] {
            zip(bars, observed).map { bar, share in share > 0 || value(bar) > 0 ? Double(value(bar)) : nil }
        }
        return Report.Chart(
            width: axis.width / 1000, labels: axis.labels, observed: observed.map(\.toThousandths),
            series: [
                Report.Series(name: "in", values: values(\.inward)),
                Report.Series(name: "out", values: values(\.outward)),
            ])
    }

    /// In and out for each hour of the day, per hour that was watched.
    static func profile(_ series: TimeSeries, of tally: FeedTally, time: LocalTime) -> Report.Chart {
        func hours(_ series: TimeSeries) -> [TimeBin] {
            var hours = [TimeBin](repeating: TimeBin(), count: 24)
            for (index, bin) in series.bins {
                let local = time.local(index * series.step, isRelative: false)
                hours[Int((local - local.floored(by: 86_400_000) * 86_400_000) / 3_600_000)].add(bin)
            }
            return hours
        }
        let flow = hours(series)
        let watched = hours(tally.series).map { $0.observed / 3_600_000 }
        func values(_ value: (TimeBin) -> Int) -> [Double?] {
            zip(flow, watched).map { bin, hours in
                // A few minutes tell nothing of an hour.
                hours >= 0.25 ? (Double(value(bin)) / hours).toThousandths : nil
            }
        }
        return Report.Chart(
            width: 3600, labels: (0..<24).map { LocalTime.clock(Int64($0) * 3_600_000, seconds: false) },
            observed: watched.map { $0 >= 0.25 ? 1 : 0 },
            series: [
                Report.Series(name: "in", values: values(\.inward)),
                Report.Series(name: "out", values: values(\.outward)),
            ], isProfile: true)
    }
}

extension TimeBin {
    /// People on average while pictures were analysed; nil where none were.
    var mean: Double? { observed > 0 ? (presence / observed).toThousandths : nil }
}

extension Report.Heat {
    /// Nil where nobody was there.
    init?(_ map: HeatMap) {
        guard let most = map.seconds.max(), most > 0 else { return nil }
        columns = HeatMap.columns
        rows = HeatMap.rows
        self.most = Double(most).toThousandths
        total = map.seconds.reduce(0.0) { $0 + Double($1) }.toThousandths
        cells = Data(map.seconds.map { UInt8(($0 / most).squareRoot() * 255) }).base64EncodedString()
    }
}

extension Report.Row {
    init(_ row: PathRow, time: LocalTime, isRelative: Bool) {
        feed = row.feed
        track = row.track
        start = time.text(row.start, isRelative: isRelative)
        at = Double(row.start) / 1000
        seconds = (Double(row.end - row.start) / 1000).toThousandths
        points = row.points
        distance = row.distance?.toThousandths
        speed = row.speed?.toThousandths
        entry = row.entry
        exit = row.exit
        cause = row.cause
        face = row.face.map { ($0 * 100).toThousandths }
        zones = row.zones.map { [$0.name, "\((Double($0.dwell) / 1000).toThousandths)"] }
        lines = row.lines.flatMap { passages in
            Array(repeating: passages.name + " in", count: min(9, passages.inward))
                + Array(repeating: passages.name + " out", count: min(9, passages.outward))
        }
    }
}
