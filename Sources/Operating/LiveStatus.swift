import Following
import Foundation
import Recording
import Settings

/// What the live page shows, as JSON for it: of no single person anything.
///
/// Written by hand, as records are: it is asked for every two seconds, and `JSONEncoder` would take most of a
/// viewer's cost.
struct LiveStatus {
    private static let longestText = 2000

    private(set) var json: String

    init(_ board: Board, _ hours: RecentHours) {
        let status = board.status
        var line = JSONLine(textLimit: Self.longestText)
        line.add("version", status.version)
        if let shard = status.shard { line.add("shard", shard.description) }
        line.add("now", UTCTime(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)).description)
        line.add("started", status.started)
        line.add("ready", status.isReady)
        line.add("stuck", status.stuck.joined(separator: ", "))
        line.addArray("cameras", status.cameras) { Self.write($1, hours.hour(of: $1.name), to: &$0) }
        json = line.closed()
    }

    private static func write(_ camera: DaemonStatus.Camera, _ hour: RecentHour?, to line: inout JSONLine) {
        let status = camera.status
        line.add("name", camera.name)
        line.add("state", status.state.rawValue)
        if let message = status.message { line.add("message", message) }
        line.add("frames_per_second", camera.framesPerSecond, decimals: 2)
        line.add("people", status.people)
        if let time = status.lastFrame { line.add("last_frame", UTCTime(milliseconds: time).description) }
        line.add("pictures", camera.pictures != nil)
        write(hour, to: &line)
        let grown = hour?.total ?? RecentHour.Counters()
        line.add("gaps", grown.gaps)
        line.addArray("zones", status.regions.zones) { line, zone in
            line.add("name", zone.name)
            line.add("people", zone.people)
            line.add("entered", grown.entered[zone.name] ?? 0)
        }
        line.addArray("lines", status.regions.lines) { line, crossed in
            line.add("name", crossed.name)
            line.add("in", grown.inward[crossed.name] ?? 0)
            line.add("out", grown.outward[crossed.name] ?? 0)
        }
    }

    /// Of each minute, the oldest first, the people at most and the observed share in percent, with commas between.
    private static func write(_ hour: RecentHour?, to line: inout JSONLine) {
        let minutes = hour?.minutes ?? []
        func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }
        line.add("minutes_people", minutes.map { "\($0.people)" }.joined(separator: ","))
        line.add("minutes_observed", minutes.map { "\(percent($0.observed))" }.joined(separator: ","))
        line.add("observed", percent(hour?.observed ?? 0))
    }
}
