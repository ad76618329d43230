import Following

/// Says when the machine can't keep up with its cameras, and when it can again.
struct LoadWatch {
    private static let interval = Duration.seconds(10)
    /// A share of frames dropped in an interval that is worth a message, and one that isn't any more.
    private static let (much, little) = (0.05, 0.01)
    private var since: ContinuousClock.Instant
    private var before: [String: (dropped: Int, analyzed: Int)] = [:]
    private var isOverloaded = false

    init(since start: ContinuousClock.Instant = .now) {
        since = start
    }

    /// What there is to say; looks every 10 seconds. Frames dropped before the first look, while networks load, don't
    /// count.
    mutating func messages(
        _ cameras: [(name: String, status: FeedStatus)], at now: ContinuousClock.Instant = .now
    ) -> [String] {
        guard now - since >= Self.interval else { return [] }
        let seconds = (now - since) / .seconds(1)
        since = now
        var (dropped, analyzed) = (0, 0)
        for (name, status) in cameras {
            let old = before[name] ?? (0, 0)
            dropped += max(0, status.dropped - old.dropped)
            analyzed += max(0, status.analyzed - old.analyzed)
        }
        let isFirstLook = before.isEmpty
        before = Dictionary(cameras.map { ($0.name, ($0.status.dropped, $0.status.analyzed)) }) { $1 }
        if isFirstLook { return [] }
        let share = Double(dropped) / Double(max(1, dropped + analyzed))
        let rate = (Double(analyzed) / seconds * 10).rounded() / 10
        if share > Self.much && !isOverloaded {
            isOverloaded = true
            return [
                "the machine can't keep up: \(Int((share * 100).rounded())) % of the frames give way to newer ones, "
                    + "\(rate) frames/s are analysed; lower fps or quality, or follow fewer cameras"
            ]
        }
        if share < Self.little && isOverloaded {
            isOverloaded = false
            return ["the machine keeps up again: \(rate) frames/s"]
        }
        return []
    }
}
