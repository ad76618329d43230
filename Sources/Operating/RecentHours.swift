import Following
import Synchronization

/// The last hour of each camera, for those who look at the live page.
final class RecentHours: Sendable {
    private let hours = Mutex<[String: RecentHour]>([:])

    /// Takes how the cameras are doing; to be called about once a second. Those that are gone are forgotten.
    func note(_ cameras: [(name: String, status: FeedStatus)], at now: ContinuousClock.Instant = .now) {
        hours.withLock { hours in
            var kept: [String: RecentHour] = [:]
            for (name, status) in cameras {
                var hour = hours.removeValue(forKey: name) ?? RecentHour(since: now)
                hour.note(RecentHour.Counters(status), at: now)
                kept[name] = hour
            }
            hours = kept
        }
    }

    /// A camera's; nil where nothing is known yet.
    func hour(of camera: String) -> RecentHour? { hours.withLock { $0[camera] } }
}

extension RecentHour.Counters {
    fileprivate init(_ status: FeedStatus) {
        people = status.people
        observedSeconds = status.observedSeconds
        gaps = status.gaps.values.reduce(0, +)
        for zone in status.regions.zones { entered[zone.name] = zone.entered }
        for line in status.regions.lines { (inward[line.name], outward[line.name]) = (line.inward, line.outward) }
    }
}
